"""Repeating a refund that a provider refused: the step in the workspace of its order."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.admin import moves
from orders.admin.moves import Move
from payments import refund_sources, refunding
from payments.admin.refunds import explained, held_by_bank, told
from payments.errors import RefundRefused
from payments.models import Refund
from shop.money import format_money


class RepeatForm(forms.Form):
    """Which refund is repeated, and where the money goes this time."""

    refund = forms.UUIDField(widget=forms.HiddenInput)
    to = forms.ChoiceField(
        label=_("Goes to"),
        choices=Refund.To.choices,
        help_text=_("Store credit is of use where the card is closed."),
    )


def _form(order: Any, data: Any) -> RepeatForm:
    failed = _failed(order)
    return RepeatForm(data, initial={"refund": failed.pk} if failed else None)


def _failed(order: Any) -> Refund | None:
    """The oldest refund of the order that failed and was not repeated."""
    refunds = list(order.refunds.all())
    repeated = {refund.key for refund in refunds}
    waiting = (
        refund
        for refund in refunds
        if refund.status == Refund.Status.FAILED and refund.pk not in repeated
    )
    return next(waiting, None)


def _rest(refund: Refund) -> int:
    return refund.amount - refund.given


def _refusal(order: Any) -> str:
    failed = _failed(order)
    if failed is None:
        return gettext("no refund failed")
    if _rest(failed) > refund_sources.most(order):
        return held_by_bank(order) or gettext("its money went back in another way")
    return ""


def _consequence(order: Any) -> str:
    failed = _failed(order)
    if failed is None:
        return ""
    words = gettext(
        "The provider is asked once more for %(rest)s, for the same reason and the same lines. "
        "The customer is told."
    )
    return words % {"rest": format_money(_rest(failed), order.currency)}


def _repeat(order: Any, form: RepeatForm, actor_id: UUID | None) -> Refund:
    chosen = form.cleaned_data
    if not order.refunds.filter(pk=chosen["refund"]).exists():
        raise ValidationError(gettext("This refund is not one of the order."))
    try:
        return refunding.repeat(chosen["refund"], to=Refund.To(chosen["to"]), actor_id=actor_id)
    except RefundRefused as error:
        raise explained(error) from error


moves.add(
    Move(
        "refund-again",
        _("Repeat the refund"),
        _refusal,
        _consequence,
        _repeat,
        form=_form,
        is_destructive=True,
        permission="payments.add_refund",
        told=told,
    )
)
