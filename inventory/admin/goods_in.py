"""Checking in what a supplier delivered."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory import backorders, receipts
from inventory.errors import NotReceivable, ReceivedAlready, TooManyReceived
from inventory.models import PurchaseOrder, PurchaseOrderLine, Receipt
from inventory.receipts import Delivered
from shop.models import new_id
from shop.redirects import see_other

_MOST = 1_000_000


class DeliveryForm(forms.Form):
    """About the delivery as a whole. ``key`` makes the same form count once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    delivery_note = forms.CharField(label=_("Delivery note"), max_length=60, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    may_exceed = forms.BooleanField(label=_("More came than was ordered"), required=False)

    def __init__(self, *args: Any, may_exceed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_exceed:
            del self.fields["may_exceed"]


class LineDeliveryForm(forms.Form):
    """What came of one line; orders wait for so many units of it, and get them first."""

    accepted = forms.IntegerField(label=_("Accepted"), min_value=0, max_value=_MOST, required=False)
    rejected = forms.IntegerField(label=_("Rejected"), min_value=0, max_value=_MOST, required=False)
    defect = forms.CharField(label=_("What is wrong"), max_length=200, required=False)

    def __init__(self, line: PurchaseOrderLine, data: Any = None, waiting: int = 0) -> None:
        left = line.outstanding or None
        super().__init__(data, prefix=str(line.pk), initial={"accepted": left})
        self.line, self.waiting = line, waiting
        for name, field in self.fields.items():
            # The rows of a table: what the label of a field is, its column and its row say.
            label = f"{field.label}, {line.variant.sku}"
            field.widget.attrs |= {"aria-label": label, "class": f"a-{name}"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("rejected") and not (cleaned.get("defect") or "").strip():
            self.add_error("defect", _("Say what is wrong with the rejected units."))
        return cleaned

    @property
    def delivered(self) -> Delivered:
        """The answers, once they are valid."""
        answers = self.cleaned_data
        return Delivered(
            answers["accepted"] or 0, answers["rejected"] or 0, answers["defect"] or ""
        )


class ReceivingAdmin:
    """The page of goods-in, for the admin of purchase orders."""

    admin_site: Any
    opts: Any
    order_of: Any
    may_order: Any
    message_user: Any

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<uuid:order_id>/receive/",
            self.admin_site.admin_view(self.receive_view),
            name="inventory_purchaseorder_receive",
        )
        return [own, *super().get_urls()]  # type: ignore[misc]

    def may_receive(self, request: HttpRequest) -> bool:
        """Who checks deliveries in."""
        return request.user.has_perm("inventory.add_receipt")

    def receive_view(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        """A row for each line that is not whole; posting puts what was accepted on the shelves."""
        order = self.order_of(request, order_id)
        if not self.may_receive(request):
            raise PermissionDenied
        page = reverse("admin:inventory_purchaseorder_change", args=[order.pk])
        data = request.POST if request.method == "POST" else None
        may_exceed = self.may_order(request)
        form = DeliveryForm(data, initial={"key": new_id()}, may_exceed=may_exceed)
        shown = [line for line in order.lines.all() if line.outstanding or data or may_exceed]
        serves = order.location.can_ship
        waiting = backorders.units_waiting({line.variant_id for line in shown if serves})
        rows = [LineDeliveryForm(line, data, waiting[line.variant_id]) for line in shown]
        if data is not None and all([form.is_valid(), *(row.is_valid() for row in rows)]):
            if self._receive(request, order, form, rows):
                return see_other(page)
        elif order.status not in PurchaseOrder.OPEN:
            self._say_refused(request, order)
            return see_other(page)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Receive goods"),
            "subtitle": order.number,
            "opts": self.opts,
            "order": order,
            "form": form,
            "rows": rows,
            "has_errors": bool(form.errors or any(row.errors for row in rows)),
            "back": page,
        }
        status = 422 if context["has_errors"] else 200
        template = "admin/inventory/purchaseorder/receive.html"
        return TemplateResponse(request, template, context, status=status)

    def _receive(
        self,
        request: HttpRequest,
        order: PurchaseOrder,
        form: DeliveryForm,
        rows: Sequence[LineDeliveryForm],
    ) -> bool:
        answers = form.cleaned_data
        delivered = {row.line.pk: row.delivered for row in rows}
        is_empty = not any(units.accepted or units.rejected for units in delivered.values())
        if is_empty and order.status in PurchaseOrder.OPEN:
            form.add_error(None, gettext("Enter how many units came."))
            return False
        try:
            receipt = receipts.receive(
                purchase_order_id=order.pk,
                delivered=delivered,
                key=answers["key"],
                actor_id=request.user.pk,
                delivery_note=answers["delivery_note"],
                note=answers["note"],
                may_exceed=answers.get("may_exceed", False),
            )
        except TooManyReceived as refusal:
            for row in rows:
                if row.line in refusal.lines:
                    text = gettext("Only %(units)d are still to come.")
                    row.add_error("accepted", text % {"units": row.line.outstanding})
            return False
        except ReceivedAlready as refusal:
            text = gettext(
                "Sent before, with %(units)d accepted units. Open the page anew to receive more."
            )
            form.add_error(None, text % {"units": _accepted(refusal.receipt)})
            return False
        except NotReceivable as refusal:
            self._say_refused(request, refusal.purchase_order)
            return True
        text = gettext("%(units)d units went on the shelves of %(location)s.")
        facts = {"units": _accepted(receipt), "location": order.location}
        self.message_user(request, text % facts, messages.SUCCESS)
        return True

    def _say_refused(self, request: HttpRequest, order: PurchaseOrder) -> None:
        text = gettext("Nothing was received: %(order)s is %(status)s.")
        facts = {"order": order.number, "status": order.get_status_display()}
        self.message_user(request, text % facts, messages.ERROR)


def _accepted(receipt: Receipt) -> int:
    return sum(line.accepted for line in receipt.lines.all())
