"""The history of prices, the 30-day rule, and acts that change prices."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from audit.models import AuditLog
from catalog.errors import PriceRefused
from catalog.models import PriceChange, ProductVariant
from catalog.pricing import prices
from catalog.pricing.history import lowest_prices
from catalog.tests.factories import ProductFactory, variant
from shop.models import StaleObject
from tests.back_office import staff

pytestmark = pytest.mark.django_db


def garment(*history, price):
    """A variant that costs ``price``, with what it cost before as (days ago, amount)."""
    made = variant(ProductFactory(sizes=(), price=price), "navy", "s")
    for days_ago, amount in history:
        PriceChange.objects.create(
            variant=made,
            new_price=amount,
            currency="EUR",
            changed_at=timezone.now() - timedelta(days=days_ago),
        )
    return made


def cut(made, price):
    """Change the price as the database sees it, and read what it says of it."""
    ProductVariant.objects.filter(pk=made.pk).update(price=price)
    made.refresh_from_db()
    return made.former_price, made.lowest_prior_price, made.reduced_at is not None


def history_of(made):
    rows = PriceChange.objects.filter(variant=made).order_by("changed_at")
    return list(rows.values_list("old_price", "new_price"))


def test_a_reduction_below_all_prices_of_thirty_days_is_announced():
    made = garment((40, 5900), (20, 4900), price=5900)
    assert cut(made, 3900) == (5900, 4900, True)


def test_a_cut_that_is_not_below_the_lowest_price_of_thirty_days_is_none():
    assert cut(garment((40, 5900), (20, 4900), price=5900), 4900) == (None, None, False)


def test_raise_and_cut_announces_nothing():
    made = garment((100, 4900), price=4900)
    assert cut(made, 6900) == (None, None, False)
    assert cut(made, 4900) == (None, None, False)


def test_raise_and_cut_in_one_statement_after_another_announces_nothing():
    made = garment((100, 4900), price=4900)
    with connection.cursor() as cursor:
        for price in (9900, 4900):
            cursor.execute(
                "UPDATE catalog_productvariant SET price = %s WHERE id = %s", [price, made.pk]
            )
    made.refresh_from_db()
    assert made.reduced_at is None
    assert history_of(made)[-3:] == [(None, 4900), (4900, 9900), (9900, 4900)]


def test_the_price_in_force_when_the_thirty_days_began_counts():
    assert cut(garment((90, 3900), (10, 5900), price=5900), 4900) == (None, None, False)


def test_a_price_that_ended_before_the_thirty_days_does_not_count():
    assert cut(garment((90, 3900), (31, 5900), price=5900), 4900) == (5900, 5900, True)


def test_goods_younger_than_thirty_days_are_judged_by_what_there_is():
    assert cut(garment(price=5900), 4900) == (5900, 5900, True)


def test_a_further_reduction_is_judged_by_the_first_one():
    made = garment((90, 5900), price=5900)
    cut(made, 4900)
    assert cut(made, 3900) == (4900, 4900, True)


def test_a_price_that_rises_ends_the_reduction():
    made = garment((90, 5900), price=5900)
    cut(made, 3900)
    assert cut(made, 4900) == (None, None, False)


def test_nobody_announces_a_reduction_by_hand():
    made = garment(price=4900)
    made.former_price, made.lowest_prior_price, made.reduced_at = 9900, 9900, timezone.now()
    made.save()
    made.refresh_from_db()
    assert (made.former_price, made.lowest_prior_price, made.reduced_at) == (None, None, None)


def test_saving_what_was_read_before_keeps_the_reduction():
    made = garment((90, 5900), price=5900)
    made.price = 4900
    made.save()
    made.barcode = "4000000000006"
    made.save()
    made.refresh_from_db()
    assert made.lowest_prior_price == 5900


def test_a_new_variant_begins_without_a_reduction_whatever_it_brings():
    product = ProductFactory(sizes=("s",))
    new = variant(
        product,
        "navy",
        "xl",
        former_price=9900,
        lowest_prior_price=9900,
        reduced_at=timezone.now(),
    )
    new.refresh_from_db()
    assert new.reduced_at is None


def test_every_door_writes_the_history():
    made = garment(price=5900)
    made.price = 5800
    made.save()
    ProductVariant.objects.filter(pk=made.pk).update(price=5700)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_productvariant SET price = 5600 WHERE id = %s", [made.pk])
        cursor.execute("UPDATE catalog_productvariant SET price = 5600 WHERE id = %s", [made.pk])
    assert history_of(made) == [(None, 5900), (5900, 5800), (5800, 5700), (5700, 5600)]


def test_rows_of_the_history_have_keys_of_version_seven():
    assert garment(price=5900).price_changes.get().pk.version == 7


def test_variants_made_together_each_begin_a_history():
    product = ProductFactory(sizes=("s",))
    ProductVariant.objects.bulk_create(
        ProductVariant(
            product=product, sku=f"BULK-{size}", title=size, option_values={"size": size}, price=100
        )
        for size in ("xl", "xxl")
    )
    assert PriceChange.objects.filter(variant__sku__startswith="BULK-", new_price=100).count() == 2


histories = st.lists(
    st.tuples(st.integers(1, 24 * 80), st.integers(1, 99)), max_size=6, unique_by=lambda row: row[0]
)


class RuleTests(TestCase):
    @given(histories, st.integers(1, 99), st.lists(st.integers(1, 99), min_size=1, max_size=4))
    def test_a_reduction_is_announced_exactly_when_the_rule_says_so(self, hours, start, changes):
        history = sorted(((ago / 24, amount) for ago, amount in hours), reverse=True)
        made = garment(*history, price=start)
        told = [(ago, amount) for ago, amount in history] + [(0, start)]
        for price in changes:
            current = told[-1][1]
            if price == current:
                continue
            earlier = [amount for ago, amount in told if ago >= 30][-1:]
            lowest = min(earlier + [amount for ago, amount in told if ago < 30])
            assert lowest_prices([made])[made.pk].amount == lowest
            expected = (current, lowest, True) if price < lowest else (None, None, False)
            assert cut(made, price) == expected
            told.append((0, price))


@pytest.mark.parametrize(
    ("price", "prior", "percent"), [(80, 100, 20), (4999, 10000, 50), (9999, 10000, 0), (5, 5, 0)]
)
def test_a_percentage_never_says_too_much(price, prior, percent):
    assert prices.percent_below(price, prior) == percent


@pytest.mark.parametrize(
    ("price", "percent", "expected"), [(4990, 15, 4242), (5, 50, 3), (1, 1, 1)]
)
def test_a_reduced_price_is_rounded_half_up(price, percent, expected):
    assert prices.amount_of(price, None, percent) == expected


def test_prices_are_set_together_and_in_somebodys_name():
    product, person = ProductFactory(sizes=("s", "m"), price=5000), staff()
    changed = prices.set_price(product.variants.all(), percent_off=10, by=person)
    assert [row.price for row in changed] == [4500, 4500]
    entries = AuditLog.objects.filter(entity="catalog.productvariant", actor=person)
    assert {entry.after["price"] for entry in entries} == {4500}


def test_a_price_is_not_set_over_a_change_made_meanwhile():
    first, second = ProductFactory(sizes=("s", "m")).variants.all()
    ProductVariant.objects.filter(pk=second.pk).update(barcode="1")
    with pytest.raises(StaleObject):
        prices.set_price([first, second], price=100, by=None)
    assert not ProductVariant.objects.filter(price=100).exists()


def test_a_price_at_the_recommended_price_is_refused_for_all():
    product = ProductFactory(sizes=("s",), price=5000)
    variant(product, "navy", "xl", compare_at_price=6000)
    with pytest.raises(PriceRefused) as refusal:
        prices.set_price(product.variants.all(), price=6000, by=None)
    assert refusal.value.skus == [product.variants.get(compare_at_price=6000).sku]
    assert set(product.variants.values_list("price", flat=True)) == {5000}


@pytest.mark.parametrize("amounts", [{}, {"price": 1, "percent_off": 1}, {"percent_off": 101}])
def test_a_price_needs_one_amount_that_makes_sense(amounts):
    with pytest.raises(ValueError, match="percent"):
        prices.set_price(ProductFactory().variants.all(), by=None, **amounts)


def test_an_old_reduction_ends_to_be_announced_and_the_price_stays(settings):
    settings.REDUCTION_DAYS = 60
    made = garment((90, 5900), price=5900)
    cut(made, 4900)
    assert prices.end_announcements(timezone.now() + timedelta(days=59)) == 0
    assert prices.end_announcements(timezone.now() + timedelta(days=61)) == 1
    made.refresh_from_db()
    assert (made.price, made.lowest_prior_price, made.reduced_at) == (4900, None, None)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_who_change_a_price_at_once_leave_one_unbroken_history():
    made = variant(ProductFactory(sizes=("s",)), "navy", "xl", price=5000)

    def change(amount):
        try:
            ProductVariant.objects.filter(pk=made.pk).update(price=amount)
        finally:
            connection.close()

    amounts = [4000 + step for step in range(6)]
    with ThreadPoolExecutor(max_workers=3) as pool:
        list(pool.map(change, amounts))
    told = history_of(made)
    assert sorted(new for _old, new in told[1:]) == amounts
    assert [old for old, _new in told[1:]] == [new for _old, new in told[:-1]]
