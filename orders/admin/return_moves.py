"""The steps staff may take with a return, each behind a page that says what happens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.reviewing.forms import PhotosField
from orders import lines
from orders.admin.forms import WIDE
from orders.models import Return, ReturnItem
from orders.returns import inspection, settling
from orders.returns.inspection import Verdict
from orders.returns.preview import preview
from shop.money import format_money

Status, Outcome = Return.Status, Return.Outcome
Data = Mapping[str, Any] | None
#: Looking at what came back, and giving money for it.
INSPECT, REFUND = "orders.change_return", "payments.change_payment"


class AnswerForm(forms.Form):
    """What the customer is told."""

    answer = forms.CharField(
        label=_("Answer to the customer"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class InspectionForm(forms.Form):
    """How many units of each line are accepted, how they look, and where they go."""

    answer = forms.CharField(
        label=_("Answer to the customer"),
        help_text=_("Needed where something is not accepted."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photos = PhotosField(label=_("Photos"), required=False)

    def __init__(self, data: Data = None, files: Any = None, *, asked: Any) -> None:
        super().__init__(data, files)
        self.rows = list(asked.items.all())
        own: dict[str, forms.Field] = {}
        for row in self.rows:
            what = lines.named(row.item)
            own[f"accepted_{row.pk}"] = forms.IntegerField(
                label=_("%(what)s: accepted of %(units)d") % {"what": what, "units": row.quantity},
                min_value=0,
                max_value=row.quantity,
                initial=row.quantity,
            )
            own[f"goes_{row.pk}"] = forms.ChoiceField(
                label=_("It goes"),
                choices=ReturnItem.Disposition.choices,
                initial=_usual(row),
            )
            own[f"condition_{row.pk}"] = forms.CharField(
                label=_("Condition"),
                max_length=300,
                required=False,
                widget=forms.TextInput(attrs=WIDE),
            )
        self.fields = own | self.fields

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        rejects = any(
            cleaned.get(f"accepted_{row.pk}", row.quantity) < row.quantity for row in self.rows
        )
        if rejects and not cleaned.get("answer", "").strip():
            self.add_error("answer", gettext("Say why not all of it is accepted."))
        return cleaned

    @property
    def verdicts(self) -> dict[UUID, Verdict]:
        """What was found, by key of the returned line."""
        return {
            row.pk: Verdict(
                accepted=self.cleaned_data[f"accepted_{row.pk}"],
                disposition=self.cleaned_data[f"goes_{row.pk}"],
                condition=self.cleaned_data[f"condition_{row.pk}"],
            )
            for row in self.rows
        }


def _plain(asked: Any, data: Data, files: Any) -> forms.Form:
    return forms.Form(data)


@dataclass(frozen=True)
class ReturnMove:
    """Offered from any status in ``before`` to who has ``permission``; ``act`` refuses the rest."""

    name: str
    before: tuple[str, ...]
    label: str | Promise
    consequence: Callable[[Any], str]
    act: Callable[[Any, Any, UUID | None], Return]
    form: Callable[[Any, Data, Any], forms.Form] = _plain
    permission: str = INSPECT
    is_destructive: bool = False
    takes_files: bool = False

    def is_possible(self, asked: Return) -> bool:
        """Whether the return is where it can be taken."""
        refuses_right = self.name == "reject" and asked.is_withdrawal
        return asked.status in self.before and not refuses_right


def _said(text: str | Promise) -> Callable[[Any], str]:
    return lambda asked: str(text)


def _settle_words(asked: Any) -> str:
    units = sum(row.accepted or 0 for row in asked.items.all())
    due = preview(asked)
    amount = format_money(due.total, asked.order.currency)
    words = ngettext(
        "%(units)d piece goes where the inspection says.",
        "%(units)d pieces go where the inspection says.",
        units,
    ) % {"units": units}
    if asked.outcome == Outcome.EXCHANGE:
        words += " " + gettext("An order for the exchange is made, without charge.")
    if due.total:
        to = (
            gettext("%(amount)s becomes store credit.")
            if asked.outcome == Outcome.STORE_CREDIT
            else gettext("%(amount)s goes back the way it was paid.")
        )
        words += " " + to % {"amount": amount}
    return words


MOVES = {
    move.name: move
    for move in (
        ReturnMove(
            "approve",
            (Status.REQUESTED,),
            _("Approve"),
            _said(_("The customer gets the label and may send it.")),
            lambda asked, form, actor_id: inspection.approve(return_id=asked.pk, actor_id=actor_id),
        ),
        ReturnMove(
            "receive",
            Return.WAITING,
            _("It is here"),
            _said(_("The return waits for its inspection, and the customer is told.")),
            lambda asked, form, actor_id: inspection.receive(return_id=asked.pk, actor_id=actor_id),
        ),
        ReturnMove(
            "inspect",
            (Status.RECEIVED,),
            _("Inspect"),
            _said(
                _(
                    "What is accepted is given back for; what is not goes to the customer again. "
                    "Without anything accepted the return is rejected."
                )
            ),
            lambda asked, form, actor_id: inspection.inspect(
                return_id=asked.pk,
                verdicts=form.verdicts,
                answer=form.cleaned_data["answer"],
                photos=form.cleaned_data["photos"],
                actor_id=actor_id,
            ),
            form=lambda asked, data, files: InspectionForm(data, files, asked=asked),
            takes_files=True,
        ),
        ReturnMove(
            "settle",
            (Status.INSPECTED,),
            _("Settle"),
            _settle_words,
            lambda asked, form, actor_id: settling.settle(return_id=asked.pk, actor_id=actor_id),
            permission=REFUND,
        ),
        ReturnMove(
            "reject",
            Return.WAITING,
            _("Reject"),
            _said(_("The customer is told why; what was kept for an exchange is free again.")),
            lambda asked, form, actor_id: inspection.reject(
                return_id=asked.pk, answer=form.cleaned_data["answer"], actor_id=actor_id
            ),
            form=lambda asked, data, files: AnswerForm(data),
            is_destructive=True,
        ),
    )
}


def offered(asked: Return, user: Any) -> list[ReturnMove]:
    """The steps that ``user`` may take from where the return is."""
    return [
        move
        for move in MOVES.values()
        if move.is_possible(asked) and user.has_perm(move.permission)
    ]


def _usual(row: ReturnItem) -> str:
    """What is faulty is hardly for sale again."""
    is_faulty = row.reason == ReturnItem.Reason.FAULTY
    goes = ReturnItem.Disposition.WRITE_OFF if is_faulty else ReturnItem.Disposition.RESTOCK
    return str(goes)
