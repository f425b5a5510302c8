"""VAT numbers of businesses."""

import pytest

from orders.errors import InvalidVatNumber, UnknownVatNumber
from orders.prices import vat


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("ATU13585627", "ATU13585627"),
        ("at u1358 5627", "ATU13585627"),
        ("DE 136.695.976", "DE136695976"),
        ("GR094259216", "EL094259216"),
        ("  ", ""),
    ],
)
def test_number_is_kept_as_invoices_write_it(typed, number):
    assert vat.checked(typed) == number


@pytest.mark.parametrize("typed", ["DE136695970", "ATU1358562", "US123456789", "x", "DE" * 40])
def test_number_that_cannot_be_one_is_refused(typed):
    with pytest.raises(InvalidVatNumber):
        vat.checked(typed)


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("ATU13585627", "AT", True),
        ("ATU13585627", "FR", True),
        ("EL094259216", "GR", True),
        ("ATU13585627", "DE", False),
        ("ATU13585627", "CH", False),
        ("DE136695976", "AT", False),
        ("", "AT", False),
    ],
)
def test_buyer_owes_the_tax_only_for_goods_that_cross_a_border_of_the_union(
    settings, number, country, expected
):
    settings.SHOP_COUNTRY = "DE"
    assert vat.is_reverse_charge(number, country) is expected


def test_shop_outside_the_union_has_no_reverse_charge(settings):
    settings.SHOP_COUNTRY = "CH"
    assert not vat.is_reverse_charge("ATU13585627", "FR")


def denies(number):
    return False


def says_nothing(number):
    return None


def test_register_that_does_not_know_the_number_refuses_it(settings):
    settings.VAT_REGISTER = f"{__name__}.denies"
    with pytest.raises(UnknownVatNumber):
        vat.checked("ATU13585627")


def test_register_that_gives_no_answer_stops_nobody(settings):
    settings.VAT_REGISTER = f"{__name__}.says_nothing"
    assert vat.checked("ATU13585627") == "ATU13585627"
