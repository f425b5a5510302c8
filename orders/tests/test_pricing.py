"""What a cart costs."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Product, ProductVariant
from orders.models import CartItem, ShippingMethod, TaxRate
from orders.prices import pricing
from orders.promotions.discounts import reckon
from orders.promotions.reckoning import goods_of
from orders.tests.offers import offer

pytestmark = pytest.mark.django_db
CLASSES = ["STANDARD", "REDUCED", "ZERO"]
property_of_carts = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LINES = st.lists(
    st.tuples(st.integers(0, 200_000), st.integers(1, 10), st.sampled_from(CLASSES)), max_size=6
)


def item(price, quantity=1, tax_class="STANDARD"):
    product = Product(title="Overshirt", price=price, tax_class=tax_class)
    return CartItem(variant=ProductVariant(product=product, price=price), quantity=quantity)


def rate(basis_points, *, tax_class="STANDARD", country="DE", state=""):
    TaxRate.objects.update_or_create(
        country=country,
        state=state,
        tax_class=tax_class,
        defaults={"name": "VAT", "rate_basis_points": basis_points},
    )


def delivery(price, free_from=None):
    return ShippingMethod(price=price, free_from=free_from)


@property_of_carts
@given(
    lines=LINES,
    rates=st.tuples(*[st.integers(0, 10_000)] * 3),
    shipping=st.integers(0, 5000),
    inclusive=st.booleans(),
)
def test_total_adds_up_and_is_never_negative_for_any_cart(lines, rates, shipping, inclusive):
    for tax_class, basis_points in zip(CLASSES, rates, strict=True):
        rate(basis_points, tax_class=tax_class)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.SHOP_PRICES_INCLUDE_TAX", inclusive)
        found = pricing.totals(
            [item(*line) for line in lines], currency="EUR", method=delivery(shipping)
        )
    assert found.total == found.subtotal - found.discount + found.shipping + found.tax
    assert found.subtotal == sum(price * quantity for price, quantity, _ in lines)
    assert 0 <= found.included_tax <= found.total
    assert found.tax == (0 if inclusive else found.included_tax)
    assert found.included_tax >= sum(line.tax for line in found.lines) >= 0


def test_prices_that_include_tax_are_the_total(settings):
    settings.SHOP_PRICES_INCLUDE_TAX = True
    rate(1900)
    found = pricing.totals([item(11_900)], currency="EUR", method=delivery(1190))
    assert (found.total, found.tax, found.included_tax) == (13_090, 0, 1900 + 190)


def test_prices_without_tax_get_it_on_top(settings):
    settings.SHOP_PRICES_INCLUDE_TAX = False
    rate(1900)
    found = pricing.totals([item(10_000)], currency="EUR", method=delivery(1000))
    assert (found.total, found.tax, found.included_tax) == (13_090, 2090, 2090)


def test_each_line_has_the_rate_of_its_tax_class():
    rate(1900)
    rate(700, tax_class="REDUCED")
    cart = [item(1000), item(1000, tax_class="REDUCED"), item(1000, tax_class="ZERO")]
    found = pricing.totals(cart, currency="EUR")
    assert [line.tax_rate for line in found.lines] == [1900, 700, 0]


def test_shops_own_country_is_taxed_until_the_address_is_known(settings):
    settings.SHOP_COUNTRY = "DE"
    rate(1900)
    rate(2000, country="AT")
    assert pricing.totals([item(1000)], currency="EUR").lines[0].tax_rate == 1900
    abroad = pricing.totals([item(1000)], currency="EUR", country="AT")
    assert abroad.lines[0].tax_rate == 2000


@property_of_carts
@given(
    lines=LINES.filter(bool),
    rates=st.tuples(*[st.integers(0, 3000)] * 3),
    off=st.integers(1, 10_000),
    fixed=st.integers(1, 50_000),
    inclusive=st.booleans(),
    is_reverse_charge=st.booleans(),
    shuffled=st.randoms(use_true_random=False),
)
def test_discounts_add_up_by_line_whatever_the_tax(
    lines, rates, off, fixed, inclusive, is_reverse_charge, shuffled
):
    for tax_class, basis_points in zip(CLASSES, rates, strict=True):
        rate(basis_points, tax_class=tax_class)
    rows = [item(*line) for line in lines]
    offers = [offer(value=off), offer("FIXED_AMOUNT", fixed)]
    discounts = reckon(goods_of(rows, []), offers)
    turned = list(rows)
    shuffled.shuffle(turned)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.SHOP_PRICES_INCLUDE_TAX", inclusive)
        facts = {"currency": "EUR", "method": delivery(490), "discounts": discounts}
        found = pricing.totals(rows, is_reverse_charge=is_reverse_charge, **facts)
        again = pricing.totals(turned, is_reverse_charge=is_reverse_charge, **facts)
    assert found.discount == sum(line.discount for line in found.lines)
    assert found.discount == sum(taken.amount for taken in found.offers)
    for line in found.lines:
        assert line.line_total == line.unit_price * line.item.quantity - line.discount >= 0
        steps = [step for step in line.trace if step["step"] in ("PRICE", "CUT")]
        assert steps[0]["amount"] - sum(step["amount"] for step in steps[1:]) == line.line_total
    assert found.total == found.subtotal - found.discount + found.shipping + found.tax >= 0
    assert (again.total, again.tax, again.discount) == (found.total, found.tax, found.discount)


@pytest.mark.parametrize(("goods", "costs"), [(7999, 490), (8000, 0)])
def test_delivery_is_free_from_its_threshold(goods, costs):
    found = pricing.totals([item(goods)], currency="EUR", method=delivery(490, free_from=8000))
    assert found.shipping == costs


def test_pricing_reads_rates_and_promotions_once_however_long_the_cart(django_assert_num_queries):
    # Promotions are cached, but not from within the transaction of a test.
    with django_assert_num_queries(2):
        pricing.totals([item(1000) for _ in range(20)], currency="EUR", method=delivery(490))
