"""Size charts in the back office: typed as lines, kept as millimeters, refused in words."""

import pytest
from django.urls import reverse

from catalog.models import SizeChart
from catalog.tests.factories import OptionValueFactory, ProductFactory
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db

ADD = reverse("admin:catalog_sizechart_add")
TYPED = {
    "title": "Tops",
    "slug": "tops",
    "sizes": "s, m",
    "body": "chest | Chest | Around the fullest part | 86-92, 92-98.5",
    "garment": "chest | Chest | | 104, -",
    "heights": "160-168, 166-176",
    "systems": "EU | 36, 38/40",
}


@pytest.fixture(autouse=True)
def sizes():
    for slug in ("s", "m"):
        OptionValueFactory(option="size", slug=slug)


@pytest.fixture
def client():
    return signed_in(staff(Role.MANAGER))


def test_what_is_typed_in_centimeters_is_kept_in_millimeters(client):
    assert client.post(ADD, TYPED).status_code == 302
    chart = SizeChart.objects.get()
    assert chart.measurements == [
        {
            "key": "chest",
            "name": "Chest",
            "how": "Around the fullest part",
            "body": {"s": [860, 920], "m": [920, 985]},
            "garment": {"s": 1040},
        }
    ]
    assert chart.heights == {"s": [1600, 1680], "m": [1660, 1760]}
    assert chart.systems == {"EU": {"s": ["36"], "m": ["38", "40"]}}


def test_a_chart_that_is_opened_and_saved_stays_as_it_is(client):
    client.post(ADD, TYPED)
    columns = ("sizes", "measurements", "heights", "systems", "slug")
    before = SizeChart.objects.values_list(*columns).get()
    page = reverse("admin:catalog_sizechart_change", args=[SizeChart.objects.get().pk])
    client.post(page, fields_of(client.get(page)) | {"title": "Tops and knitwear"})
    assert SizeChart.objects.get().title == "Tops and knitwear"
    assert SizeChart.objects.values_list(*columns).get() == before


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("sizes", "s, xxl", "no size xxl"),
        ("sizes", ", ,", "at least one size"),
        ("body", "chest | Chest | 86, 92", "not like the example"),
        ("body", "chest | Chest | | 86", "2 sizes and 1 values"),
        ("garment", "chest | Chest | | wide, 92", "“wide” is no length"),
        ("garment", "chest | Chest | | inf, nan", "“inf” is no length"),
        ("garment", "chest | Chest | | 92-86, 92", "“92-86” is no length"),
        ("heights", "160, 0", "“0” is no length"),
        ("systems", "36, 38", "not like the example"),
    ],
)
def test_a_chart_that_cannot_be_is_refused_beside_its_field(client, field, typed, said):
    response = client.post(ADD, TYPED | {field: typed})
    [error] = response.context["adminform"].form.errors[field]
    assert said in error
    assert not SizeChart.objects.exists()


def test_an_employee_reads_charts_and_changes_none(client):
    client.post(ADD, TYPED)
    chart = SizeChart.objects.get()
    ProductFactory(size_chart=chart)
    employee = signed_in(staff(Role.EMPLOYEE))
    page = reverse("admin:catalog_sizechart_change", args=[chart.pk])
    assert "86-92, 92-98.5" in employee.get(page).content.decode()
    assert employee.post(page, TYPED | {"title": "Mine"}).status_code == 403
    assert employee.get(ADD).status_code == 403
