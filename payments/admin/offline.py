"""Noting money that came another way: the step in the workspace of an order."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.errors import OutOfStock
from orders.admin import moves
from orders.admin.forms import WIDE
from orders.admin.moves import Data, Move
from payments import offline
from payments.errors import NothingToPay, ReferenceTaken
from payments.models import Payment
from payments.owing import is_owed, owed
from shop.money import format_money


class ReferenceForm(forms.Form):
    """Where the money can be found."""

    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("Of the transfer or the receipt; each is noted once."),
        max_length=100,
        widget=forms.TextInput(attrs=WIDE),
    )

    def __init__(self, data: Data = None) -> None:
        super().__init__(data)


def _refusal(order: Any) -> str:
    return "" if is_owed(order) else gettext("nothing is to be paid now")


def _consequence(order: Any) -> str:
    due = owed(order)
    amount = format_money(due.amount if due else 0, order.currency)
    words = gettext("%(amount)s count as paid, as a transfer or in cash. Nobody is charged.")
    return words % {"amount": amount}


def _note(order: Any, form: ReferenceForm, actor_id: UUID | None) -> Payment | None:
    try:
        return offline.record(order_id=order.pk, reference=form.cleaned_data["reference"].strip())
    except ReferenceTaken as error:
        raise ValidationError(gettext("Another payment has this reference.")) from error
    except NothingToPay as error:
        raise ValidationError(gettext("It is paid, or being paid at this moment.")) from error
    except OutOfStock as error:
        raise ValidationError(
            gettext("Its time was over and others bought its units. Nothing was noted.")
        ) from error


def _told(payment: Payment | None) -> tuple[int, str]:
    return messages.SUCCESS, gettext("The payment is noted.")


moves.add(
    Move(
        "paid",
        _("Note a payment"),
        _refusal,
        _consequence,
        _note,
        form=lambda order, data: ReferenceForm(data),
        permission="payments.add_payment",
        told=_told,
    )
)
