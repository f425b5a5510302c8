"""The size that fits, for a body and for somebody the shop knows."""

import pytest
from django.utils import timezone

from catalog.models import Purchase, SizeChart
from catalog.products import sizing
from catalog.products.choices import read_choices
from catalog.reviewing.review_rows import FitVotes
from catalog.tests.factories import ProductFactory, variant
from catalog.tests.pages import structured
from shop.accounts.models import User

pytestmark = pytest.mark.django_db

NO_VOTES = FitVotes(0, 0, 0)


def chart(**fields):
    return SizeChart.objects.create(
        **{
            "title": "Tops",
            "slug": "tops",
            "sizes": ["s", "m", "l"],
            "measurements": [
                {
                    "key": "chest",
                    "name": "Chest",
                    "how": "Around the fullest part.",
                    "body": {"s": [860, 919], "m": [920, 979], "l": [980, 1040]},
                    "garment": {"s": 1040, "m": 1100},
                }
            ],
            "heights": {"s": [1600, 1680], "m": [1660, 1760], "l": [1740, 1850]},
            "systems": {"EU": {"s": ["36"], "m": ["38", "40"], "l": ["42"]}},
        }
        | fields
    )


def find(**told):
    return sizing.find_size(chart(), read_choices(), sizing.Body(**told))


@pytest.fixture
def ada():
    return User.objects.create_user(email="ada@example.com", password="long enough 1")


def bought(user, product, size, reason="", number=1):
    """A delivered piece; with a ``reason`` it came back."""
    Purchase.objects.create(
        variant=product.variants.get(option_values__size=size),
        user=user,
        order_number=f"S-{number}-{size}",
        quantity=1,
        delivered_at=timezone.now(),
        returned_at=timezone.now() if reason else None,
        return_reason=reason,
    )


def test_a_table_shows_whole_centimeters_and_a_dash_for_what_is_unknown():
    table = sizing.table_of(chart(), read_choices(), "cm")
    assert table.body[0].cells == ["86–92", "92–98", "98–104"]
    assert table.garment[0].cells == ["104", "110", "–"]
    assert table.systems == [("EU", ["36", "38–40", "42"])]


def test_a_table_shows_half_inches():
    assert sizing.table_of(chart(), read_choices(), "in").garment[0].cells == ["41", "43.5", "–"]


@pytest.mark.parametrize(("chest", "size"), [(700, "s"), (919, "s"), (920, "m"), (2000, "l")])
def test_a_measurement_decides_the_size(chest, size):
    assert find(measures={"chest": chest}).size == size


def test_the_usual_size_counts_where_nothing_was_measured():
    advice = find(usual="EU:40")
    assert (advice.size, advice.reason) == ("m", "Take M, which is EU 40.")
    assert sizing.usual_choices(SizeChart.objects.get())[0][1][2] == ("EU:40", "EU 40")


def test_a_measurement_goes_before_the_usual_size():
    assert find(usual="EU:42", measures={"chest": 900}).size == "s"


def test_who_is_tall_for_the_size_gets_one_more():
    advice = find(usual="EU:38", height=1800)
    assert advice.size == "l"
    assert "one size up for your height" in advice.reason


def test_height_alone_gives_a_size_and_nothing_gives_none():
    assert find(height=1700).size == "m"
    assert sizing.find_size(SizeChart.objects.get(), read_choices(), sizing.Body()).size == ""


@pytest.mark.parametrize("usual", ["EU:99", "XX:38", ":", "\0"])
def test_a_usual_size_that_nobody_knows_is_no_answer(usual):
    assert find(usual=usual).size == ""


def test_your_size_is_the_one_kept_most(ada, django_assert_num_queries):
    product = ProductFactory(size_chart=chart(), sizes=("s", "m", "l"))
    for number in (1, 2):
        bought(ada, product, "m", number=number)
    bought(ada, product, "l", number=3)
    choices = read_choices()
    with django_assert_num_queries(1):
        advice = sizing.usual_size(ada, product.size_chart, choices, NO_VOTES)
    assert (advice.size, advice.reason) == ("m", "You kept M in 2 similar pieces: take M.")


def test_a_piece_that_runs_small_asks_for_a_size_up(ada):
    product = ProductFactory(size_chart=chart(), sizes=("s", "m", "l"))
    bought(ada, product, "m")
    few, many = FitVotes(3, 1, 0), FitVotes(4, 2, 0)
    size = {
        votes: sizing.usual_size(ada, product.size_chart, read_choices(), votes).size
        for votes in (few, many)
    }
    assert size == {few: "m", many: "l"}


def test_a_return_speaks_while_nothing_was_kept(ada):
    product = ProductFactory(size_chart=chart(), sizes=("s", "m", "l"))
    bought(ada, product, "m", Purchase.ReturnReason.TOO_LARGE)
    advice = sizing.usual_size(ada, product.size_chart, read_choices(), NO_VOTES)
    assert (advice.size, advice.reason) == ("s", "A similar piece was too large: take S.")
    bought(ada, product, "l")
    assert sizing.usual_size(ada, product.size_chart, read_choices(), NO_VOTES).size == "l"


