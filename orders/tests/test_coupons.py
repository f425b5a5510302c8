"""Codes: who may use them, how often, and that limits hold."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Collection, CollectionProduct
from catalog.tests.factories import CategoryFactory, ProductFactory, place
from orders.carts import cart as carts
from orders.checkouts.placing import place_order
from orders.errors import CouponLapsed, CouponRefused, TotalChanged
from orders.models import Coupon, CouponUsage, Order, Promotion
from orders.placed import lifecycle
from orders.prices import pricing
from orders.promotions import codes, redemption
from orders.promotions.buyer import Buyer, buyer_of
from orders.promotions.reckoning import discounts_of
from orders.tests.factories import (
    filled_cart,
    member,
    placed_order,
    ready_checkout,
    shown_total,
    variant_in_stock,
)
from orders.tests.offers import coupon, promotion, with_codes

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)


def refusals(cart, *typed, **person):
    buyer = Buyer(codes=typed, customer_id=cart.user_id, **person)
    found = discounts_of(carts.items_of(cart), currency="EUR", buyer=buyer)
    return [str(row.reason) for row in found.refused if row.code]


def order_with(*typed, user=None, email=None):
    cart = filled_cart((variant_in_stock(price=10_000), 1), user=user)
    with_codes(cart, *typed)
    checkout = ready_checkout(cart, email=email)
    return place_order(cart_id=cart.pk, agreed_total=shown_total(checkout))


def uses(code="WELCOME10"):
    return Coupon.objects.get(code=code).uses


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"is_active": False}, "EXPIRED"),
        ({"starts_at": NOW + DAY}, "NOT_YET"),
        ({"starts_at": NOW - 2 * DAY, "ends_at": NOW - DAY}, "EXPIRED"),
        ({"usage_limit": 0}, "USED_UP"),
        ({"minimum_order": 20_000}, "MINIMUM"),
        ({"product_ids": ["0197a1e2-0000-7000-8000-000000000000"]}, "OTHER_GOODS"),
        ({"currency": "USD"}, "UNKNOWN"),
        ({"deleted_at": NOW}, "UNKNOWN"),
    ],
)
def test_code_that_does_not_count_says_why_and_is_not_kept(fields, reason):
    coupon(**fields)
    cart = filled_cart()
    with pytest.raises(CouponRefused) as refused:
        codes.add(cart=cart, typed="welcome10")
    assert refused.value.reason == reason
    cart.refresh_from_db()
    assert cart.coupon_codes == []


@pytest.mark.parametrize("typed", ["welcome10", " Welcome 10 ", "WELCOME10", "ＷＥＬＣＯＭＥ１０"])
def test_code_counts_however_it_is_typed(typed):
    coupon()
    cart = filled_cart()
    assert codes.add(cart=cart, typed=typed) == "WELCOME10"
    assert codes.add(cart=cart, typed=typed) == "WELCOME10"
    cart.refresh_from_db()
    assert cart.coupon_codes == ["WELCOME10"]


@pytest.mark.parametrize("typed", ["", "!", "A" * 500, "x'; --", "ŁŁŁ", "NOPE"])
def test_what_is_no_code_is_unknown(typed):
    with pytest.raises(CouponRefused) as refused:
        codes.add(cart=filled_cart(), typed=typed)
    assert refused.value.reason == "UNKNOWN"


def test_two_live_coupons_cannot_share_a_code():
    coupon().soft_delete()
    coupon()
    with pytest.raises(IntegrityError, match="coupon_code_unique"), transaction.atomic():
        coupon()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"code": "welcome"}, "coupon_code_is_normalized"),
        ({"value": 10_001}, "coupon_value_fits_kind"),
        ({"kind": "FREE_SHIPPING", "value": 1}, "coupon_value_fits_kind"),
        ({"uses": 2, "usage_limit": 1}, "coupon_uses_within_limit"),
        ({"ends_at": NOW - DAY}, "coupon_ends_after_it_starts"),
        ({"minimum_order": -1}, "coupon_amounts_not_negative"),
    ],
)
def test_wrong_coupon_is_refused_by_the_database(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        coupon(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "CHEAPEST_OFF", "group_size": 2},
        {"kind": "CHEAPEST_OFF", "group_size": 2, "group_discounted": 2},
        {"kind": "SET_PRICE", "group_size": 1},
        {"kind": "PERCENTAGE", "group_size": 3},
    ],
)
def test_wrong_promotion_is_refused_by_the_database(fields):
    with pytest.raises(IntegrityError, match="promotion_value_fits_kind"), transaction.atomic():
        promotion(**fields)


def test_coupon_of_a_category_counts_for_all_below_it():
    above = CategoryFactory(slug="clothes")
    product = ProductFactory(category=CategoryFactory(slug="socks", parent=above))
    other = ProductFactory(category=CategoryFactory(slug="hats"))
    coupon(category_ids=[above.pk])
    cart = filled_cart((product.variants.first(), 1), (other.variants.first(), 1))
    found = discounts_of(carts.items_of(cart), currency="EUR", buyer=with_codes(cart, "WELCOME10"))
    assert found.total == 490


def test_coupon_for_a_first_order_is_refused_to_who_ordered_before():
    coupon(first_order_only=True)
    placed_order(email="Ada@example.com")
    cart = filled_cart()
    assert refusals(cart, "WELCOME10") == []
    assert refusals(cart, "WELCOME10", email="new@example.com") == []
    assert refusals(cart, "WELCOME10", email="ada@EXAMPLE.com") == ["FIRST_ORDER"]


def test_canceled_order_is_no_first_order():
    coupon(first_order_only=True)
    lifecycle.cancel(placed_order(email="ada@example.com").pk, reason="")
    assert refusals(filled_cart(), "WELCOME10", email="ada@example.com") == []


def test_limit_per_customer_counts_account_and_address():
    coupon(per_person_limit=1)
    ada = member()
    order_with("WELCOME10", user=ada, email="Ada@example.com")
    assert refusals(filled_cart(user=ada), "WELCOME10") == ["USED_BY_YOU"]
    assert refusals(filled_cart(), "WELCOME10", email="ADA@example.com") == ["USED_BY_YOU"]
    assert refusals(filled_cart(), "WELCOME10", email="eve@example.com") == []


def test_placed_order_carries_its_discount_and_why():
    coupon()
    order = order_with("WELCOME10")
    item = order.items.get()
    assert (order.subtotal, order.discount, order.shipping) == (10_000, 1000, 0)
    assert (item.discount, item.line_total) == (1000, 9000)
    assert [step["step"] for step in item.price_trace] == ["PRICE", "CUT", "TAX"]
    assert order.price_trace[1]["code"] == "WELCOME10"
    usage = CouponUsage.objects.get()
    assert (usage.order, usage.amount, usage.email) == (order, 1000, order.email)
    assert uses() == 1


def test_canceled_unpaid_order_gives_its_use_back():
    coupon(usage_limit=1)
    order = order_with("WELCOME10")
    lifecycle.cancel(order.pk, reason="")
    lifecycle.cancel(order.pk, reason="")
    assert uses() == 0
    assert CouponUsage.objects.get().released_at
    order_with("WELCOME10")
    assert uses() == 1


def test_use_of_a_coupon_is_never_deleted_nor_changed():
    coupon()
    order_with("WELCOME10")
    for statement in ("DELETE FROM orders_couponusage", "UPDATE orders_couponusage SET amount = 0"):
        with pytest.raises(Exception, match="pgtrigger"), transaction.atomic():
            connection.cursor().execute(statement)


def test_coupon_that_lapsed_is_told_before_paying_and_the_cart_is_kept():
    given = coupon()
    cart = filled_cart((variant_in_stock(price=10_000), 1))
    with_codes(cart, "WELCOME10")
    agreed = shown_total(ready_checkout(cart))
    given.is_active = False
    given.save()
    with pytest.raises(TotalChanged) as changed:
        place_order(cart_id=cart.pk, agreed_total=agreed)
    assert changed.value.totals.total == agreed + 1000
    assert not Order.objects.exists()
    assert not CouponUsage.objects.exists()


def test_last_use_goes_to_who_comes_first_even_if_both_were_priced():
    coupon(usage_limit=1)
    totals = []
    for _ in range(2):
        cart = filled_cart((variant_in_stock(), 1))
        buyer = with_codes(cart, "WELCOME10")
        totals.append(pricing.totals(carts.items_of(cart), currency="EUR", buyer=buyer))
    redemption.redeem(order=placed_order(), totals=totals[0])
    with pytest.raises(CouponLapsed), transaction.atomic():
        redemption.redeem(order=placed_order(), totals=totals[1])
    assert (uses(), CouponUsage.objects.count()) == (1, 1)


def test_second_use_by_the_same_person_is_refused_even_if_both_were_priced():
    coupon(per_person_limit=1)
    cart = filled_cart()
    totals = pricing.totals(
        carts.items_of(cart), currency="EUR", buyer=with_codes(cart, "WELCOME10")
    )
    redemption.redeem(order=placed_order(email="ada@example.com"), totals=totals)
    with pytest.raises(CouponLapsed), transaction.atomic():
        redemption.redeem(order=placed_order(email="Ada@example.com"), totals=totals)
    assert uses() == 1


def test_free_delivery_is_counted_only_where_it_was_needed():
    coupon("FREESHIP", kind="FREE_SHIPPING", value=0)
    assert order_with("FREESHIP").shipping == 0
    assert uses("FREESHIP") == 0
    cart = filled_cart((variant_in_stock(price=5000), 1))
    with_codes(cart, "FREESHIP")
    order = place_order(cart_id=cart.pk, agreed_total=shown_total(ready_checkout(cart)))
    assert (order.total, order.discount, order.shipping) == (5000, 0, 0)
    assert uses("FREESHIP") == 1


def test_free_delivery_threshold_looks_at_the_goods_after_discounts():
    coupon(kind="FIXED_AMOUNT", value=2500)
    assert order_with("WELCOME10").shipping == 490


def test_code_of_a_batch_works_once_on_the_terms_of_its_template():
    template = coupon("SPRING", usage_limit=0, value=2000)
    first, second = codes.make_batch(coupon=template, count=2)
    assert len({first.code, second.code}) == 2
    assert order_with(first.code).discount == 2000
    cart = filled_cart()
    assert refusals(cart, first.code) == ["USED_UP"]
    assert refusals(cart, "SPRING") == ["USED_UP"]
    template.is_active = False
    template.save()
    assert refusals(cart, second.code) == ["EXPIRED"]


def test_limit_per_customer_holds_over_all_codes_of_a_batch():
    template = coupon("SPRING", usage_limit=0, per_person_limit=1)
    first, second = codes.make_batch(coupon=template, count=2)
    order_with(first.code, email="ada@example.com")
    assert refusals(filled_cart(), second.code, email="ada@example.com") == ["USED_BY_YOU"]


def test_promotion_counts_in_its_time_only():
    promotion(starts_at=NOW - DAY, ends_at=NOW + DAY)
    items = carts.items_of(filled_cart())
    taken = [
        discounts_of(items, currency="EUR", now=NOW + shift).total
        for shift in (-2 * DAY, timedelta(), 2 * DAY)
    ]
    assert taken == [0, 499, 0]


def test_promotions_go_by_priority():
    promotion(name="second", priority=2, kind="FIXED_AMOUNT", value=1000, is_combinable=True)
    promotion(name="first", priority=1, is_combinable=True)
    found = discounts_of(carts.items_of(filled_cart()), currency="EUR")
    assert [(cut.offer.name, cut.amount) for cut in found.cuts] == [
        ("first", 499),
        ("second", 1000),
    ]


def test_merged_carts_keep_the_codes_of_both():
    ada = member()
    with_codes(filled_cart(user=ada), "ONE")
    guest = filled_cart()
    with_codes(guest, "TWO", "ONE")
    assert carts.merge(guest=guest, user=ada).coupon_codes == ["ONE", "TWO"]


@pytest.mark.django_db(transaction=True)
def test_cart_without_codes_is_priced_without_a_query_while_promotions_are_known(
    django_assert_num_queries,
):
    promotion(value=500)
    cart = filled_cart()
    items = carts.items_of(cart)
    discounts_of(items, currency="EUR", buyer=buyer_of(cart))
    with django_assert_num_queries(0):
        assert discounts_of(items, currency="EUR", buyer=buyer_of(cart)).total == 250
    Promotion.objects.update(value=1000)
    assert discounts_of(items, currency="EUR").total == 499


def test_placing_with_a_code_costs_five_statements_more_however_many_lines():
    coupon(per_person_limit=9)
    costs = []
    for lines, typed in ((1, []), (1, ["WELCOME10"]), (5, ["WELCOME10"])):
        cart = filled_cart(*[(variant_in_stock(), 1) for _ in range(lines)])
        with_codes(cart, *typed)
        checkout = ready_checkout(cart)
        agreed = shown_total(checkout)
        with CaptureQueriesContext(connection) as done:
            place_order(cart_id=cart.pk, agreed_total=agreed)
        costs.append(len(done))
    # The code and this person's uses are read; the use is counted, checked and written.
    assert [cost - costs[0] for cost in costs] == [0, 5, 5]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 6])
def test_codes_cost_the_same_queries_however_long_the_cart(count, django_assert_num_queries):
    promotion(category_ids=[CategoryFactory().pk])
    coupon("ONE", per_person_limit=3, stacking="COMBINABLE")
    coupon("TWO", first_order_only=True, stacking="COMBINABLE")
    cart = filled_cart(*[(variant_in_stock(), 1) for _ in range(count)])
    items = carts.items_of(cart)
    buyer = Buyer(("ONE", "TWO"), email="ada@example.com")
    discounts_of(items, currency="EUR")
    # Both codes and what is known of this person; where the goods are placed is held.
    with django_assert_num_queries(3):
        assert discounts_of(items, currency="EUR", buyer=buyer).total


@pytest.mark.django_db(transaction=True)
def test_goods_cost_less_from_the_moment_they_are_in_the_collection():
    collection = Collection.objects.create(title="Offers", slug="offers")
    promotion(collection_ids=[collection.pk])
    items = carts.items_of(filled_cart((variant_in_stock(), 1)))
    product = items[0].variant.product
    assert not discounts_of(items, currency="EUR").total
    CollectionProduct.objects.create(collection=collection, product=product)
    assert discounts_of(items, currency="EUR").total
    CollectionProduct.objects.filter(product=product).delete()
    assert not discounts_of(items, currency="EUR").total


@pytest.mark.django_db(transaction=True)
def test_goods_cost_less_from_the_moment_they_are_in_the_category():
    category = CategoryFactory()
    promotion(category_ids=[category.pk])
    items = carts.items_of(filled_cart((variant_in_stock(), 1)))
    assert not discounts_of(items, currency="EUR").total
    place(items[0].variant.product, category)
    assert discounts_of(items, currency="EUR").total
