"""No finding of axe on the screens where goods are moved, checked in and counted."""

import pytest
from django.urls import reverse

from inventory import stocktakes, transfers
from inventory.models import Stocktake, Transfer
from inventory.tests import buying
from inventory.tests.builders import location, shelf, variant
from orders.tests.factories import member
from tests.browser.test_staff_catalog import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def transfer(shirt, *, is_sent=False):
    made = Transfer.objects.create(source=location(), destination=location("store", priority=1))
    made.lines.create(variant=shirt, quantity=2)
    return transfers.send(made.pk, version=made.version) if is_sent else made


def url(name, *args):
    return reverse(f"admin:inventory_{name}", args=args)


def test_screens_of_moving_and_counting_stock_are_accessible(shop_pages, inspector):
    row = shelf(shirt := variant(), 9)
    buying.item(buying.supplier(), shelf(variant(), 1).variant)
    planned, on_its_way = transfer(shirt), transfer(shirt, is_sent=True)
    wanted, ordered = buying.draft((shirt, 3, 1500)), buying.sent((shirt, 5, 1500))
    done = Stocktake.objects.create(location=location())
    stocktakes.count(stocktake_id=done.pk, stock_id=row.pk, quantity=7, actor_id=member().pk)
    stocktakes.finish(done.pk)
    is_open = Stocktake.objects.create(location=location())
    page = enter(shop_pages, url("transfer_changelist"))
    paths = [
        url("transfer_changelist"),
        url("transfer_add"),
        url("transfer_change", planned.pk),
        url("transfer_step", planned.pk, "send"),
        url("transfer_step", on_its_way.pk, "receive"),
        url("purchaseorder_change", wanted.pk),
        url("purchaseorder_receive", ordered.pk),
        url("purchaseorder_reorder"),
        url("stocktake_count", is_open.pk),
        url("stocktake_change", done.pk),
        url("stocktake_step", done.pk, "approve"),
        url("alert_changelist"),
    ]
    for path in paths:
        page.goto(path)
        inspector.look(page, widths=(375, 768, 1440))
