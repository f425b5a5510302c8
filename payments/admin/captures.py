"""Taking what is authorized, or giving it up: the steps in the workspace of an order."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.admin import moves
from orders.admin.moves import Move
from payments import capturing, releasing
from payments.admin.capture_forms import CaptureForm, ReleaseForm, held_of
from payments.errors import CaptureRefused, CaptureUnderWay
from payments.models import Capture, Payment
from shop.money import format_money

__all__ = ["CaptureForm", "ReleaseForm"]


def _refusal(order: Any) -> str:
    if order.paid_at is None:
        return gettext("nobody has paid yet")
    return "" if held_of(order) else gettext("nothing is authorized that was not captured")


def _capture_words(order: Any) -> str:
    payment = held_of(order)[0]
    words = gettext(
        "The customer is charged now. %(held)s are authorized until %(until)s; what is left is "
        "captured when the parcels leave."
    )
    return words % {
        "held": format_money(payment.held_amount, order.currency),
        "until": _day(payment.authorization_expires_at),
    }


def _day(at: datetime | None) -> str:
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else "?"


def _release_words(order: Any) -> str:
    payment = held_of(order)[0]
    words = gettext(
        "%(held)s are not captured any more. What the order still costs is to be paid again: the "
        "customer is told and gets a link to pay, and nothing is packed until then. To take back "
        "the whole order, cancel it."
    )
    return words % {"held": format_money(payment.held_amount, order.currency)}


def _capture(order: Any, form: CaptureForm, actor_id: UUID | None) -> Capture:
    if form.payment is None:
        raise ValidationError(gettext("A colleague was quicker. Open the page anew."))
    key = form.cleaned_data["key"]
    try:
        capturing.capture(
            payment_id=form.payment.pk,
            amount=form.cleaned_data["amount"],
            key=key,
            actor_id=actor_id,
        )
    except CaptureRefused as error:
        raise ValidationError(
            gettext("A colleague captured some of it meanwhile. Open the page anew.")
        ) from error
    return Capture.objects.select_related("payment").get(pk=key)


def _release(order: Any, form: ReleaseForm, actor_id: UUID | None) -> Payment:
    if form.payment is None:
        raise ValidationError(gettext("A colleague was quicker. Open the page anew."))
    try:
        return releasing.release(form.payment.pk, code="given_up")
    except CaptureUnderWay as error:
        raise ValidationError(
            gettext("The provider was asked for money and has not answered yet. Wait a minute.")
        ) from error
    except CaptureRefused as error:
        raise ValidationError(
            gettext("It was captured or given up meanwhile. Open the page anew.")
        ) from error


def _captured(made: Capture) -> tuple[int, str]:
    amount = format_money(made.amount, made.payment.currency)
    words = {
        Capture.Status.SUCCEEDED: (messages.SUCCESS, gettext("%(amount)s were captured.")),
        Capture.Status.REQUESTED: (
            messages.WARNING,
            gettext("%(amount)s are captured as soon as the provider answers."),
        ),
        Capture.Status.FAILED: (
            messages.ERROR,
            gettext("The provider refused to capture %(amount)s: %(code)s."),
        ),
    }
    level, text = words[Capture.Status(made.status)]
    return level, text % {"amount": amount, "code": made.failure_code}


def _released(payment: Payment) -> tuple[int, str]:
    amount = format_money(payment.released_amount, payment.currency)
    if payment.releasing_at is not None:
        words = gettext("%(amount)s are given up as soon as the provider answers.")
        return messages.WARNING, words % {"amount": amount}
    return messages.SUCCESS, gettext("%(amount)s were given up.") % {"amount": amount}


moves.add(
    Move(
        "capture",
        _("Capture"),
        _refusal,
        _capture_words,
        _capture,
        form=lambda order, data: CaptureForm(data, order=order),
        permission="payments.add_capture",
        told=_captured,
    )
)
moves.add(
    Move(
        "void",
        _("Give up the authorization"),
        _refusal,
        _release_words,
        _release,
        form=lambda order, data: ReleaseForm(data, order=order),
        is_destructive=True,
        permission="payments.add_capture",
        told=_released,
    )
)
