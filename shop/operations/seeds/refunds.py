"""A refund for goodwill, and a question that waits, made by the same acts as people's own."""

from uuid import NAMESPACE_URL, uuid5

from orders.models import Order, OrderNote
from orders.placed import notes
from payments import refunding
from payments.models import Refund
from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.actor import Actor, ActorType, acting_as
from shop.operations.demo import DEMO_ACCOUNTS

#: The demo order whose customer gets something back, in minor units, and why.
_REFUNDED, _AMOUNT, _WHY = "02", 1500, "The sleeves were a little longer than shown."
#: The demo order whose customer asks something.
_ASKED = "13"
_QUESTION = "Could you wrap the skirt as a present? It is for my sister's birthday on Saturday."


def plant_refunds() -> int:
    """The refund and the question unless they are there; returns how many were made."""
    orders = Order.objects.filter(metadata__demo__in=[_REFUNDED, _ASKED], paid_at__isnull=False)
    by_name = {order.metadata["demo"]: order for order in orders}
    refunded, asked = by_name.get(_REFUNDED), by_name.get(_ASKED)
    made = 0
    key = uuid5(NAMESPACE_URL, "selvedge/refunds/1")
    if refunded is not None and not Refund.objects.filter(key=key).exists():
        email = next(one.email for one in DEMO_ACCOUNTS if one.role == Role.MANAGER)
        manager = User.objects.get_by_natural_key(email)
        with acting_as(Actor(ActorType.STAFF, manager.pk)):
            refunding.refund(
                order_id=refunded.pk,
                lines={},
                extra=_AMOUNT,
                reason=Refund.Reason.GOODWILL,
                note=_WHY,
                key=key,
                actor_id=manager.pk,
            )
        made += 1
    key = uuid5(NAMESPACE_URL, "selvedge/messages/1")
    if asked is not None and not OrderNote.objects.filter(key=key).exists():
        with acting_as(Actor(ActorType.CUSTOMER, asked.customer_id)):
            notes.receive(order_id=asked.pk, text=_QUESTION, key=key, author_id=asked.customer_id)
        made += 1
    return made
