from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from shop.money import (
    MAX_AMOUNT,
    InvalidAmount,
    UnknownCurrency,
    checked,
    decimals_of,
    format_money,
    parse_amount,
    percent_of,
    share,
    tax_included,
    tax_on_top,
    to_major,
    to_minor,
)

NBSP = "\N{NO-BREAK SPACE}"
amounts = st.integers(-MAX_AMOUNT, MAX_AMOUNT)
prices = st.integers(-(10**12), 10**12)
rates = st.integers(0, 10_000)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        (4990, "EUR", "en", "€49.90"),
        (4990, "EUR", "de", f"49,90{NBSP}€"),
        (123456789, "EUR", "de", f"1.234.567,89{NBSP}€"),
        (4990, "JPY", "en", "¥4,990"),
        (4990, "KWD", "en", f"KWD{NBSP}4.990"),
        (4990, "RSD", "en", f"RSD{NBSP}49.90"),
        (-5, "EUR", "en", "-€0.05"),
        (4990, "TRY", "tr", "₺49,90"),
        (4990, "EUR", "xx-nowhere", "€49.90"),
        (MAX_AMOUNT, "USD", "en", "$92,233,720,368,547,758.07"),
    ],
)
def test_money_is_written_as_the_language_does(amount, currency, locale, written):
    assert format_money(amount, currency, locale) == written


def test_the_filter_follows_the_active_language_and_skips_what_is_not_there():
    page = Template("{% load money %}{{ price|money:'EUR' }}|{{ was|money:'EUR' }}")
    with translation.override("de"):
        assert page.render(Context({"price": 4990, "was": None})) == f"49,90{NBSP}€|"


@given(st.integers(0, 10**12), st.sampled_from(["en", "de", "fr", "sv", "tr"]))
def test_what_is_written_can_be_typed_back(amount, locale):
    written = format_money(amount, "EUR", locale)
    assert parse_amount(written.replace("€", ""), "EUR", locale) == amount


def test_a_negative_amount_can_be_typed_with_either_minus():
    assert parse_amount("-1.50", "EUR", "en") == -150
    assert parse_amount("\N{MINUS SIGN}1.50", "EUR", "en") == -150


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "NaN", "Infinity", "1e5", "1,2,3", "12.345", "--1", "9" * 39, "1\x00"],
)
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(InvalidAmount):
        parse_amount(typed, "EUR", "en")


@pytest.mark.parametrize("currency", ["eur", "EURO", "XQQ", "", None, 978])
def test_what_is_no_currency_is_refused(currency):
    with pytest.raises(UnknownCurrency):
        decimals_of(currency)


@pytest.mark.parametrize("amount", [1.0, True, "1", None, Decimal(1)])
def test_only_whole_minor_units_are_amounts(amount):
    for act in (checked, lambda it: percent_of(it, 100), lambda it: share(it, [1])):
        with pytest.raises(TypeError):
            act(amount)


def test_an_amount_that_no_column_holds_is_refused():
    with pytest.raises(OverflowError):
        percent_of(MAX_AMOUNT, 10_001)


@given(amounts, st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_major_and_minor_units_convert_back(amount, currency):
    assert to_minor(to_major(amount, currency), currency) == amount


def test_a_coin_that_does_not_exist_is_refused():
    with pytest.raises(InvalidAmount):
        to_minor(Decimal("0.5"), "JPY")


@given(prices, weights)
def test_parts_add_up_and_stay_within_one_unit_of_fair(amount, shares):
    assume(sum(shares))
    parts = share(amount, shares)
    assert sum(parts) == amount
    for part, weight in zip(parts, shares, strict=True):
        assert abs(part * sum(shares) - amount * weight) < sum(shares)
        assert weight or part == 0


@given(prices, weights)
def test_a_refund_shares_as_the_charge_did(amount, shares):
    assume(sum(shares))
    assert share(-amount, shares) == [-part for part in share(amount, shares)]


def test_units_left_over_go_to_the_earlier_of_equals():
    assert share(100, [1, 1, 1]) == [34, 33, 33]
    assert share(0, [0, 0]) == [0, 0]


@pytest.mark.parametrize("shares", [[], [0, 0], [1, -1]])
def test_sharing_by_nothing_is_refused(shares):
    with pytest.raises(ValueError, match=r"share|negative"):
        share(1, shares)


def test_halves_go_away_from_zero():
    assert percent_of(50, 100) == 1
    assert percent_of(-50, 100) == -1
    assert percent_of(49, 100) == 0


@given(prices, rates)
def test_tax_on_top_is_found_again_in_the_gross_amount(net, rate):
    tax = tax_on_top(net, rate)
    assert tax_included(net + tax, rate) == tax


@given(prices, rates)
def test_tax_of_a_refund_mirrors_the_sale(gross, rate):
    assert tax_included(-gross, rate) == -tax_included(gross, rate)
    assert abs(tax_included(gross, rate)) <= abs(gross)


def test_german_tax_in_a_price():
    assert tax_included(11_900, 1900) == 1900
    with pytest.raises(ValueError, match="negative"):
        tax_included(11_900, -1)
