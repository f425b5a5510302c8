"""Amounts as staff type and read them."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from shop.forms import MoneyField


@pytest.mark.parametrize(
    ("language", "currency", "typed", "amount"),
    [
        ("en", "EUR", "49.90", 4990),
        ("en", "EUR", "1,234.5", 123450),
        ("de", "EUR", "1.234,50", 123450),
        ("en", "JPY", "4990", 4990),
        ("en", "EUR", " 0 ", 0),
    ],
)
def test_an_amount_is_read_in_the_language_and_the_coins_of_its_currency(
    language, currency, typed, amount
):
    with translation.override(language):
        assert MoneyField(currency=currency).clean(typed) == amount


@pytest.mark.parametrize(
    ("typed", "currency"), [("4,99.0x", "EUR"), ("1e3", "EUR"), ("49.905", "EUR"), ("4.5", "JPY")]
)
def test_what_is_no_amount_of_the_currency_is_refused(typed, currency):
    with translation.override("en"), pytest.raises(ValidationError):
        MoneyField(currency=currency).clean(typed)


def test_less_than_the_minimum_is_refused():
    with pytest.raises(ValidationError, match=r"at least 1\.00"):
        MoneyField(minimum=100).clean("0.99")


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_shown_is_read_back_as_the_same_amount(language):
    with translation.override(language):
        field = MoneyField(currency="EUR")
        shown = field.prepare_value(123456)
        assert field.clean(shown) == 123456
        assert not field.has_changed(123456, shown)


def test_nothing_typed_is_no_amount_where_none_is_needed():
    assert MoneyField(required=False).clean("") is None
