"""Stock in the back office: transfers, alerts, what waits for goods, and the report."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory import alerts, backorders, snapshots, stock
from inventory.models import Location, Movement, Stock, StockCategory, Transfer
from inventory.tests.builders import counters, location, shelf, variant
from orders.tests.factories import placed_order, variant_in_stock
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return signed_in(staff())


def draft(shirt, units):
    made = Transfer.objects.create(source=location(), destination=location("store", priority=1))
    made.lines.create(variant=shirt, quantity=units)
    return made


def step(client, transfer, name, **changes):
    page = reverse("admin:inventory_transfer_step", args=[transfer.pk, name])
    return client.post(page, {**fields_of(client.get(page)), **changes})


def change_page(transfer):
    return reverse("admin:inventory_transfer_change", args=[transfer.pk])


def test_transfer_is_drafted_sent_and_received_by_pages_alone(client):
    row = shelf(shirt := variant(), 9)
    source, destination = location(), location("store", priority=1)
    page = reverse("admin:inventory_transfer_add")
    goods = {"lines-0-variant": shirt.sku, "lines-0-quantity": "4"}
    places = {"source": source.pk, "destination": destination.pk}
    client.post(page, {**fields_of(client.get(page)), **places, **goods})
    transfer = Transfer.objects.get()
    assert step(client, transfer, "send").status_code == 302
    assert counters(row) == (5, 0)
    assert step(client, transfer, "receive").status_code == 302
    transfer.refresh_from_db()
    assert (transfer.status, transfer.actor.email) == ("RECEIVED", "admin@example.com")
    assert Stock.objects.get(location=destination).on_hand == 4


def test_transfer_to_where_the_goods_are_is_refused_with_words(client):
    here = location()
    page = reverse("admin:inventory_transfer_add")
    places = {"source": here.pk, "destination": here.pk}
    text = client.post(page, {**fields_of(client.get(page)), **places}).content.decode()
    assert "The goods are there already." in text
    assert "Constraint" not in text
    assert not Transfer.objects.exists()


def test_low_stock_on_the_start_page_is_what_the_open_alerts_say(client):
    low, out, _plenty = (shelf(variant(), units) for units in (5, 4, 40))
    unsold = shelf(variant(), 5)
    for row, units in ((low, -3), (out, -4), (unsold, -5)):
        stock.adjust(stock_id=row.pk, quantity_change=units, note="Counted")
    product = unsold.variant.product
    product.status = "ARCHIVED"
    product.save()
    alerts.reconcile(timezone.now())
    [queue] = client.get("/admin/").context["waiting"]
    assert (str(queue.queue.label), queue.count) == ("Low stock", 2)
    shown = client.get(queue.url).context["cl"].result_list
    assert {alert.stock_id for alert in shown} == {low.pk, out.pk}


def test_what_is_missing_is_noted_with_the_last_receipt(client):
    shelf(shirt := variant(), 9)
    transfer = draft(shirt, 4)
    step(client, transfer, "send")
    line = transfer.lines.get()
    few = {f"line-{line.pk}": "3", "is_last": "on"}
    assert step(client, transfer, "receive", **few).status_code == 422
    assert step(client, transfer, "receive", **few, difference="Lost").status_code == 302
    line.refresh_from_db()
    assert (line.received, line.difference_note) == (3, "Lost")


def test_more_than_was_sent_is_refused(client):
    shelf(shirt := variant(), 9)
    transfer = draft(shirt, 4)
    step(client, transfer, "send")
    line = transfer.lines.get()
    assert step(client, transfer, "receive", **{f"line-{line.pk}": "5"}).status_code == 422
    assert not Stock.objects.filter(location__code="store").exists()


def test_short_shelf_is_named_and_nothing_is_sent(client):
    row = shelf(shirt := variant(), 3)
    response = step(client, draft(shirt, 4), "send")
    assert response.status_code == 422
    assert f"{shirt.sku}: 4 wanted, 3 free." in response.content.decode()
    assert counters(row) == (3, 0)


def test_form_from_before_a_change_is_refused(client):
    row = shelf(shirt := variant(), 9)
    transfer = draft(shirt, 4)
    response = step(client, transfer, "send", seen_version="0")
    assert response.status_code == 422
    assert counters(row) == (9, 0)


def test_sent_transfer_is_read_and_no_longer_edited(client):
    shelf(shirt := variant(), 9)
    transfer = draft(shirt, 4)
    assert "lines-0-quantity" in fields_of(client.get(change_page(transfer)))
    step(client, transfer, "send")
    assert "lines-0-quantity" not in fields_of(client.get(change_page(transfer)))
    assert client.post(change_page(transfer), {"note": "x"}).status_code == 403


def test_employee_moves_goods_and_customer_sees_nothing():
    shelf(shirt := variant(), 9)
    transfer = draft(shirt, 4)
    assert step(signed_in(staff(Role.EMPLOYEE)), transfer, "send").status_code == 302
    transfer.refresh_from_db()
    assert transfer.status == "SENT"


def test_person_who_only_looks_takes_no_step():
    shelf(shirt := variant(), 9)
    transfer = draft(shirt, 4)
    person = staff(Role.EMPLOYEE)
    person.groups.clear()
    client = signed_in(person)
    page = reverse("admin:inventory_transfer_step", args=[transfer.pk, "send"])
    assert client.post(page, {"seen_version": "1"}).status_code == 403


def test_stock_list_counts_what_is_on_the_way(client):
    shelf(shirt := variant(), 9)
    there = shelf(shirt, 1, at="store", priority=1)
    step(client, draft(shirt, 4), "send")
    rows = client.get(reverse("admin:inventory_stock_changelist")).context["cl"].result_list
    assert {row.pk: row.to_come for row in rows}[there.pk] == 4


def test_ledger_leads_to_the_documents_and_leaves_as_a_safe_file(client):
    shelf(shirt := variant(), 9)
    transfer = draft(shirt, 4)
    step(client, transfer, "send")
    stock.adjust(stock_id=shirt.stocks.get().pk, quantity_change=1, note="=2+2")
    page = client.get(reverse("admin:inventory_movement_changelist")).content.decode()
    assert change_page(transfer) in page
    file = client.get(reverse("admin:list_export", args=["inventory.movement"]))
    text = b"".join(file).decode()
    assert f"Transfer,,-4,5,{transfer.number}" in text
    assert "'=2+2" in text


def test_open_alerts_are_listed_apart(client):
    row = shelf(variant(), 5)
    stock.adjust(stock_id=row.pk, quantity_change=-3, note="Moths")
    alerts.tell(timezone.now() + timedelta(minutes=9))
    stock.adjust(stock_id=row.pk, quantity_change=9, note="Found")
    page = reverse("admin:inventory_alert_changelist")
    counts = [client.get(page, {"state": state}).context["cl"].result_count for state in states()]
    assert counts == [0, 1]


def states():
    return "open", "closed"


def test_late_orders_stand_out_among_those_that_wait(client):
    shirt = variant(policy="CONTINUE")
    shelf(shirt, 0)
    order = placed_order((variant_in_stock(units=1), 1))
    backorders.open_for(order.pk, {shirt.pk: 2}, since=timezone.now())
    page = reverse("admin:inventory_backorder_changelist")
    assert "2 units missing" in client.get(page).content.decode()
    assert client.get(page, {"state": "late"}).context["cl"].result_count == 0
    shirt.backorders.update(promised_on=timezone.localdate() - timedelta(days=1))
    assert client.get(page, {"state": "late"}).context["cl"].result_count == 1


def test_report_shows_the_latest_day_and_finds_dead_stock(client):
    shirt = variant()
    shirt.cost = 1000
    shirt.save()
    dead, alive = shelf(shirt, 10), shelf(variant(), 10)
    Movement.objects.create(stock=alive, kind="SALE", quantity_change=-5)
    for days_ago in (1, 0):
        snapshots.take(timezone.localdate() - timedelta(days=days_ago))
    page = reverse("admin:inventory_stocksnapshot_changelist")
    shown = client.get(page)
    assert shown.context["cl"].result_count == 2
    assert "€100.00" in dict(shown.context["facts"]).values()
    found = client.get(page, {"selling": "dead"}).context["cl"].result_list
    assert [row.stock_id for row in found] == [dead.pk]


def test_report_of_a_shop_without_a_day_is_empty(client):
    response = client.get(reverse("admin:inventory_stocksnapshot_changelist"))
    assert (response.status_code, response.context["cl"].result_count) == (200, 0)


def test_employee_does_not_see_what_stock_is_worth():
    client = signed_in(staff(Role.EMPLOYEE))
    page = reverse("admin:inventory_stocksnapshot_changelist")
    assert client.get(page).status_code == 403


def test_location_with_stock_cannot_be_deleted(client):
    row = shelf(variant(), 1)
    page = reverse("admin:inventory_location_delete", args=[row.location_id])
    client.post(page, {"post": "yes"})
    assert Location.objects.filter(pk=row.location_id).exists()


def test_classes_are_not_edited_and_zones_are(client):
    made = StockCategory.objects.create(kind="CLASS", code="a", name="A")
    zone = StockCategory.objects.create(kind="ZONE", code="cellar", name="Cellar")
    answers = [
        client.post(
            reverse("admin:inventory_stockcategory_change", args=[row.pk]),
            {"name": "Other", "code": row.code},
        ).status_code
        for row in (made, zone)
    ]
    assert answers == [403, 302]
