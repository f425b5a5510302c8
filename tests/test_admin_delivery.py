"""Zones, ways to deliver, where to collect and the figures of carts in the back office."""

import pytest
from django.urls import reverse

from orders.models import CartMetric, PickUpPoint, ShippingMethod, ShippingZone
from orders.tests.factories import filled_cart, standard_delivery, zone
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db
TRY = "/admin/orders/shippingmethod/try/"


@pytest.fixture
def admin():
    return signed_in(staff(Role.ADMIN))


def method_page(row):
    return reverse("admin:orders_shippingmethod_change", args=[row.pk])


def saved(client, row, **fields):
    url = method_page(row)
    return client.post(url, fields_of(client.get(url)) | fields)


def test_bands_are_typed_one_a_line_and_come_back_as_typed(admin):
    row = standard_delivery()
    answer = saved(admin, row, priced_by="WEIGHT", bands="10000: 19.90\n5000: 14.90")
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.bands == [(5000, 1490), (10_000, 1990)]
    assert fields_of(admin.get(method_page(row)))["bands"].split() == [
        "5000:", "14.90", "10000:", "19.90",
    ]  # fmt: skip


@pytest.mark.parametrize("bands", ["5000", "x: 1.00", "5000: x", "0: 1.00", "9: 1\n9: 2", ""])
def test_bands_that_are_none_are_refused_and_nothing_is_written(admin, bands):
    row = standard_delivery()
    answer = saved(admin, row, priced_by="WEIGHT", bands=bands)
    assert answer.status_code == 200
    row.refresh_from_db()
    assert (row.priced_by, row.bands) == ("ORDER", [])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"countries": "DE, XX"}, "Not a country: XX"),
        ({"countries": "DE", "postal_codes": "2-1"}, "Not a range of postal codes: 2-1"),
        ({"countries": "DE", "postal_codes": "1-10"}, "Not a range of postal codes: 1-10"),
    ],
)
def test_zone_that_cannot_be_is_refused_in_words(admin, fields, words):
    plain = {"name": "Home", "code": "home", "position": "1"}
    page = admin.post(reverse("admin:orders_shippingzone_add"), plain | fields)
    assert words in page.content.decode()
    assert not ShippingZone.objects.exists()


@pytest.mark.parametrize("code", ["-1", "eur", "ABC", "€"])
def test_currency_that_is_none_is_refused_at_its_field(admin, code):
    """Kept, it would end every page that writes the price."""
    row = standard_delivery()
    answer = saved(admin, row, currency=code)
    assert answer.context["adminform"].form.errors["currency"]
    row.refresh_from_db()
    assert row.currency == "EUR"


def test_zone_with_methods_cannot_be_deleted(admin):
    row = standard_delivery()
    admin.post(reverse("admin:orders_shippingzone_delete", args=[row.zone.pk]), {"post": "yes"})
    assert ShippingZone.objects.filter(pk=row.zone.pk).exists()


def test_trial_parcel_shows_what_its_address_would_be_offered(admin):
    row = standard_delivery()
    ShippingMethod.objects.filter(pk=row.pk).update(
        priced_by="WEIGHT", band_starts=[700], band_prices=[690]
    )
    zone("FR")
    parcel = {"grams": "800", "country": "DE", "postal_code": "10115", "goods": "59.00"}
    page = admin.get(TRY, parcel).content.decode()
    assert "€6.90" in page
    assert "Nothing is offered" in admin.get(TRY, parcel | {"country": "FR"}).content.decode()


def test_settings_of_delivery_are_for_administrators():
    client = signed_in(staff(Role.MANAGER))
    for path in (TRY, reverse("admin:orders_shippingzone_changelist")):
        assert client.get(path).status_code == 403


def test_pick_up_points_are_kept_by_administrators(admin):
    page = admin.get(reverse("admin:orders_pickuppoint_add"))
    assert page.status_code == 200
    assert not PickUpPoint.objects.exists()


def test_managers_read_the_figures_of_carts_and_take_them_along():
    CartMetric.objects.create(day="2026-11-10", carts=4, ordered_carts=1, units_added=9)
    filled_cart()
    client = signed_in(staff(Role.MANAGER))
    page = client.get(reverse("admin:orders_cartmetric_changelist")).content.decode()
    assert "25.0%" in page
    assert "Today so far: 1 units added" in page
    listed = client.get(reverse("admin:list_export", args=["orders.cartmetric"]))
    text = b"".join(listed.streaming_content).decode()
    assert "2026-11-10,0,9" in text
    refused = signed_in(staff(Role.EMPLOYEE)).get(reverse("admin:orders_cartmetric_changelist"))
    assert refused.status_code == 403
