"""Stocktakes in the back office: what is counted, what differs, and who lets it stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from audit.models import AuditLog
from audit.recording import record
from inventory import approvers, stocktakes
from inventory.admin.count_sheets import CountSheets
from inventory.admin.steps import Step, offered
from inventory.admin.stocktake_steps import STEPS
from inventory.admin.suppliers import MAY_SEE_COST
from inventory.errors import CountBelowReserved, CountedBySelf, NotCounting
from inventory.models import Movement, Stocktake
from inventory.stocktakes import Difference
from shop.back_office import badge
from shop.money import format_money, to_major
from shop.redirects import see_other
from shop.spreadsheets import csv_lines

Status = Stocktake.Status
STATUS_KINDS = {
    Status.OPEN: ("info", "ruler"),
    Status.COUNTED: ("warn", "clock"),
    Status.APPROVED: ("ok", "check"),
    Status.CANCELED: ("", "close"),
}


@dataclass(frozen=True)
class ShownDifference:
    """A row of the page: ``value`` at cost as text, empty where the cost is not known."""

    one: Difference
    value: str


@admin.register(Stocktake)
class StocktakeAdmin(CountSheets, AuditedAdmin):
    """A count is opened by a form; afterwards it changes by counting and by steps."""

    list_display = ("number", "location", "scope", "status_badge", "note", "created_at")
    list_filter = ("status", "location")
    list_select_related = ("location", "category")
    search_fields = ("number", "note", "counts__stock__variant__sku")
    search_help_text = _("Number, note or a SKU that was counted")
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("category",)
    fields = ("location", "category", ("shelf_from", "shelf_until"), "is_blind", "note")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.opened_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return see_other(reverse("admin:inventory_stocktake_change", args=[obj.pk]))

    def get_urls(self) -> list[URLPattern]:
        step = path(
            "<uuid:stocktake_id>/step/<slug:name>/",
            self.admin_site.admin_view(self.step_view),
            name="inventory_stocktake_step",
        )
        file = path(
            "<uuid:stocktake_id>/differences.csv",
            self.admin_site.admin_view(self.csv_view),
            name="inventory_stocktake_csv",
        )
        return [step, file, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """How far the count is, what differs, and what can be done now."""
        stocktake = self.stocktake_of(request, unquote(object_id))
        context = self._context(request, stocktake)
        return TemplateResponse(request, "admin/inventory/stocktake/detail.html", context)

    def step_view(self, request: HttpRequest, stocktake_id: Any, name: str) -> HttpResponse:
        """Says what a step does; posting takes it."""
        stocktake = self.stocktake_of(request, stocktake_id)
        step = STEPS.get(name)
        if step is None:
            raise Http404
        if not request.user.has_perm(step.permission):
            raise PermissionDenied
        page = reverse("admin:inventory_stocktake_change", args=[stocktake.pk])
        if request.method != "POST" and stocktake.status in step.before:
            context = {
                **self.admin_site.each_context(request),
                "title": step.label,
                "subtitle": stocktake.number,
                "opts": self.opts,
                "stocktake": stocktake,
                "step": step,
                "warning": self._warning(request, stocktake) if step.name == "approve" else "",
                "form": forms.Form(),
                "back": page,
            }
            return TemplateResponse(request, "admin/inventory/step.html", context)
        try:
            self._take(request, stocktake, step)
        except CountBelowReserved as refusal:
            context = self._context(request, stocktake) | {"conflicts": refusal.conflicts}
            template = "admin/inventory/stocktake/detail.html"
            return TemplateResponse(request, template, context, status=422)
        return see_other(page)

    def csv_view(self, request: HttpRequest, stocktake_id: Any) -> StreamingHttpResponse:
        """All shelves that differ, as a file that no spreadsheet runs."""
        stocktake = self.stocktake_of(request, stocktake_id)
        if not self.sees_expected(request, stocktake):
            raise PermissionDenied
        record(AuditLog.Action.EXPORT, self.model, str(stocktake.pk), {}, {"format": "CSV"})
        sees_cost = request.user.has_perm(MAY_SEE_COST)
        name = f"{stocktake.number}.csv"
        return StreamingHttpResponse(
            csv_lines(_lines(stocktake, sees_cost=sees_cost)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.sees_expected(request, self.stocktake_of(request, unquote(object_id))):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        stocktake = cast("Any", obj)
        return [stocktake, *stocktake.counts.all()[:200]]

    def stocktake_of(self, request: HttpRequest, stocktake_id: Any) -> Any:
        """The stocktake, for who may see it; else a 404 or PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = Stocktake.objects.select_related("location", "category", "opened_by", "ended_by")
        try:
            return rows.get(pk=stocktake_id)
        except (Stocktake.DoesNotExist, ValidationError) as error:
            raise Http404 from error

    def _context(self, request: HttpRequest, stocktake: Stocktake) -> dict[str, Any]:
        sees_cost = request.user.has_perm(MAY_SEE_COST)
        sees_expected = self.sees_expected(request, stocktake)
        found = stocktakes.differences(stocktake)
        steps = offered(STEPS.values(), stocktake, request.user)
        approval = STEPS["approve"]
        is_barred = approval in steps and approvers.is_barred(stocktake, request.user.pk)
        if is_barred:
            steps.remove(approval)
        return {
            **self.admin_site.each_context(request),
            "title": stocktake.number,
            "subtitle": None,
            "opts": self.opts,
            "original": stocktake,
            "stocktake": stocktake,
            "scope": self.scope(stocktake),
            "status_badge": self.status_badge(stocktake),
            "found": found,
            "rows": [_shown(one) for one in found.rows] if sees_expected else [],
            "value": format_money(found.value, found.currency) if found.currency else "",
            "sees_cost": sees_cost,
            "sees_expected": sees_expected,
            "steps": steps,
            "is_barred": is_barred,
            "may_count": stocktake.is_open and self.may_count(request),
            "ledger": Movement.objects.filter(stocktake=stocktake).count(),
        }

    def _warning(self, request: HttpRequest, stocktake: Stocktake) -> str:
        """What to know before an approval by somebody who counted; "" for all others."""
        if not approvers.has_counted(stocktake, request.user.pk):
            return ""
        if approvers.others(stocktake).exists():
            return gettext("You counted here, so somebody else has to approve.")
        return gettext(
            "You counted here yourself and nobody else may approve; the history will say so."
        )

    def _take(self, request: HttpRequest, stocktake: Stocktake, step: Step) -> None:
        try:
            done = step.take(stocktake.pk, actor_id=request.user.pk)
        except CountedBySelf:
            text = gettext("Nothing was posted: you counted here, so somebody else has to approve.")
            self.message_user(request, text, messages.ERROR)
            return
        except NotCounting as refusal:
            text = gettext(
                "Nothing was changed: %(stocktake)s is %(status)s, or nothing is counted."
            )
            facts = {
                "stocktake": stocktake.number,
                "status": refusal.stocktake.get_status_display(),
            }
            self.message_user(request, text % facts, messages.ERROR)
            return
        if isinstance(done, list):
            text = ngettext(
                "%d difference was posted to the ledger.",
                "%d differences were posted to the ledger.",
                len(done),
            )
            self.message_user(request, text % len(done), messages.SUCCESS)
        else:
            facts = {"stocktake": done.number, "status": done.get_status_display()}
            self.message_user(
                request, gettext("%(stocktake)s: %(status)s.") % facts, messages.SUCCESS
            )

    @admin.display(description=_("what is counted"))
    def scope(self, stocktake: Stocktake) -> str:
        parts = []
        if stocktake.category:
            parts.append(str(stocktake.category))
        if stocktake.shelf_from or stocktake.shelf_until:
            text = gettext("shelves %(first)s to %(last)s")
            ends = {"first": stocktake.shelf_from or "…", "last": stocktake.shelf_until or "…"}
            parts.append(text % ends)
        return ", ".join(parts) or gettext("everything")

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, stocktake: Stocktake) -> SafeString:
        return badge(stocktake.get_status_display(), *STATUS_KINDS[Status(stocktake.status)])


def _lines(stocktake: Stocktake, *, sees_cost: bool) -> Iterator[list[object]]:
    heads = [_("SKU"), _("product"), _("shelf"), _("expected"), _("counted"), _("difference")]
    if sees_cost:
        heads += [_("value at cost"), _("currency")]
    yield [str(head) for head in heads]
    for one in stocktakes.differences(stocktake, most=None).rows:
        variant = one.stock.variant
        line: list[object] = [
            variant.sku,
            f"{variant.product.title} {variant.title}",
            one.stock.shelf,
            one.tally.expected,
            one.tally.counted,
            one.tally.variance,
        ]
        if sees_cost:
            known = one.value is not None
            line += [to_major(one.value or 0, one.currency) if known else "", one.currency]
        yield line


def _shown(one: Difference) -> ShownDifference:
    if one.value is None:
        return ShownDifference(one, "")
    return ShownDifference(one, format_money(one.value, one.currency))
