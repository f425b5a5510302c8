"""Work that waits for staff, as counted links to the lists that hold it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Review
from inventory import alerts, backorders, purchasing
from inventory.models import Backorder, Stocktake
from orders.mailing import mails
from orders.models import Order, OrderMail, Return, Withdrawal
from orders.placed import queues as order_queues
from payments import disputes, findings, releasing, settling
from payments.attempts import lately_failed
from payments.models.notices import troubled


@dataclass(frozen=True)
class Queue:
    """Rows that wait: ``route`` with ``query`` is the list that shows exactly these."""

    label: str | Promise
    hint: str | Promise
    icon: str
    kind: str
    permission: str
    rows: Callable[[], "QuerySet[Any]"]
    route: str
    query: str


@dataclass(frozen=True)
class Waiting:
    """A queue with something in it."""

    queue: Queue
    count: int
    url: str


def _orders(status: Order.Status) -> Callable[[], "QuerySet[Order]"]:
    return lambda: Order.objects.filter(status=status)


QUEUES = (
    Queue(
        _("Late orders"),
        _("Should be with their customers by now"),
        "alert",
        "danger",
        "orders.view_order",
        order_queues.late,
        "admin:orders_order_changelist",
        "queue=late",
    ),
    Queue(
        _("Orders to pack"),
        _("Paid, urgent first"),
        "box",
        "info",
        "orders.view_order",
        _orders(Order.Status.PAID),
        "admin:orders_order_changelist",
        "status__exact=PAID&queue=to-ship",
    ),
    Queue(
        _("Orders to send"),
        _("Packed, waiting for the carrier"),
        "truck",
        "info",
        "orders.view_order",
        _orders(Order.Status.FULFILLED),
        "admin:orders_order_changelist",
        "status__exact=FULFILLED&queue=to-ship",
    ),
    Queue(
        _("Messages to answer"),
        _("Customers wrote on their orders"),
        "user",
        "info",
        "orders.view_ordernote",
        order_queues.to_answer,
        "admin:orders_order_changelist",
        "queue=to-answer",
    ),
    Queue(
        _("Awaiting payment"),
        _("Canceled by themselves when their time is up"),
        "clock",
        "warn",
        "orders.view_order",
        _orders(Order.Status.PENDING),
        "admin:orders_order_changelist",
        "status__exact=PENDING&o=2",
    ),
    Queue(
        _("Returns to inspect"),
        _("Asked for or here, oldest first"),
        "return",
        "info",
        "orders.view_return",
        lambda: Return.objects.filter(status__in=[Return.Status.REQUESTED, Return.Status.RECEIVED]),
        "admin:orders_return_changelist",
        "queue=inspect",
    ),
    Queue(
        _("Returns to settle"),
        _("Inspected; the customer waits for money or goods"),
        "card",
        "warn",
        "payments.change_payment",
        lambda: Return.objects.filter(status=Return.Status.INSPECTED),
        "admin:orders_return_changelist",
        "queue=settle",
    ),
    Queue(
        _("Withdrawals for staff"),
        _("Declared, and not to be done by itself"),
        "alert",
        "danger",
        "orders.view_withdrawal",
        lambda: Withdrawal.objects.filter(result__in=Withdrawal.FOR_STAFF, handled_at=None),
        "admin:orders_withdrawal_changelist",
        "queue=staff",
    ),
    Queue(
        _("Low stock"),
        _("Low or empty, of what is for sale"),
        "alert",
        "warn",
        "inventory.view_alert",
        alerts.short,
        "admin:inventory_alert_changelist",
        "state=short",
    ),
    Queue(
        _("Promises missed"),
        _("Orders wait for goods longer than we said"),
        "clock",
        "danger",
        "inventory.view_backorder",
        lambda: backorders.late(Backorder.objects.all()),
        "admin:inventory_backorder_changelist",
        "state=late",
    ),
    Queue(
        _("Late deliveries"),
        _("Suppliers promised them for an earlier day"),
        "truck",
        "warn",
        "inventory.view_purchaseorder",
        purchasing.late,
        "admin:inventory_purchaseorder_changelist",
        "waiting=late",
    ),
    Queue(
        _("Counts to approve"),
        _("Stocktakes that are done"),
        "ruler",
        "info",
        "inventory.approve_stocktake",
        lambda: Stocktake.objects.filter(status=Stocktake.Status.COUNTED),
        "admin:inventory_stocktake_changelist",
        "status__exact=COUNTED",
    ),
    Queue(
        _("Reviews to check"),
        _("New or reported, oldest first"),
        "star",
        "info",
        "catalog.change_review",
        Review.objects.waiting,
        "admin:catalog_review_queue",
        "",
    ),
    Queue(
        _("Failed payments"),
        _("In the last seven days"),
        "card",
        "danger",
        "payments.view_payment",
        lately_failed,
        "admin:payments_payment_changelist",
        "queue=failed",
    ),
    Queue(
        _("Authorizations that end"),
        _("In two days their money can be captured no more"),
        "clock",
        "warn",
        "payments.view_payment",
        releasing.ending,
        "admin:payments_payment_changelist",
        "queue=ending",
    ),
    Queue(
        _("Captures refused"),
        _("Parcels left, and the provider would not give their money"),
        "card",
        "danger",
        "payments.view_payment",
        releasing.refused,
        "admin:payments_payment_changelist",
        "queue=uncaptured",
    ),
    Queue(
        _("Refunds that failed"),
        _("The provider refused in the last seven days"),
        "return",
        "danger",
        "payments.view_refund",
        settling.lately_failed,
        "admin:payments_refund_changelist",
        "queue=failed",
    ),
    Queue(
        _("Notices not understood"),
        _("Providers told of money that we know otherwise"),
        "alert",
        "danger",
        "payments.view_providernotice",
        troubled,
        "admin:payments_providernotice_changelist",
        "queue=troubled",
    ),
    Queue(
        _("Disputes"),
        _("Banks wait for our answer, soonest first"),
        "alert",
        "danger",
        "payments.view_dispute",
        disputes.to_answer,
        "admin:payments_dispute_changelist",
        "queue=answer",
    ),
    Queue(
        _("Ledgers that differ"),
        _("From what the payment providers say"),
        "alert",
        "warn",
        "payments.view_reconciliationfinding",
        findings.open_ones,
        "admin:payments_reconciliationfinding_changelist",
        "status__exact=OPEN",
    ),
    Queue(
        _("Letters not sent"),
        _("Written to customers, waiting for an hour"),
        "bell",
        "danger",
        "orders.view_ordermail",
        lambda: OrderMail.objects.filter(mails.is_late()),
        "admin:orders_ordermail_changelist",
        "queue=late",
    ),
)


def waiting(request: HttpRequest) -> list[Waiting]:
    """The queues that are not empty, among those the person may see; one count each."""
    found = []
    for queue in QUEUES:
        if not request.user.has_perm(queue.permission):
            continue
        if count := queue.rows().count():
            found.append(Waiting(queue, count, f"{reverse(queue.route)}?{queue.query}"))
    return found
