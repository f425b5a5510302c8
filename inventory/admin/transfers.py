"""Transfers between locations in the back office: drafted as a form, moved by acts."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from inventory import transfers
from inventory.admin.transfer_forms import STEPS, LineForm, TransferForm, refusal
from inventory.errors import InventoryError
from inventory.models import Transfer, TransferLine
from shop.back_office import STALE, NamedTable, StaffFields, badge
from shop.models import StaleObject

Status = Transfer.Status
_KINDS = {
    Status.DRAFT: ("", "edit"),
    Status.SENT: ("info", "truck"),
    Status.RECEIVED: ("ok", "check"),
    Status.CANCELED: ("", "close"),
}


class LineInline(StaffFields, NamedTable):
    """What is sent; once it is, what arrived of it."""

    model = TransferLine
    form = LineForm
    extra = 3
    fields = ("variant", "quantity")
    verbose_name_plural = _("goods")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or obj.status == Status.DRAFT:
            return self.fields
        return ("variant", "quantity", "received", "difference_note")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None or obj.status == Status.DRAFT else self.get_fields(request, obj)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("variant__product")


@admin.register(Transfer)
class TransferAdmin(AuditedAdmin):
    """A draft may be edited; from then on each step is an act with its own page."""

    form = TransferForm
    change_form_template = "admin/inventory/transfer/change_form.html"
    inlines = (LineInline,)
    list_display = ("number", "source", "destination", "status_badge", "sent_at", "expected_on")
    list_filter = ("status", "source", "destination")
    list_select_related = ("source", "destination")
    search_fields = ("number", "lines__variant__sku", "note")
    search_help_text = _("Number, SKU or note")
    fields = (("source", "destination"), "expected_on", "note")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_sent = obj is not None and obj.status != Status.DRAFT
        return not is_sent and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        times = ("sent_at", "received_at", "canceled_at")
        return (("number", "status_badge"), *self.fields, times)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("number", "status_badge", "sent_at", "received_at", "canceled_at")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.actor = request.user
        super().save_model(request, obj, form, change)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None and self._may_move(request):
            context["steps"] = [
                (reverse("admin:inventory_transfer_step", args=[obj.pk, name]), step)
                for name, step in STEPS.items()
                if obj.status in step.before
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        step = path(
            "<path:object_id>/step/<slug:name>/",
            self.admin_site.admin_view(self.step_view),
            name="inventory_transfer_step",
        )
        return [step, *super().get_urls()]

    def step_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Says what a step does, with what it needs to know; posting takes it."""
        transfer = cast("Transfer | None", self.get_object(request, unquote(object_id)))
        step = STEPS.get(name)
        if transfer is None or step is None:
            raise Http404
        if not self._may_move(request):
            raise PermissionDenied
        page = reverse("admin:inventory_transfer_change", args=[transfer.pk])
        lines = list(transfer.lines.select_related("variant__product"))
        form = step.form_class(transfer, lines, request.POST if request.method == "POST" else None)
        if transfer.status not in step.before:
            self.message_user(request, refusal(transfer), messages.ERROR)
            return HttpResponseRedirect(page)
        if form.is_valid() and self._take(request, transfer, name, form):
            return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": step.label,
            "subtitle": transfer.number,
            "opts": self.opts,
            "transfer": transfer,
            "step": step,
            "form": form,
            "lines": lines,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(
            request, "admin/inventory/transfer/step.html", context, status=status
        )

    def _take(self, request: HttpRequest, transfer: Transfer, name: str, form: Any) -> bool:
        acts: dict[str, Callable[..., Transfer]] = {
            "send": transfers.send,
            "receive": transfers.receive,
            "cancel": transfers.cancel,
        }
        seen: dict[str, Any] = {"version": form.cleaned_data["seen_version"]}
        try:
            moved = acts[name](transfer.pk, **seen, **form.facts(), actor_id=request.user.pk)
        except StaleObject:
            form.add_error(None, STALE)
            return False
        except InventoryError as error:
            form.add_error(None, form.words_for(error))
            return False
        text = gettext("%(number)s: %(status)s.")
        facts = {"number": moved.number, "status": moved.get_status_display()}
        self.message_user(request, text % facts, messages.SUCCESS)
        return True

    def _may_move(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inventory.change_transfer")

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, transfer: Transfer) -> SafeString:
        return badge(transfer.get_status_display(), *_KINDS[Status(transfer.status)])
