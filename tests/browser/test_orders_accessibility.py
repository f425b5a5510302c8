"""No finding of axe on what comes before and after an order, for shoppers and for staff."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from inventory.models import Stock
from orders.models import Coupon, Order, Promotion
from orders.placed import tracking
from orders.tests.factories import paid_order
from shop.accounts.models import User
from tests.back_office import signed_in
from tests.browser.pages import (
    expect_thanks,
    pay,
    put_in_cart,
    start_express,
    type_address,
    type_card,
)
from tests.browser.test_staff_catalog import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_express_page_is_accessible_also_with_errors(shop_pages, inspector):
    page = shop_pages.open()
    start_express(page)
    inspector.look(page)
    page.get_by_label("Billing address is the same").uncheck()
    expect(page.get_by_label("Full name")).to_have_count(2)
    pay(page)
    expect(page.get_by_role("alert")).to_be_visible()
    inspector.look(page)
    page.get_by_label("Billing address is the same").check()
    expect(page.get_by_label("Full name")).to_have_count(1)
    type_address(page)
    type_card(page)
    pay(page)
    expect_thanks(page)
    inspector.look(page)


def test_a_cart_in_each_of_its_states_is_accessible(shop_pages, inspector):
    terms = {"kind": "PERCENTAGE", "value": 1000, "stacking": "COMBINABLE"}
    Coupon.objects.create(code="TEN", name="Ten off", **terms)
    Promotion.objects.create(name="Autumn", currency="EUR", kind="PERCENTAGE", value=500)
    page = shop_pages.open()
    put_in_cart(page)
    for summary in ("Have a code?", "Delivery to", "Share this cart", "Why this price?"):
        page.locator("summary", has_text=summary).first.click()
    inspector.look(page)
    page.get_by_label("Code", exact=True).fill("NOBODY")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#id_code_error")).to_be_visible()
    inspector.look(page, widths=())
    page.get_by_label("Code", exact=True).fill("ten")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#coupon strong")).to_be_visible()
    page.get_by_role("button", name="Save for later").first.click()
    expect(page.get_by_role("heading", name="Saved for later")).to_be_visible()
    inspector.look(page)
    put_in_cart(page)
    page.get_by_role("button", name="Remove Plain tee").first.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    inspector.look(page, widths=())


def test_what_becomes_of_an_order_is_accessible(shop_pages, inspector):
    user = User.objects.create_user("mara@example.com")
    order = paid_order(user=user)
    page = shop_pages.open("/track/")
    inspector.look(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_visible()
    inspector.look(page, widths=())
    link = tracking.path_to(order.pk)
    for path in ("/track/sent/", "/track/nobody/", link, f"/order/{order.token}/cancel/"):
        page.goto(path)
        inspector.look(page)
    page.goto(f"/order/{order.token}/address/")
    page.get_by_label("Town").fill("")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    inspector.look(page)
    cookie = signed_in(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": shop_pages.url}])
    paths = ("/account/", "/account/orders/", "/account/orders/?q=nothing", number_of(order))
    for path in paths:
        page.goto(path)
        inspector.look(page)


def number_of(order):
    return reverse("orders:account_order", args=[order.number])


def test_staff_pages_of_orders_and_stock_are_accessible(shop_pages, inspector):
    order = paid_order()
    Promotion.objects.create(name="Autumn", currency="EUR", kind="PERCENTAGE", value=500)
    coupon = Coupon.objects.create(code="TEN", name="Ten off", kind="PERCENTAGE", value=1000)
    page = enter(shop_pages, reverse("admin:orders_order_changelist"))
    shelf = Stock.objects.first()
    workspace = reverse("admin:orders_order_change", args=[order.pk])
    paths = [
        reverse("admin:orders_order_changelist"),
        workspace,
        reverse("admin:orders_coupon_changelist"),
        reverse("admin:orders_coupon_change", args=[coupon.pk]),
        reverse("admin:orders_promotion_changelist"),
        reverse("admin:orders_promotion_add"),
        reverse("admin:inventory_stock_changelist"),
        reverse("admin:inventory_stock_change", args=[shelf.pk]),
        reverse("admin:inventory_purchaseorder_changelist"),
        reverse("admin:inventory_purchaseorder_add"),
        reverse("admin:inventory_stocktake_changelist"),
        reverse("admin:inventory_stocktake_add"),
    ]
    page.goto(workspace)
    nothing_paid = page.locator(".module p.a-empty").first
    assert nothing_paid.evaluate("one => getComputedStyle(one).paddingInlineStart") == "16px"
    moves = page.locator("main a[href*='/admin/orders/order/'], #content a[href*='/orders/order/']")
    found = {str(link) for link in moves.evaluate_all("all => all.map(a => a.pathname)")}
    paths += sorted(path for path in found if path.startswith(workspace.removesuffix("change/")))
    for path in dict.fromkeys(paths):
        page.goto(path)
        inspector.look(page, widths=(768, 1440))
    assert Order.objects.count() == 1
