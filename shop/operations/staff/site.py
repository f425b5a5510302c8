"""The site object of the back office: its frame, start page and quick search."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.models import AuditLog
from audit.recording import record
from orders.models import Order
from shop.accounts.factors import staff_rule
from shop.operations.preferences import density_of, set_density
from shop.operations.reports.pages import home_context, sales_csv, sales_page
from shop.operations.reports.payment_pages import payments_csv, payments_page
from shop.operations.staff import lists
from shop.operations.staff.list_export import export_list
from shop.operations.staff.margins import margins_csv, margins_page
from shop.operations.staff.navigation import navigation
from shop.operations.staff.queues import waiting
from shop.operations.staff.search import search
from shop.operations.staff.sign_in import lead_in

LATEST_ORDERS = 8
#: Who wrote these by hand took over accounts: addresses are confirmed by their owners, and second
#: factors are removed on the page of the person.
UNTOUCHED = {"account.EmailAddress", "mfa.Authenticator"}


class StaffSite(admin.AdminSite):
    """Django's admin in the frame of the shop."""

    site_header = _("Back office")
    site_title = _("Back office")
    index_title = _("Today")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether any page here opens to who asks: staff, with a second factor where it is due."""
        return super().has_permission(request) and staff_rule.lets_in(request)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take what apps bring along, but nothing of :data:`UNTOUCHED`."""
        is_one = isinstance(model_or_iterable, ModelBase)
        models: Any = [model_or_iterable] if is_one else model_or_iterable
        shown = [model for model in models if model._meta.label not in UNTOUCHED]
        super().register(shown, admin_class, **options)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return lead_in(request)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The shop's own page does it: it signs other devices out and tells the owner."""
        return redirect("account_change_password")

    def get_urls(self) -> list[URLResolver | URLPattern]:
        view = self.admin_view
        save, delete, export = (
            partial(act, site=self) for act in (lists.save_view, lists.delete_view, export_list)
        )
        return [
            path("search/", view(self.search_view), name="search"),
            path("density/", view(set_density), name="density"),
            path("sales/", view(partial(sales_page, site=self)), name="sales"),
            path("sales.csv", view(sales_csv), name="sales_csv"),
            path(
                "payment-report/", view(partial(payments_page, site=self)), name="payments_report"
            ),
            path("payment-report.csv", view(payments_csv), name="payments_csv"),
            path("margins/", view(partial(margins_page, site=self)), name="margins"),
            path("margins.csv", view(margins_csv), name="margins_csv"),
            path("export/<str:entity>/", view(export), name="list_export"),
            path("views/save/", view(save), name="view_save"),
            path("views/<uuid:view_id>/delete/", view(delete), name="view_delete"),
            # Pages link to the shop by themselves, see `StaffAdmin.get_view_on_site_url`.
            *(url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """For the page of one app alone: the others have the navigation, and need not wait."""
        return super().get_app_list(request, app_label) if app_label else []

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if context["has_permission"]:
            context["navigation"] = navigation(self, request)
            context["density"] = density_of(request)
        return context

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The start page: what waits, and the latest orders."""
        latest = None
        if request.user.has_perm("orders.view_order"):
            latest = Order.objects.order_by("-placed_at")[:LATEST_ORDERS]
            record(AuditLog.Action.VIEW, Order, "", {}, {"page": "start"})
        context = {
            "waiting": waiting(request),
            "latest_orders": latest,
            **home_context(request),
        }
        return super().index(request, {**context, **(extra_context or {})})

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """What the box at the top finds; a single hit opens at once."""
        query = request.GET.get("q", "").strip().replace("\0", "")[:100]
        found = search(request, query)
        for group in found:
            if group.people_of is not None:
                told = {"page": "search", "query": query}
                record(AuditLog.Action.VIEW, group.people_of, "", {}, told)
        if request.htmx:  # type: ignore[attr-defined]
            context = {"query": query, "found": found, "is_dropdown": True}
            return TemplateResponse(request, "admin/includes/found.html", context)
        if len(found) == 1 and len(found[0].hits) == 1:
            return HttpResponseRedirect(found[0].hits[0].url)
        context = {
            **self.each_context(request),
            "title": gettext("Search"),
            "query": query,
            "found": found,
        }
        return TemplateResponse(request, "admin/search.html", context)
