"""Returns in the back office: a list to work through, and a page that only acts can change."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from orders.admin.return_moves import MOVES, ReturnMove, offered
from orders.errors import OrdersError
from orders.models import Return, ReturnStatusChange, Withdrawal
from orders.returns import return_page, withdrawing
from shop.accounts.masking import MaskedPeople, email_for, hidden, masked_email, masked_name
from shop.back_office import ReadOnly, badge
from shop.redirects import see_other

Status = Return.Status
STATUS_KINDS = {
    Status.REQUESTED: ("warn", "clock"),
    Status.APPROVED: ("info", "truck"),
    Status.RECEIVED: ("warn", "box"),
    Status.INSPECTED: ("warn", "card"),
    Status.SETTLED: ("ok", "check"),
    Status.REJECTED: ("danger", "alert"),
    Status.CANCELED: ("", "close"),
}


class ReturnQueueFilter(admin.SimpleListFilter):
    """What waits for staff."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("inspect", _("To inspect")), ("settle", _("To settle")), ("open", _("Open"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Return]) -> QuerySet[Return]:
        statuses = {
            "inspect": (Status.REQUESTED, Status.RECEIVED),
            "settle": (Status.INSPECTED,),
            "open": Return.OPEN,
        }.get(self.value() or "")
        return queryset.filter(status__in=statuses) if statuses else queryset


@admin.register(Return)
class ReturnAdmin(MaskedPeople, ReadOnly, AuditedAdmin):
    """Nothing is typed over here: each step is an act with its own page."""

    records_views = True
    amount_fields = ("goods_amount", "shipping_amount")
    list_select_related = ("order",)
    list_display = ("number", "created_at", "order_link", "status_badge", "outcome", "send_by")
    list_filter = ("status", ReturnQueueFilter, "outcome", "is_withdrawal", "items__reason")
    search_fields = ("number", "order__number", "order__email", "tracking_number")
    search_help_text = _("Number of the return or the order, e-mail or tracking number")
    people_lookups = ("order__email", "customer_note")
    masked_search_help_text = _("Number of the return or the order, or tracking number")
    date_hierarchy = "created_at"

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        oldest_first = request.GET.get("queue")
        return ("created_at", "id") if oldest_first else ("-created_at", "-id")

    def get_urls(self) -> list[URLPattern]:
        step = path(
            "<uuid:return_id>/step/<slug:name>/",
            self.admin_site.admin_view(self.step_view),
            name="orders_return_step",
        )
        return [step, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Everything about one return, with the steps that are possible now."""
        asked = self._return(request, unquote(object_id))
        page = return_page.of_return(asked)
        context = {
            **self.admin_site.each_context(request),
            "title": asked.number,
            "subtitle": None,
            "opts": self.opts,
            "original": asked,
            "asked": asked,
            "order": asked.order,
            "status_badge": self.status_badge(asked),
            "page": page,
            "rows": list(zip(asked.items.all(), page.lines, strict=True)),
            "steps": _steps(asked, request.user),
            "moves": offered(asked, request.user),
            "photos": [(row.media.fallback_url(320), row.by_staff) for row in asked.photos.all()],
            **(extra_context or {}),
        }
        self.record_view(str(asked.pk))
        return TemplateResponse(request, "admin/orders/return/detail.html", context)

    def step_view(self, request: HttpRequest, return_id: UUID, name: str) -> HttpResponse:
        """Says what a step does; posting takes it."""
        asked = self._return(request, return_id)
        move = MOVES.get(name)
        if move is None:
            raise Http404
        if not request.user.has_perm(move.permission):
            raise PermissionDenied
        page = reverse("admin:orders_return_change", args=[asked.pk])
        if not move.is_possible(asked):
            self._say_refused(request, asked)
            return see_other(page)
        is_post = request.method == "POST"
        form = move.form(asked, *((request.POST, request.FILES) if is_post else (None, None)))
        if form.is_valid():
            self._take(request, asked, move, form)
            return see_other(page)
        context = {
            **self.admin_site.each_context(request),
            "title": move.label,
            "subtitle": asked.number,
            "opts": self.opts,
            "asked": asked,
            "move": move,
            "consequence": move.consequence(asked),
            "form": form,
            "back": page,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/orders/return/step.html", context, status=status)

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        asked = cast("Any", obj)
        return [asked, *asked.items.all(), *asked.status_changes.all(), *asked.photos.all()]

    def _take(self, request: HttpRequest, asked: Return, move: ReturnMove, form: Any) -> None:
        try:
            done = move.act(asked, form, cast("UUID", request.user.pk))
        except OrdersError:
            self._say_refused(request, asked)
            return
        facts = {"number": done.number, "status": done.get_status_display()}
        self.message_user(request, gettext("%(number)s: %(status)s.") % facts, messages.SUCCESS)

    def _return(self, request: HttpRequest, return_id: Any) -> Any:
        """The return with all that its page shows, for who may see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        steps = ReturnStatusChange.objects.select_related("actor")
        rows = Return.objects.select_related("order", "exchange_order").prefetch_related(
            "items__item__variant",
            "items__exchange_variant",
            "photos__media",
            Prefetch("status_changes", queryset=steps),
        )
        try:
            return rows.get(pk=return_id)
        except (Return.DoesNotExist, ValidationError) as error:
            raise Http404 from error

    def _say_refused(self, request: HttpRequest, asked: Return) -> None:
        facts = {"number": asked.number, "status": asked.get_status_display()}
        text = gettext("Nothing was changed: %(number)s is %(status)s.") % facts
        self.message_user(request, text, messages.ERROR)

    @admin.display(description=_("order"), ordering="order__number")
    def order_link(self, asked: Return) -> SafeString:
        url = reverse("admin:orders_order_change", args=[asked.order_id])
        return format_html('<a href="{}">{}</a>', url, asked.order.number)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, asked: Return) -> SafeString:
        return badge(asked.get_status_display(), *STATUS_KINDS[Status(asked.status)])


