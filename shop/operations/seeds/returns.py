"""A return in each state of its life, made by the same acts as a shopper's and the staff's own."""

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from orders.models import Order, Return
from orders.placed.lifecycle import Status as OrderStatus
from orders.returns import exchange_choices, inspection, requesting, settling
from orders.returns.inspection import Verdict
from orders.returns.requesting import Wanted
from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.actor import Actor, ActorType, acting_as
from shop.operations.demo import DEMO_ACCOUNTS

Status, Outcome = Return.Status, Return.Outcome


@dataclass(frozen=True)
class DemoReturn:
    """One piece of a demo order that comes back, and how far its return came."""

    name: str
    order: str
    product: str
    reason: str
    status: str
    outcome: str = Outcome.REFUND
    comment: str = ""

    @property
    def key(self) -> UUID:
        return uuid5(NAMESPACE_URL, f"selvedge/returns/{self.name}")


RETURNS = (
    DemoReturn("1", "01", "everyday-tee", "TOO_SMALL", Status.SETTLED),
    DemoReturn("2", "01", "everyday-tee", "TOO_LARGE", Status.APPROVED, Outcome.EXCHANGE),
    DemoReturn("3", "01", "chore-jacket", "CHANGED_MIND", Status.CANCELED),
    DemoReturn(
        "4",
        "05",
        "straight-selvedge-jeans",
        "FAULTY",
        Status.REQUESTED,
        comment="The left back pocket comes off at its upper corner.",
    ),
    DemoReturn("5", "05", "oxford-shirt", "TOO_LARGE", Status.RECEIVED, Outcome.STORE_CREDIT),
    DemoReturn("6", "05", "oxford-shirt", "NOT_AS_SHOWN", Status.INSPECTED),
    DemoReturn("7", "11", "waxed-tote", "OTHER", Status.REJECTED, comment="It smells of wax."),
)


def plant_returns() -> int:
    """Those of :data:`RETURNS` that are not there yet; returns how many."""
    known = set(Return.objects.filter(key__in=[row.key for row in RETURNS]).values_list("key"))
    orders = Order.objects.filter(status=OrderStatus.DELIVERED, metadata__has_key="demo")
    by_name = {order.metadata["demo"]: order for order in orders}
    staff = next(account.email for account in DEMO_ACCOUNTS if account.role == Role.EMPLOYEE)
    missing = [row for row in RETURNS if (row.key,) not in known and row.order in by_name]
    for wanted in missing:
        order = by_name[wanted.order]
        with acting_as(Actor(ActorType.CUSTOMER, order.customer_id)):
            asked = _ask(order, wanted)
            if wanted.status == Status.CANCELED:
                requesting.cancel(return_id=asked.pk, reason="It grew on me.")
        employee = User.objects.get_by_natural_key(staff)
        with acting_as(Actor(ActorType.STAFF, employee.pk)):
            _carry_on(asked, wanted.status)
    return len(missing)


def _ask(order: Order, wanted: DemoReturn) -> Return:
    items: Any = order.items.select_related("variant__product")
    item = items.get(variant__product__slug=wanted.product)
    outcome, variant_id = Outcome(wanted.outcome), None
    if outcome == Outcome.EXCHANGE:
        there = [row for row in exchange_choices.choices(order, [item])[item.pk] if row.units]
        even = [row for row in there if not row.is_dearer]
        variant_id = even[0].variant.pk if even else None
        outcome = outcome if variant_id else Outcome.REFUND
    return requesting.request(
        order_id=order.pk,
        lines={item.pk: Wanted(1, wanted.reason, wanted.comment, variant_id)},
        outcome=outcome,
        key=wanted.key,
        approves=wanted.status != Status.REQUESTED,
    )


def _carry_on(asked: Return, status: str) -> None:
    if status == Status.REJECTED:
        answer = "Wax cloth smells at first; hang it outside for a week, please."
        inspection.reject(return_id=asked.pk, answer=answer)
    if status in (Status.RECEIVED, Status.INSPECTED, Status.SETTLED):
        inspection.receive(return_id=asked.pk)
    if status in (Status.INSPECTED, Status.SETTLED):
        verdicts = {row.pk: Verdict(row.quantity) for row in asked.items.all()}
        inspection.inspect(return_id=asked.pk, verdicts=verdicts)
    if status == Status.SETTLED:
        settling.settle(return_id=asked.pk)
