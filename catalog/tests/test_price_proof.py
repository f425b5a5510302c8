"""The proof of prices that an authority may ask for."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import ProductVariant
from catalog.pricing import history as price_history
from catalog.pricing import prices
from catalog.pricing.proof import csv_of, terms
from catalog.tests.factories import ProductFactory, variant
from catalog.tests.test_prices import cut, garment
from tests.back_office import staff

pytestmark = pytest.mark.django_db


def everything():
    return ProductVariant.all_objects.all()


def rows_of(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1:]


def test_every_price_is_told_with_its_time_and_what_its_reduction_rests_on():
    made = garment((90, 5900), (20, 4900), price=5900)
    cut(made, 3900)
    *_before, now = terms(everything())
    assert (now.price, now.former, now.lowest_prior) == (3900, 5900, 4900)
    assert [term.price for term in terms(everything())] == [5900, 4900, 5900, 3900]
    assert [term.lowest_prior for term in terms(everything())] == [None, 4900 + 1000, None, 4900]


def test_each_price_ends_when_the_next_begins():
    cut(garment((90, 5900), price=4900), 3900)
    found = list(terms(everything()))
    assert [term.ends_at for term in found] == [term.begins_at for term in found[1:]] + [None]


def test_only_prices_of_the_period_are_told():
    garment((90, 5900), (60, 4900), (30, 3900), price=2900)
    begin, end = (timezone.now() - timedelta(days=days) for days in (50, 10))
    assert [term.price for term in terms(everything(), begin=begin, end=end)] == [4900, 3900]


def test_it_names_who_changed_a_price():
    made, person = garment(price=5900), staff()
    prices.set_price([made], price=4900, by=person)
    assert [term.person for term in terms(everything())] == ["", person.email]


def test_withdrawn_variants_stay_in_the_proof():
    withdrawn = variant(ProductFactory(sizes=("s",)), "navy", "xl")
    withdrawn.soft_delete()
    assert withdrawn in [term.variant for term in terms(everything())]


def test_no_cell_is_a_formula_to_a_spreadsheet():
    product = ProductFactory(sizes=(), title="=1+1")
    variant(product, "navy", "s")
    [row] = rows_of("".join(csv_of(terms(everything()))))
    assert row[1] == "'=1+1"
    assert row[3:5] == ["49.00", "EUR"]


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_num_queries):
    for _ in range(3):
        ProductFactory(sizes=("s", "m", "l"))
    with django_assert_num_queries(1):
        assert len(list(terms(everything()))) == 9


def test_the_command_writes_the_skus_it_is_asked_for(tmp_path):
    made = ProductFactory(sizes=("s", "m")).variants.first()
    target = tmp_path / "prices.csv"
    call_command("export_prices", target, sku=[made.sku])
    assert [row[0] for row in rows_of(target.read_text())] == [made.sku]


def test_the_command_refuses_skus_and_days_that_are_none(tmp_path):
    with pytest.raises(CommandError, match="NONE-1"):
        call_command("export_prices", tmp_path / "a.csv", sku=["NONE-1"])
    with pytest.raises(CommandError, match="not a day"):
        call_command("export_prices", tmp_path / "a.csv", begin="2026-13-45")
    assert not (tmp_path / "a.csv").exists()


def test_a_chart_steps_from_price_to_price():
    made = garment((120, 5900), (45, 4900), price=5900)
    chart = price_history.chart_of(made, timezone.now() + timedelta(seconds=1))
    assert (chart.lowest, chart.highest) == (4900, 5900)
    assert chart.path == "M0 12H320V108H640V12H640"


def test_a_price_that_never_changed_has_no_chart():
    assert price_history.chart_of(garment(price=5900), timezone.now()) is None
