"""What tax is due where goods arrive, and who owes it."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from orders.models import TaxRate
from orders.prices import tax
from orders.prices.tax import TaxRules
from shop.money import WHOLE

AMOUNTS = st.integers(0, 10_000_000)
RATES = st.integers(0, WHOLE)


def rate(basis_points, *, tax_class="STANDARD", country="DE", state=""):
    TaxRate.objects.create(
        name="VAT",
        country=country,
        state=state,
        tax_class=tax_class,
        rate_basis_points=basis_points,
    )


@pytest.mark.django_db
def test_rate_of_a_region_beats_that_of_its_country():
    rate(500, country="CA")
    rate(1300, country="CA", state="ON")
    rate(1497, country="CA", state="QC")
    assert tax.rates_of("CA", "ON") == {"STANDARD": 1300}
    assert tax.rates_of("CA", "YT") == {"STANDARD": 500}
    assert tax.rates_of("CA") == {"STANDARD": 500}


@pytest.mark.django_db
def test_rules_are_read_once_and_know_each_class(django_assert_num_queries):
    rate(1900)
    rate(700, tax_class="REDUCED")
    with django_assert_num_queries(1):
        rules = tax.rules("DE")
    assert [rules.rate(name) for name in ("STANDARD", "REDUCED", "ZERO")] == [1900, 700, 0]


@limits(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(amount=AMOUNTS, basis_points=RATES, inclusive=st.booleans())
def test_tax_is_within_half_a_minor_unit_of_the_exact_one_and_halves_go_up(
    amount, basis_points, inclusive
):
    found = TaxRules({"STANDARD": basis_points}, is_inclusive=inclusive).tax(amount)
    base = WHOLE + basis_points if inclusive else WHOLE
    # -1/2 < found - exact <= 1/2, in integers.
    difference = found * base - amount * basis_points
    assert -base < 2 * difference <= base


@limits(max_examples=200, deadline=None)
@given(net=AMOUNTS, basis_points=RATES)
def test_tax_on_top_is_the_tax_within_what_is_paid_then(net, basis_points):
    rates = {"STANDARD": basis_points}
    on_top = TaxRules(rates, is_inclusive=False).tax(net)
    assert TaxRules(rates, is_inclusive=True).tax(net + on_top) == on_top


@limits(max_examples=200, deadline=None)
@given(price=AMOUNTS, basis_points=RATES)
def test_reverse_charge_takes_the_tax_of_home_out_and_adds_none(price, basis_points):
    rules = TaxRules({}, is_inclusive=False, removed={"STANDARD": basis_points})
    usual = TaxRules({"STANDARD": basis_points}, is_inclusive=True)
    net = rules.price(price)
    assert (net + usual.tax(price), rules.tax(net)) == (price, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(("inclusive", "net"), [(True, 10_000), (False, 11_900)])
def test_business_abroad_pays_the_net_price(settings, inclusive, net):
    settings.SHOP_COUNTRY, settings.SHOP_PRICES_INCLUDE_TAX = "DE", inclusive
    rate(1900)
    rate(2000, country="AT")
    rules = tax.rules("AT", is_reverse_charge=True)
    assert rules.price(11_900) == net
    assert (rules.tax(net), rules.rate("STANDARD"), rules.is_inclusive) == (0, 0, False)
