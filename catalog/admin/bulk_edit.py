"""Bulk edits in the back office: choose the edit, see what it would do, do it, take it back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.admin.bulk_forms import EditForm
from catalog.admin.prices import warnings
from catalog.bulk_edits import MOST, applying, plans, reports
from catalog.bulk_edits.applying import Expired
from catalog.bulk_edits.edits import PRICES, Edit, Ending, Held, Kind, Outcome, permissions_of
from catalog.bulk_edits.plans import Plan
from catalog.imports import progress
from catalog.models import Product
from catalog.pricing import history as price_history
from shop.accounts.models import User
from shop.forms import MoneyField
from shop.redirects import see_other

#: Products that a preview and a report name.
SHOWN = 100
WARNINGS = 20


@dataclass
class Preview:
    """What an edit would do, counted, with the first rows and warnings."""

    changes: int = 0
    same: int = 0
    refusals: int = 0
    rows: list[Outcome] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    warnings_left: int = 0
    stamps: dict[str, str] = field(default_factory=dict)

    def add(self, found: list[tuple[Held, Outcome]]) -> None:
        """Count a chunk."""
        for held, result in found:
            if result.refusal:
                self.refusals += 1
                self.refused += [result] if len(self.refused) < SHOWN else []
            elif result.is_change:
                self.changes += 1
                self.stamps[str(held.product.pk)] = held.stamp
                self.rows += [result] if len(self.rows) < SHOWN else []
            else:
                self.same += 1
        self._warn(found)

    def _warn(self, found: list[tuple[Held, Outcome]]) -> None:
        wanted = {
            pk: price for _h, one in found if not one.refusal for pk, price in one.prices.items()
        }
        rows = [row for held, _o in found for row in held.variants if row.pk in wanted]
        cut = [row for row in rows if wanted[row.pk] < row.price]
        if cut:
            said = warnings(cut, wanted, price_history.lowest_prices(cut))
            room = max(0, WARNINGS - len(self.warned))
            self.warned += said[:room]
            self.warnings_left += len(said[room:])


class BulkEditing:
    """The list's action and the pages that follow it, for the admin of products."""

    admin_site: admin.AdminSite

    def get_urls(self) -> list[URLPattern]:
        steps: dict[str, Callable[..., HttpResponse]] = {
            "choose": self.choose_view,
            "preview": self.preview_view,
            "report": self.report_view,
            "undo": self.undo_view,
        }
        own = [
            path(
                f"bulk/<uuid:plan_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"catalog_product_bulk_{name}",
            )
            for name, view in steps.items()
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    @admin.action(description=_("Edit the chosen products together"), permissions=["change"])
    def bulk_edit(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        """Keep the choice and ask what to do with it."""
        plan = self._chosen(request, queryset)
        return see_other(_step(plan.id, "choose")) if plan else None

    @admin.action(description=_("Archive: take off the shop"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        """Show what archiving the chosen products would change."""
        return self._preview_status(request, queryset, Product.Status.ARCHIVED)

    @admin.action(description=_("Activate: put into the shop"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        """Show what activating the chosen products would change."""
        return self._preview_status(request, queryset, Product.Status.ACTIVE)

    def _preview_status(
        self, request: HttpRequest, queryset: QuerySet[Product], status: Product.Status
    ) -> HttpResponse | None:
        plan = self._chosen(request, queryset)
        if plan is None:
            return None
        plan.keep(edit=Edit(Kind.STATUS, status.value))
        return see_other(_step(plan.id, "preview"))

    def _chosen(self, request: HttpRequest, queryset: QuerySet[Product]) -> Plan | None:
        """The choice, kept; None when it is too large, which is said."""
        keys = queryset.order_by("pk").values_list("pk", flat=True)[: MOST + 1]
        chosen = tuple(str(pk) for pk in keys)
        if len(chosen) > MOST:
            text = gettext("More than %d products at once are too many. Narrow the list first.")
            messages.error(request, text % MOST)
            return None
        return Plan(user_id=str(request.user.pk), product_ids=chosen).keep()

    def choose_view(self, request: HttpRequest, plan_id: UUID) -> HttpResponse:
        """Which edit; posting it leads to the preview."""
        plan = self._plan(request, plan_id)
        if plan is None:
            return self._forgotten(request)
        form = EditForm(cast("User", request.user), request.POST or None)
        if request.method == "POST" and form.is_valid():
            plan.keep(edit=form.edit(), stamps={}, state="", moved={})
            return see_other(_step(plan.id, "preview"))
        count = len(plan.product_ids)
        lead = ngettext("%d product is chosen.", "%d products are chosen.", count) % count
        context = {"form": form, "lead": lead, "back": _products()}
        status = 422 if form.errors else 200
        return self._page(request, "choose", gettext("Edit together"), context, status)

    def preview_view(self, request: HttpRequest, plan_id: UUID) -> HttpResponse:
        """What would change; posting it does so."""
        plan = self._plan(request, plan_id)
        if plan is None or plan.edit is None:
            return self._forgotten(request)
        edit = plan.edit
        if not request.user.has_perms(permissions_of(edit.kind)):
            raise PermissionDenied
        if reports.report_of(plan_id):
            return see_other(_step(plan.id, "report"))
        if request.method == "POST":
            try:
                applying.confirm(
                    plan, user=cast("User", request.user), leave_out="leave_out" in request.POST
                )
            except Expired:
                return self._forgotten(request)
            return see_other(_step(plan.id, "report"))
        preview = Preview()
        try:
            for found in applying.outcomes(plan, edit):
                preview.add(found)
        except ObjectDoesNotExist:
            return self._forgotten(request)
        plan.keep(stamps=preview.stamps, state="", moved={})
        context = {
            "preview": preview,
            "edit_shown": described(edit),
            "shown": SHOWN,
            "back": _step(plan.id, "choose"),
        }
        return self._page(request, "preview", gettext("What would change"), context)

    def report_view(self, request: HttpRequest, plan_id: UUID) -> HttpResponse:
        """What became of it: done, refused, or on its way."""
        self._check(request)
        report = reports.report_of(plan_id)
        plan = plans.find(plan_id)
        if report is None and plan is None:
            return self._forgotten(request)
        edit = report.edit if report else plan and plan.edit
        context = {
            "report": report,
            "plan": plan,
            "moved": list(plan.moved.items())[:SHOWN] if plan else [],
            "moved_count": len(plan.moved) if plan else 0,
            "edit_shown": described(edit) if edit else "",
            "progress": progress.told(plan_id),
            "audit_id": plans.audit_id(plan_id),
            "audit_url": self._audit_url(request, plan_id),
            "preview_url": _step(str(plan_id), "preview"),
            "undo_url": _step(str(plan_id), "undo"),
            "back": _products(),
        }
        return self._page(request, "report", gettext("Edited together"), context)

    def undo_view(self, request: HttpRequest, plan_id: UUID) -> HttpResponse:
        """Says what an undo does; posting it does so."""
        self._check(request)
        report = reports.report_of(plan_id)
        if report is None or report.restored is not None:
            return see_other(_step(str(plan_id), "report"))
        if not request.user.has_perms(permissions_of(report.edit.kind)):
            raise PermissionDenied
        if request.method == "POST":
            if reports.undo(plan_id, user=cast("User", request.user)) is None:
                messages.info(request, gettext("It is being taken back. Reload in a moment."))
            return see_other(_step(str(plan_id), "report"))
        context = {"report": report, "form": forms.Form(), "back": _step(str(plan_id), "report")}
        return self._page(request, "undo", gettext("Take the edit back"), context)

    def _plan(self, request: HttpRequest, plan_id: UUID) -> Plan | None:
        self._check(request)
        plan = plans.find(plan_id)
        return plan if plan and plan.user_id == str(request.user.pk) else None

    def _check(self, request: HttpRequest) -> None:
        if not request.user.has_perm("catalog.change_product"):
            raise PermissionDenied

    def _forgotten(self, request: HttpRequest) -> HttpResponse:
        text = gettext("This choice has been forgotten. Choose the products anew.")
        messages.error(request, text)
        return see_other(_products())

    def _audit_url(self, request: HttpRequest, plan_id: UUID) -> str:
        if not request.user.has_perm("audit.view_auditlog"):
            return ""
        return f"{reverse('admin:audit_auditlog_changelist')}?q={plans.audit_id(plan_id)}"

    def _page(
        self,
        request: HttpRequest,
        name: str,
        title: str,
        context: dict[str, Any],
        status: int = 200,
    ) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "title": title, "opts": Product._meta}
        template = f"admin/catalog/product/bulk_{name}.html"
        return TemplateResponse(request, template, frame | context, status=status)


def described(edit: Edit) -> str:
    """The edit in words: "Add tags: summer, linen"."""
    try:
        target = applying.target_of(edit)
    except ObjectDoesNotExist:
        target = None
    if edit.kind is Kind.STATUS:
        value = str(Product.Status(edit.target).label)
    elif edit.kind is Kind.PRICE_PERCENT:
        value = f"{edit.amount:+d} %"
    elif edit.kind in PRICES:
        value = str(MoneyField(currency=settings.SHOP_CURRENCY).prepare_value(edit.amount))
    else:
        value = str(target) if target else ", ".join(edit.tags)
    rounding = f" ({Ending(edit.ending).label})" if edit.ending else ""
    return f"{edit.kind.label}: {value}{rounding}"


def _step(plan_id: str, name: str) -> str:
    return reverse(f"admin:catalog_product_bulk_{name}", args=[plan_id])


def _products() -> str:
    return reverse("admin:catalog_product_changelist")
