"""Buying and goods-in in the back office: who may do and see what, and pages that work by form."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory import backorders, purchasing
from inventory.models import PurchaseOrder, Receipt, Stock, Supplier, SupplierItem
from inventory.tests import buying
from inventory.tests.builders import location, shelf, variant
from orders.tests.factories import placed_order, variant_in_stock
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"admin:inventory_purchaseorder_{name}", args=args)


@pytest.fixture
def manager():
    return signed_in(staff(Role.MANAGER))


@pytest.fixture
def employee():
    return signed_in(staff(Role.EMPLOYEE))


def test_a_draft_gets_its_lines_by_sku_in_the_currency_of_the_supplier(manager):
    shirt, skirt, mill = variant(), variant(), buying.supplier(currency="JPY")
    fields = fields_of(manager.get(page("add"))) | {
        "supplier": mill.pk,
        "location": location().pk,
        "exchange_rate": "0.006",
    }
    manager.post(page("add"), fields)
    order = PurchaseOrder.objects.get()
    assert (order.currency, order.status) == ("JPY", "DRAFT")
    fields = fields_of(manager.get(page("change", order.pk)))
    fields |= {"lines-0-sku": shirt.sku.lower(), "lines-0-quantity": 5, "lines-0-cost": "1500"}
    fields |= {"lines-1-sku": skirt.sku, "lines-1-quantity": 2, "lines-1-cost": "900"}
    response = manager.post(page("change", order.pk), fields)
    assert response.status_code == 302, response.context["errors"]
    lines = {(line.variant, line.quantity, line.cost) for line in order.lines.all()}
    assert lines == {(shirt, 5, 1500), (skirt, 2, 900)}


def test_the_expected_day_is_moved_and_says_who_waits(manager, at_noon):
    shirt = variant(policy="CONTINUE")
    shelf(shirt, 0)
    order = buying.sent((shirt, 5, 1500), expected_on=timezone.localdate() + timedelta(days=4))
    waits = placed_order((variant_in_stock(units=1), 1))
    backorders.open_for(waits.pk, {shirt.pk: 2}, since=timezone.now())
    step = page("step", order.pk, "expect")
    assert step in manager.get(page("change", order.pk)).text
    shown = manager.get(step)
    assert "1 order waits for goods that are on it." in shown.text
    fields = fields_of(shown)
    assert fields["expected_on"] == order.expected_on.isoformat()
    day = timezone.localdate() + timedelta(days=9)
    passed = fields | {"expected_on": str(timezone.localdate() - timedelta(days=1))}
    refused = manager.post(step, passed)
    assert (refused.status_code, "That day is over." in refused.text) == (422, True)
    assert manager.post(step, fields | {"expected_on": ""}).status_code == 422
    assert manager.post(step, fields | {"expected_on": str(day)}).status_code == 303
    order.refresh_from_db()
    assert order.expected_on == shirt.backorders.get().promised_on == day


def test_goods_in_says_for_which_goods_orders_wait(employee):
    shirt, skirt = variant(policy="CONTINUE"), variant()
    order = buying.sent((shirt, 5, 1500), (skirt, 5, 1500))
    waits = placed_order((variant_in_stock(units=1), 1))
    backorders.open_for(waits.pk, {shirt.pk: 2}, since=timezone.now())
    shown = employee.get(page("receive", order.pk)).text
    assert re.findall(r"orders wait for (\d+)", shown) == ["2"]
    order.location.can_ship = False
    order.location.save()
    assert "orders wait for" not in employee.get(page("receive", order.pk)).text


def test_a_currency_or_rate_that_makes_no_sense_is_refused_in_words(manager):
    add = reverse("admin:inventory_supplier_add")
    fields = fields_of(manager.get(add)) | {"name": "Mill", "currency": "e1"}
    assert "three capital letters" in manager.post(add, fields).text
    fields = fields_of(manager.get(page("add"))) | {
        "supplier": buying.supplier().pk,
        "location": location().pk,
        "exchange_rate": "0",
    }
    assert "more than zero" in manager.post(page("add"), fields).text
    assert not PurchaseOrder.objects.exists()


@pytest.mark.parametrize(
    ("sku", "text"), [("NO-SUCH", "No variant has this SKU."), ("", "duplicate")]
)
def test_a_line_that_cannot_be_is_refused_kindly(manager, sku, text):
    shirt = variant()
    order = buying.draft((shirt, 5, 1500))
    fields = fields_of(manager.get(page("change", order.pk)))
    fields |= {"lines-1-sku": sku or shirt.sku, "lines-1-quantity": 1, "lines-1-cost": "1.00"}
    shown = manager.post(page("change", order.pk), fields)
    assert text in str(shown.context["errors"])
    assert order.lines.count() == 1


def test_an_order_is_sent_by_a_step_that_says_what_it_does(manager):
    order = buying.draft((variant(), 5, 1500))
    url = page("step", order.pk, "send")
    assert "count as incoming" in manager.get(url).content.decode()
    assert manager.post(url, fields_of(manager.get(url))).status_code == 303
    order.refresh_from_db()
    assert order.status == "SENT"


@pytest.mark.parametrize("name", ["send", "cancel"])
def test_a_step_does_not_take_what_somebody_changed_since_it_was_looked_at(manager, name):
    order = buying.draft((variant(), 5, 1500))
    draft = fields_of(manager.get(page("change", order.pk)))
    link = re.search(
        rf'href="({page("step", order.pk, name)}[^"]*)"',
        manager.get(page("change", order.pk)).text,
    )[1]
    # Another tab orders ten times as many, as a colleague would.
    saved = manager.post(page("change", order.pk), draft | {"lines-0-quantity": "50"})
    assert saved.status_code == 302
    for fields in (fields_of(manager.get(link)), {}, {"seen_version": "9" * 5000}):
        refused = manager.post(link, fields)
        assert refused.status_code == 422
        assert "Someone else changed this since you opened it" in refused.text
    order.refresh_from_db()
    assert (order.status, order.lines.get().quantity) == ("DRAFT", 50)
    step = page("step", order.pk, name)
    assert manager.post(step, fields_of(manager.get(step))).status_code == 303
    order.refresh_from_db()
    assert order.status == {"send": "SENT", "cancel": "CANCELED"}[name]


def test_a_step_taken_twice_says_where_the_order_is(manager):
    order = buying.draft((variant(), 5, 1500))
    url = page("step", order.pk, "send")
    fields = fields_of(manager.get(url))
    manager.post(url, fields)
    again = manager.post(url, fields, follow=True)
    assert f"Nothing was changed: {order.number} is Sent" in again.text


def test_an_employee_receives_goods_and_sees_no_cost(employee):
    shirt = variant()
    order = buying.sent((shirt, 5, 123_45))
    detail = employee.get(page("change", order.pk)).content.decode()
    assert shirt.sku in detail
    assert "123.45" not in detail
    url = page("receive", order.pk)
    fields = fields_of(employee.get(url))
    assert fields[f"{order.lines.get().pk}-accepted"] == "5"
    line = order.lines.get()
    fields |= {f"{line.pk}-accepted": "3", f"{line.pk}-rejected": "2", f"{line.pk}-defect": "Torn"}
    assert employee.post(url, fields).status_code == 303
    assert employee.post(url, fields).status_code == 303
    assert Stock.objects.get(variant=shirt).on_hand == 3
    assert Receipt.objects.count() == 1
    for name in ("sheet", "csv", "history"):
        assert employee.get(page(name, order.pk)).status_code == 403
    assert employee.get(page("reorder")).status_code == 403
    assert employee.post(page("step", order.pk, "close")).status_code == 403


def test_tables_that_may_be_wider_than_a_phone_can_be_scrolled_by_key(manager):
    buying.item(buying.supplier(), shelf(variant(), 1).variant)
    for url in (page("receive", buying.sent((variant(), 5, 1500)).pk), page("reorder")):
        opened = re.findall(r'<div class="a-scroll"([^>]*)>', manager.get(url).text)
        assert len(opened) == 1
        assert 'role="region" tabindex="0" aria-labelledby="' in opened[0]


def test_too_many_units_are_named_at_their_row_and_a_manager_may_take_them(manager):
    shirt = variant()
    order = buying.sent((shirt, 5, 1500))
    url, line = page("receive", order.pk), order.lines.get()
    fields = fields_of(manager.get(url)) | {f"{line.pk}-accepted": "6"}
    response = manager.post(url, fields)
    assert response.status_code == 422
    assert "Only 5 are still to come." in response.content.decode()
    assert not Receipt.objects.exists()
    assert manager.post(url, fields | {"may_exceed": "on"}).status_code == 303
    assert Stock.objects.get(variant=shirt).on_hand == 6


def test_an_employee_cannot_allow_more_than_was_ordered(employee):
    order = buying.sent((variant(), 5, 1500))
    url, line = page("receive", order.pk), order.lines.get()
    fields = fields_of(employee.get(url)) | {f"{line.pk}-accepted": "6", "may_exceed": "on"}
    assert employee.post(url, fields).status_code == 422
    assert not Receipt.objects.exists()


def test_rejected_units_need_a_word(manager):
    order = buying.sent((variant(), 5, 1500))
    url, line = page("receive", order.pk), order.lines.get()
    fields = fields_of(manager.get(url)) | {f"{line.pk}-rejected": "1"}
    assert manager.post(url, fields).status_code == 422
    assert not Receipt.objects.exists()


def test_a_delivery_of_nothing_is_refused_where_it_was_typed(manager):
    order = buying.sent((variant(), 5, 1500))
    url, line = page("receive", order.pk), order.lines.get()
    fields = fields_of(manager.get(url)) | {f"{line.pk}-accepted": "", "delivery_note": "DN-77"}
    response = manager.post(url, fields)
    assert response.status_code == 422
    assert "Enter how many units came." in response.text
    assert fields_of(response)["delivery_note"] == "DN-77"
    assert not Receipt.objects.exists()


def test_a_delivery_typed_over_one_that_was_sent_is_not_said_to_have_come(manager):
    shirt = variant()
    order = buying.sent((shirt, 5, 1500))
    url, line = page("receive", order.pk), order.lines.get()
    fields = fields_of(manager.get(url)) | {f"{line.pk}-accepted": "2"}
    manager.post(url, fields)
    response = manager.post(url, fields | {f"{line.pk}-accepted": "3"})
    assert response.status_code == 422
    assert "Sent before, with 2 accepted units." in response.text
    assert Stock.objects.get(variant=shirt).on_hand == 2
    assert Receipt.objects.count() == 1


def test_an_order_that_was_closed_meanwhile_takes_no_delivery(manager):
    order = buying.sent((variant(), 5, 1500))
    buying.receive(order, 2)
    url = page("receive", order.pk)
    fields = fields_of(manager.get(url))
    purchasing.close(order.pk)
    response = manager.post(url, fields, follow=True)
    assert f"Nothing was received: {order.number} is Closed." in response.text
    assert Receipt.objects.count() == 1


def test_the_order_sheet_is_a_page_and_a_harmless_file(manager):
    order = buying.draft((variant(), 5, 1500), of=buying.supplier(name="Weaver"))
    order.lines.update(supplier_sku="=1+1")
    assert "Weaver" in manager.get(page("sheet", order.pk)).content.decode()
    lines = manager.get(page("csv", order.pk)).getvalue().decode().splitlines()
    assert lines[1].startswith(f"{order.number},'=1+1,")
    assert lines[1].endswith(",5,15.00,EUR")


def test_ticked_suggestions_become_drafts(manager):
    row, left = shelf(variant(), 1), shelf(variant(), 1)
    mill = buying.supplier(name="Weaver")
    for stock in (row, left):
        buying.item(mill, stock.variant)
    shown = manager.get(page("reorder"))
    assert "Weaver" in shown.content.decode()
    fields = {"days": "60", "row": [str(row.pk)], f"units-{row.pk}": "12", f"units-{left.pk}": "9"}
    manager.post(page("reorder"), fields)
    order = PurchaseOrder.objects.get()
    assert [(line.variant, line.quantity) for line in order.lines.all()] == [(row.variant, 12)]


@pytest.mark.parametrize("typed", ["abc", "0", "", "1000000", "-3", "2.5", "٣"])
def test_a_ticked_row_without_units_is_named_and_what_was_typed_stays(manager, typed):
    good, bad, left = (shelf(variant(), 1) for _ in range(3))
    mill = buying.supplier()
    for stock in (good, bad, left):
        buying.item(mill, stock.variant)
    units = {f"units-{good.pk}": "12", f"units-{bad.pk}": typed, f"units-{left.pk}": "7"}
    fields = {"days": "30", "row": [str(good.pk), str(bad.pk)], **units}
    response = manager.post(page("reorder"), fields)
    assert response.status_code == 422
    words = f"Enter units of {bad.variant.sku} from 1 to 999999, or untick it."
    assert f'<a href="#units-{bad.pk}">{words}</a>' in response.text
    assert response.text.count(words) == 2
    assert not PurchaseOrder.objects.exists()
    shown = [row for group in response.context["groups"] for row in group.rows]
    assert [row.one.stock_id for row in shown if row.problem] == [bad.pk]
    assert {f"units-{row.one.stock_id}": row.units for row in shown} == units
    assert {row.one.stock_id for row in shown if row.is_ticked} == {good.pk, bad.pk}
    assert (response.context["days"], fields_of(response)["days"]) == (30, "30")
    assert manager.post(page("reorder"), fields | {f"units-{bad.pk}": "4"}).status_code == 303
    lines = {line.variant: line.quantity for line in PurchaseOrder.objects.get().lines.all()}
    assert lines == {good.variant: 12, bad.variant: 4}


def test_the_chosen_span_stays_when_nothing_was_ticked(manager):
    buying.item(buying.supplier(), shelf(variant(), 1).variant)
    response = manager.post(page("reorder"), {"days": "90"}, follow=True)
    assert "Nothing was drafted" in response.text
    assert response.context["days"] == 90


def test_who_buys_is_told_what_the_supplier_takes_at_least(manager):
    mill = buying.supplier(name="Weaver")
    Supplier.objects.update(minimum_order=300_00)
    buying.item(mill, shelf(variant(), 1).variant)
    assert "Weaver takes orders from €300.00." in manager.get(page("reorder")).content.decode()
    small, large = (buying.draft((variant(), units, 1500), of=mill) for units in (5, 20))
    for url in (page("change", small.pk), page("step", small.pk, "send")):
        words = "Weaver takes orders from €300.00; €225.00 are missing."
        assert words in manager.get(url).content.decode()
    assert "takes orders from" not in manager.get(page("change", large.pk)).content.decode()


def test_the_reorder_page_costs_the_same_for_many_rows(manager, django_assert_max_num_queries):
    mill = buying.supplier()
    for _ in range(12):
        buying.item(mill, shelf(variant(), 1).variant)
    with django_assert_max_num_queries(6):
        manager.get(page("reorder"))


def test_lists_and_details_cost_the_same_for_many_rows(manager, django_assert_max_num_queries):
    order = buying.sent(*[(variant(), 5, 1500) for _ in range(9)])
    for _ in range(9):
        buying.receive(buying.sent((variant(), 5, 1500)), 5)
    with django_assert_max_num_queries(9):
        assert manager.get(page("change", order.pk)).status_code == 200
    with django_assert_max_num_queries(9):
        manager.get(page("changelist"))
    with django_assert_max_num_queries(9):
        suppliers = manager.get(reverse("admin:inventory_supplier_changelist"))
    assert "100 %" in suppliers.content.decode()


def test_a_supplier_item_is_added_by_sku_at_the_supplier_s_cost(manager):
    shirt, mill = variant(), buying.supplier()
    url = reverse("admin:inventory_supplieritem_add")
    fields = fields_of(manager.get(url))
    fields |= {"supplier": mill.pk, "sku": shirt.sku, "cost": "12.50"}
    assert manager.post(url, fields).status_code == 302
    assert SupplierItem.objects.get(variant=shirt).cost == 1250
    assert "already exists" in manager.post(url, fields).content.decode()


def test_a_supplier_goes_when_nothing_is_open_and_its_orders_stay(manager):
    mill = buying.supplier()
    order = buying.sent((variant(), 5, 1500), of=mill)
    url = reverse("admin:inventory_supplier_delete", args=[mill.pk])
    assert manager.post(url, {"post": "yes"}).status_code == 403
    buying.receive(order, 5)
    assert manager.post(url, {"post": "yes"}).status_code == 302
    assert Supplier.all_objects.get().is_deleted
    assert mill.name in manager.get(page("change", order.pk)).content.decode()


def test_late_orders_wait_on_the_start_page(manager):
    order = buying.sent((variant(), 5, 1500))
    PurchaseOrder.objects.filter(pk=order.pk).update(expected_on="2020-01-01")
    waiting = manager.get("/admin/").context["waiting"]
    (queue,) = [row for row in waiting if str(row.queue.label) == "Late deliveries"]
    assert manager.get(queue.url).context["cl"].result_count == queue.count == 1
