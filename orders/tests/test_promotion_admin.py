"""Coupons and promotions in the back office."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditLog
from catalog.tests.factories import CategoryFactory
from orders.checkouts.placing import place_order
from orders.models import Coupon, CouponUsage, Promotion
from orders.promotions import codes
from orders.promotions.report import given
from orders.promotions.sentences import sentence
from orders.tests.factories import filled_cart, ready_checkout, shown_total, variant_in_stock
from orders.tests.offers import coupon, promotion, with_codes
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db
ADD = reverse("admin:orders_coupon_add")


@pytest.fixture
def manager():
    return signed_in(staff(Role.MANAGER))


def text(response):
    return response.content.decode()


def url(name, row):
    return reverse(f"admin:orders_{row._meta.model_name}_{name}", args=[row.pk])


def typed(client, page=ADD, **values):
    """The form of the page as a browser would post it, with ``values`` typed."""
    return {**fields_of(client.get(page)), **values}


def used_by_an_order(code="WELCOME10"):
    cart = filled_cart((variant_in_stock(price=10_000), 1))
    with_codes(cart, code)
    return place_order(cart_id=cart.pk, agreed_total=shown_total(ready_checkout(cart)))


def test_manager_makes_a_coupon_and_reads_it_as_a_sentence(manager):
    women = CategoryFactory(slug="women", name="Women")
    trousers = CategoryFactory(slug="trousers", name="Trousers", parent=women)
    values = {
        "code": "autumn 20",
        "name": "Autumn",
        "kind": "PERCENTAGE",
        "percent": "20",
        "categories": str(trousers.pk),
        "minimum_order": "60.00",
        "per_person_limit": "1",
        "starts_at_0": "2026-11-01",
        "starts_at_1": "00:00:00",
        "ends_at_0": "2026-12-01",
        "ends_at_1": "00:00:00",
    }
    response = manager.post(ADD, typed(manager, **values))
    assert response.status_code == 302, response.context["adminform"].form.errors
    made = Coupon.objects.get()
    assert (made.code, made.value, made.minimum_order) == ("AUTUMN20", 2000, 6000)
    assert made.category_ids == [trousers.pk]
    page = text(manager.get(url("change", made)))
    assert "20 % off Women › Trousers, from €60.00, once per customer, not with other" in page
    assert "1 Nov 2026 00:00 – 1 Dec 2026 00:00" in page


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"percent": ""}, "percent"),
        ({"percent": "101"}, "percent"),
        ({"kind": "FIXED_AMOUNT"}, "amount"),
        ({"code": "?"}, "code"),
        ({"code": "taken"}, "code"),
        ({"products": "-1"}, "products"),
        ({"per_person_limit": "0"}, "per_person_limit"),
    ],
)
def test_coupon_that_makes_no_sense_is_refused(manager, values, field):
    coupon("TAKEN")
    plain = {"code": "NEW", "name": "x", "kind": "PERCENTAGE", "percent": "10"}
    response = manager.post(ADD, typed(manager, **plain | values))
    assert field in response.context["adminform"].form.errors
    assert Coupon.objects.count() == 1


def test_manager_makes_three_for_two(manager):
    page = reverse("admin:orders_promotion_add")
    values = {"name": "Socks", "kind": "CHEAPEST_OFF", "percent": "100"}
    refused = manager.post(page, typed(manager, page, **values))
    assert "group_size" in refused.context["adminform"].form.errors
    values |= {"group_size": "3", "group_discounted": "1"}
    manager.post(page, typed(manager, page, **values))
    made = Promotion.objects.get()
    assert (made.value, made.group_size, made.group_discounted) == (10_000, 3, 1)
    assert sentence(made).startswith("3 for 2, with no other promotion on the same goods")


def test_coupon_opened_and_saved_again_is_the_same(manager):
    made = coupon(kind="FIXED_AMOUNT", value=1050, product_ids=[variant_in_stock().product_id])
    page = url("change", made)
    manager.post(page, typed(manager, page, name="New name"))
    again = Coupon.objects.get()
    assert (again.name, again.value, again.product_ids) == ("New name", 1050, made.product_ids)


def test_sample_cart_shows_each_step_and_why_others_were_refused(manager):
    variant = variant_in_stock(price=10_000)
    promotion(name="Big orders", minimum_order=50_000)
    made = coupon(starts_at=timezone.now() + timedelta(days=9))
    values = {"lines": f"{variant.sku} 2\nNOPE 1", "email": ""}
    page = text(manager.post(url("try", made), values))
    for words in ("2 × €100.00", "Code WELCOME10", "-€20.00", "Big orders", "SKU NOPE", "€180.00"):
        assert words in page
    assert not CouponUsage.objects.exists()


def test_coupon_is_ended_at_once(manager):
    made = coupon()
    assert "From now on" in text(manager.get(url("end", made)))
    manager.post(url("end", made))
    made.refresh_from_db()
    assert made.ends_at <= timezone.now()
    assert "Ended" in text(manager.get(url("change", made)))


def test_single_use_codes_leave_as_a_file(manager):
    made = coupon("SPRING")
    manager.post(url("batch", made), {"count": "30"})
    response = manager.get(url("codes", made))
    rows = b"".join(response.streaming_content).decode("utf-8-sig").split()
    assert len(rows) == 31
    assert all(row.startswith("SPRING-") for row in rows[1:])
    assert AuditLog.objects.filter(action="EXPORT", entity_id=str(made.pk)).exists()
    assert "SPRING-" not in text(manager.get(reverse("admin:orders_coupon_changelist")))


def test_used_coupon_shows_its_orders_and_what_it_took_off(manager):
    made = coupon()
    order = used_by_an_order()
    page = text(manager.get(url("change", made)))
    assert order.number in page
    listed = text(manager.get(reverse("admin:orders_coupon_changelist")))
    assert "1 / ∞" in listed
    assert "€10.00" in listed


def test_report_adds_up_what_offers_took_off(manager):
    promotion(name="Autumn", value=500)
    coupon(stacking="COMBINABLE")
    for _ in range(2):
        used_by_an_order()
    assert [(row.name, row.code, row.orders, row.amount) for row in given(30)] == [
        ("Welcome", "WELCOME10", 2, 1900),
        ("Autumn", "", 2, 1000),
    ]
    page = text(manager.get(reverse("admin:orders_coupon_report")))
    assert "€19.00" in page


def test_staff_sees_on_the_order_why_it_cost_what_it_cost(manager):
    promotion(name="Big orders", minimum_order=50_000)
    coupon()
    page = text(manager.get(reverse("admin:orders_order_change", args=[used_by_an_order().pk])))
    for words in ("Why this price?", "Code WELCOME10", "Big orders", "more in the cart"):
        assert words in page


def test_list_of_coupons_costs_the_same_for_many(manager, django_assert_max_num_queries):
    for number in range(30):
        coupon(f"CODE{number}")
    manager.get(reverse("admin:orders_coupon_changelist"))
    with django_assert_max_num_queries(10):
        manager.get(reverse("admin:orders_coupon_changelist"))


def test_who_may_not_see_coupons_gets_none_of_their_pages():
    made = coupon()
    codes.make_batch(coupon=made, count=1)
    client = signed_in(staff(Role.EMPLOYEE))
    for name in ("change", "try", "end", "batch", "codes"):
        assert client.get(url(name, made)).status_code == 403
    assert client.get(reverse("admin:orders_coupon_report")).status_code == 403