def test_pieces_sent_back_as_too_small_outweigh_the_one_that_was_kept(ada):
    product = ProductFactory(size_chart=chart(), sizes=("s", "m", "l"))
    bought(ada, product, "m")
    for number in (2, 3):
        bought(ada, product, "m", Purchase.ReturnReason.TOO_SMALL, number=number)
    bought(ada, product, "s", Purchase.ReturnReason.OTHER)
    advice = sizing.usual_size(ada, product.size_chart, read_choices(), NO_VOTES)
    assert (advice.size, advice.reason) == ("l", "A similar piece was too small: take L.")


def test_pieces_of_another_chart_say_nothing(ada):
    bought(ada, ProductFactory(size_chart=chart(slug="shoes")), "m")
    assert sizing.usual_size(ada, chart(), read_choices(), NO_VOTES) is None


def test_the_fit_is_told_from_five_votes_on():
    assert sizing.fit_note(FitVotes(4, 0, 0)) == ""
    assert sizing.fit_note(FitVotes(4, 1, 0)) == "Runs small: 80 % say take one size up"


def test_the_guide_keeps_the_unit_in_a_cookie(client):
    url = chart().get_absolute_url()
    assert "86–92" in client.get(url).content.decode()
    response = client.get(url, {"unit": "in"})
    assert "34–36" in response.content.decode()
    assert response.cookies[sizing.UNIT_COOKIE].value == "in"
    assert "34–36" in client.get(url).content.decode()
    product = ProductFactory(size_chart=SizeChart.objects.get())
    assert "Inches" in client.get(product.get_absolute_url()).content.decode()


def test_a_unit_that_is_none_changes_nothing(client):
    response = client.get(chart().get_absolute_url(), {"unit": "<script>"})
    assert (response.status_code, "unit" in response.cookies) == (200, False)


def test_the_finder_answers_on_the_page_and_in_the_dialog(client):
    url = chart().get_absolute_url()
    asked = {"find": "1", "unit": "cm", "chest": "95", "height": "170"}
    assert "Take M" in client.get(url, asked).content.decode()
    headers = {"HX-Request": "true", "HX-Target": "size-guide-body"}
    text = client.get(url, asked, headers=headers).content.decode()
    assert "Take M" in text
    assert "<html" not in text


@pytest.mark.parametrize("field", ["height", "chest"])
@pytest.mark.parametrize("typed", ["wide", "0", "301"])
def test_the_finder_says_what_it_takes(client, field, typed):
    response = client.get(chart().get_absolute_url(), {"find": "1", field: typed})
    assert response.status_code == 200
    assert "Enter a number from 1 to 300." in response.content.decode()


def test_a_guide_says_where_it_stands(client):
    response = client.get(chart().get_absolute_url())
    steps = structured(response)["BreadcrumbList"]["itemListElement"]
    assert [step["name"] for step in steps] == ["Home", "Size guides", "Tops"]
    assert '<a href="/size-guide/">Size guides</a>' in response.content.decode()


def test_the_index_lists_the_guides(client):
    made = chart()
    assert made.get_absolute_url() in client.get("/size-guide/").content.decode()


def test_your_size_is_asked_for_by_who_is_signed_in_only(client, ada):
    product = ProductFactory(size_chart=chart(), sizes=("s", "m"))
    place = f'hx-get="/p/{product.slug}/your-size/"'
    assert place not in client.get(product.get_absolute_url()).content.decode()
    client.force_login(ada)
    assert place in client.get(product.get_absolute_url()).content.decode()


def test_your_size_is_one_persons_own(client, ada):
    product = ProductFactory(size_chart=chart(), sizes=("s", "m"))
    bought(ada, product, "m")
    url = f"/p/{product.slug}/your-size/"
    headers = {"HX-Request": "true", "HX-Target": "your-size"}
    assert client.get(url, headers=headers).content.decode().strip() == ""
    client.force_login(ada)
    response = client.get(url, headers=headers)
    assert 'data-size="m"' in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
    assert "Choose M" in client.get(url).content.decode()


def test_a_size_that_is_gone_from_the_chart_is_no_advice(ada):
    product = ProductFactory(size_chart=chart(), sizes=("s",))
    variant(product, "navy", "xxl")
    bought(ada, product, "xxl")
    assert sizing.usual_size(ada, product.size_chart, read_choices(), NO_VOTES) is None


def test_the_figure_shows_the_tape_of_what_is_measured_only(client):
    text = client.get(chart().get_absolute_url()).content.decode()
    assert "<dt>1 Chest</dt>" in text
    assert text.count("<text ") == 1
