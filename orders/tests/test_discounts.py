"""What offers take off goods: plain sums, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.promotions.discounts import Goods, reckon
from orders.promotions.offers import Claim, Refusal
from orders.tests.offers import claim, goods, offer, parts, reasons

KINDS = st.sampled_from(
    ["PERCENTAGE", "FIXED_AMOUNT", "FREE_SHIPPING", "CHEAPEST_OFF", "SET_PRICE"]
)


@st.composite
def offers(draw, *, code=""):
    kind = draw(KINDS if not code else st.sampled_from(["PERCENTAGE", "FIXED_AMOUNT"]))
    most = 10_000 if kind in ("PERCENTAGE", "CHEAPEST_OFF") else 30_000
    size = draw(st.integers(2, 4)) if kind in ("CHEAPEST_OFF", "SET_PRICE") else 0
    return offer(
        kind,
        draw(st.integers(1, most)),
        name=f"{code}{draw(st.integers(0, 10**9))}",
        code=code,
        minimum_order=draw(st.sampled_from([0, 0, 5000])),
        maximum_discount=draw(st.none() | st.integers(1, 10_000)),
        products=draw(st.frozensets(st.sampled_from("abcdef"), max_size=3)),
        skips_sale_items=draw(st.booleans()),
        is_combinable=draw(st.booleans()),
        group_size=size,
        group_discounted=draw(st.integers(1, size - 1)) if kind == "CHEAPEST_OFF" else 0,
    )


@st.composite
def carts(draw):
    lines = draw(st.lists(st.tuples(st.integers(0, 50_000), st.integers(1, 10)), max_size=6))
    return [
        Goods(key, price, quantity, product=key, is_on_sale=draw(st.booleans()))
        for key, (price, quantity) in zip("abcdef", lines, strict=False)
    ]


@given(
    lines=carts(),
    automatic=st.lists(offers(), max_size=4),
    codes=st.lists(offers(code="CODE"), max_size=2),
    shuffled=st.randoms(use_true_random=False),
)
def test_whatever_is_offered_adds_up_and_never_exceeds_the_goods(lines, automatic, codes, shuffled):
    claims = [Claim(one.code, one) for one in codes]
    found = reckon(lines, automatic, claims)
    taken = {line.key: found.of(line.key) for line in lines}
    assert all(0 <= taken[line.key] <= line.total for line in lines)
    assert found.total == sum(taken.values())
    for cut in found.cuts:
        assert cut.amount == sum(cut.parts.values()) > 0
        assert cut.offer.maximum_discount is None or cut.amount <= cut.offer.maximum_discount
        # Half a cent for the whole is rounded first, then less than one for each line.
        assert all(abs(part - cut.exact[key]) < 1.5 for key, part in cut.parts.items())
    told = [cut.offer.name for cut in (*found.cuts, *found.delivery)]
    assert sorted([*told, *(row.name for row in found.refused)]) == sorted(
        one.name for one in (*automatic, *codes)
    )
    turned = list(lines)
    shuffled.shuffle(turned)
    again = reckon(turned, automatic, claims)
    assert {line.key: again.of(line.key) for line in lines} == taken


def test_percentage_is_rounded_once_and_shared_by_largest_remainder():
    assert parts(goods((333, 1), (333, 1), (333, 1)), offer(value=1000)) == [34, 33, 33]


def test_order_of_the_lines_changes_no_cent():
    lines, fixed = goods((333, 1), (333, 1), (333, 1)), offer("FIXED_AMOUNT", 100)
    for turned in (lines, lines[::-1]):
        found = reckon(turned, [fixed])
        assert {key: found.of(key) for key in "abc"} == {"a": 34, "b": 33, "c": 33}


def test_fixed_amount_takes_no_more_than_there_is():
    assert parts(goods((300, 1), (100, 1)), offer("FIXED_AMOUNT", 1000)) == [300, 100]


def test_cap_holds_for_the_whole_offer():
    lines = goods((30_000, 1), (10_000, 1))
    assert parts(lines, offer(value=5000, maximum_discount=1000)) == [750, 250]


def test_second_offer_works_on_what_the_first_left():
    assert parts(goods((10_000, 1)), offer(value=1000), claims=[claim(value=1000)]) == [1900]


def test_three_for_two_gives_the_cheapest_of_each_full_group():
    three = offer("CHEAPEST_OFF", 10_000, group_size=3, group_discounted=1)
    assert parts(goods((500, 2), (300, 3), (100, 2)), three) == [0, 300, 100]
    assert parts(goods((500, 2), (300, 1)), three) == [0, 300]


def test_second_at_half_price():
    half = offer("CHEAPEST_OFF", 5000, group_size=2, group_discounted=1)
    assert parts(goods((999, 1), (501, 1), (400, 1)), half) == [0, 251, 0]


def test_two_for_a_price_never_makes_a_group_dearer():
    pair = offer("SET_PRICE", 6000, group_size=2)
    assert parts(goods((4000, 1), (3500, 1)), pair) == [800, 700]
    assert reasons(goods((2500, 2)), pair) == {"SET_PRICE 6000": "TOO_FEW"}


def test_offer_for_a_product_leaves_the_others_alone():
    assert parts(goods((1000, 1), (1000, 1)), offer(products=frozenset("b"))) == [0, 100]


def test_offer_for_a_place_counts_goods_in_it():
    lines = [Goods("a", 1000, 1, places=frozenset({"socks"})), Goods("b", 1000, 1)]
    assert parts(lines, offer(places=frozenset({"socks"}))) == [100, 0]


def test_offer_for_something_that_is_gone_is_for_nothing():
    assert reasons(goods((1000, 1)), offer(name="x", places=frozenset({"gone"}))) == {
        "x": "OTHER_GOODS"
    }


def test_reduced_goods_are_left_out_where_the_offer_says_so():
    lines = [*goods((1000, 1)), Goods("z", 1000, 1, is_on_sale=True)]
    assert parts(lines, offer(skips_sale_items=True)) == [100, 0]
    alone = claim(skips_sale_items=True)
    assert reasons(lines[1:], claims=[alone]) == {"CODE": "SALE_ITEMS"}


def test_promotion_not_to_be_combined_closes_its_lines_for_later_promotions():
    lines = goods((1000, 1), (1000, 1))
    first = offer(is_combinable=False, products=frozenset("a"))
    assert parts(lines, first, offer("FIXED_AMOUNT", 500)) == [100, 500]
    assert parts(lines, offer("FIXED_AMOUNT", 500, products=frozenset("a")), first) == [500, 0]


def test_exclusive_code_leaves_alone_what_a_promotion_reduced():
    lines = goods((1000, 1), (1000, 1))
    sale = offer(value=5000, products=frozenset("a"))
    assert parts(lines, sale, claims=[claim(is_combinable=False)]) == [500, 100]
    assert parts(lines, sale, claims=[claim()]) == [500 + 50, 100]
    assert reasons(lines[:1], sale, claims=[claim(is_combinable=False)]) == {"CODE": "NOT_TOGETHER"}


@pytest.mark.parametrize(("first", "second"), [(False, True), (True, False), (False, False)])
def test_code_that_stands_alone_goes_with_no_other(first, second):
    both = [claim(code="ONE", is_combinable=first), claim(code="TWO", is_combinable=second)]
    assert reasons(goods((1000, 1)), claims=both) == {"TWO": "NOT_TOGETHER"}
    assert parts(goods((1000, 1)), claims=both) == [100]


def test_codes_that_may_stand_together_do():
    both = [claim(code="ONE"), claim("FIXED_AMOUNT", 100, code="TWO")]
    assert parts(goods((1000, 1)), claims=both) == [200]


def test_minimum_is_compared_with_the_goods_after_promotions_before_codes():
    lines, half = goods((10_000, 1)), offer(value=5000)
    found = reckon(lines, [half], [claim(minimum_order=6000)])
    assert [(row.reason, row.missing) for row in found.refused] == [(Refusal.MINIMUM, 1000)]
    both = [claim("FIXED_AMOUNT", 4000, code="ONE"), claim(code="TWO", minimum_order=10_000)]
    assert not reasons(lines, claims=both)


def test_nothing_is_taken_off_nothing():
    assert reasons(goods((0, 1)), offer(name="x")) == {"x": "NOTHING_LEFT"}
    assert reasons([], offer(name="x")) == {"x": "OTHER_GOODS"}