class WithdrawalQueueFilter(admin.SimpleListFilter):
    """What the job could not do."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("staff", _("For staff"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Withdrawal]
    ) -> QuerySet[Withdrawal]:
        if self.value() == "staff":
            return queryset.filter(result__in=Withdrawal.FOR_STAFF, handled_at=None)
        return queryset


@admin.register(Withdrawal)
class WithdrawalAdmin(MaskedPeople, ReadOnly, AuditedAdmin):
    """What was declared, as typed; an action notes that a person dealt with it."""

    records_views = True
    list_select_related = ("order", "request")
    list_display = ("declared_at", "number", "name", "result", "order", "request", "handled_at")
    list_filter = (WithdrawalQueueFilter, "result", "declared_at")
    search_fields = ("number", "name", "email")
    search_help_text = _("Order number, name or e-mail")
    masked = {"name": masked_name, "email": masked_email, "part": hidden}
    people_lookups = ("name", "email", "part")
    masked_search_help_text = _("Order number")
    ordering = ("-declared_at", "-id")
    actions = ("mark_handled",)
    fields = (
        "declared_at",
        "name",
        "number",
        "email",
        "part",
        "result",
        "order",
        "request",
        "receipt_sent_at",
        "handled_at",
    )

    def has_handle_permission(self, request: HttpRequest) -> bool:
        """Who works with returns deals with withdrawals."""
        return request.user.has_perm("orders.change_return")

    @admin.action(description=_("Note as dealt with"), permissions=["handle"])
    def mark_handled(self, request: HttpRequest, queryset: QuerySet[Withdrawal]) -> None:
        """A person looked at them and did what was to be done."""
        for withdrawal_id in queryset.values_list("pk", flat=True)[:100]:
            withdrawing.settle_by_hand(withdrawal_id)


def _steps(asked: Any, viewer: Any) -> list[dict[str, Any]]:
    """The steps of ``components/timeline.html``, with who took them."""
    return [
        {
            "name": row.get_to_status_display(),
            "state": "done",
            "at": row.created_at,
            "expected": "",
            "note": ": ".join(filter(None, [_who(row.actor, viewer), row.reason])),
            "icon": STATUS_KINDS[Status(row.to_status)][1],
        }
        for row in asked.status_changes.all()
    ]


def _who(actor: Any, viewer: Any) -> str:
    if actor is None:
        return ""
    return actor.email if actor.is_staff else email_for(viewer, actor.email)
