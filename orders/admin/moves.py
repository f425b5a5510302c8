"""The steps staff may take with an order, each behind a page that says what will happen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders import lifecycle
from orders.models import Order

Status = Order.Status


class CancelForm(forms.Form):
    """Why an order is canceled."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept in the history of the order."),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


@dataclass(frozen=True)
class Move:
    """A step offered from the status ``before``; ``act`` refuses it from any other."""

    name: str
    before: Order.Status
    label: str | Promise
    consequence: str | Promise
    act: Callable[..., Order]
    form_class: type[forms.Form] = forms.Form
    is_destructive: bool = False

    def make(self, order_id: UUID, *, actor_id: UUID | None, **answers: Any) -> Order:
        """Take the step. Raises :class:`~orders.errors.NotAllowed`."""
        return self.act(order_id, actor_id=actor_id, **answers)


MOVES = {
    move.name: move
    for move in (
        Move(
            "pack",
            Status.PAID,
            _("Mark as packed"),
            _("The order becomes Packed and waits for the carrier."),
            lifecycle.mark_fulfilled,
        ),
        Move(
            "ship",
            Status.FULFILLED,
            _("Mark as shipped"),
            _("The order becomes Shipped: the parcel left."),
            lifecycle.mark_shipped,
        ),
        Move(
            "deliver",
            Status.SHIPPED,
            _("Mark as delivered"),
            _("The order becomes Delivered: the parcel arrived."),
            lifecycle.mark_delivered,
        ),
        Move(
            "cancel",
            Status.PENDING,
            _("Cancel order"),
            _("The order becomes Canceled for good and its stock is free again."),
            lifecycle.cancel,
            form_class=CancelForm,
            is_destructive=True,
        ),
    )
}


def offered(order: Order) -> list[Move]:
    """The steps that are possible from where the order is."""
    return [move for move in MOVES.values() if move.before == order.status]
