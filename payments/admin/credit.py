"""What the back office of gift cards and of store credit has in common: ledgers, and acts."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from payments.models import CreditAccount, CreditEntry, GiftCard
from shop.back_office import ReadOnly
from shop.money import format_money


class EntryInline(ReadOnly, admin.TabularInline):
    """The ledger of a card or account, oldest first."""

    model = CreditEntry
    amount_fields = ("amount",)
    fields = ("created_at", "kind", "amount_shown", "order_link", "actor", "reason")
    readonly_fields = ("created_at", "amount_shown", "order_link")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[CreditEntry]:
        return super().get_queryset(request).select_related("order", "actor")

    @admin.display(description=_("amount"))
    def amount_shown(self, entry: CreditEntry) -> str:
        return format_money(entry.amount, entry.currency)

    @admin.display(description=_("order"))
    def order_link(self, entry: CreditEntry) -> SafeString | str:
        return order_link_of(entry.order_id, entry.order.number) if entry.order else ""


class CreditAdmin(ReadOnly, AuditedAdmin):
    """What gift cards and store credit have in common: a ledger, and acts on pages of their own."""

    inlines = (EntryInline,)
    records_views = True

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        return [obj, *cast("GiftCard | CreditAccount", obj).entries.all()]

    def asked(
        self,
        request: HttpRequest,
        form: forms.Form,
        *,
        title: Any,
        consequence: Any,
        back: str = "",
        is_destructive: bool = False,
    ) -> HttpResponse:
        """The page that says what an act does, and asks what it needs to know."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "consequence": consequence,
            "opts": self.opts,
            "form": form,
            "back": back or reverse(f"admin:payments_{self.opts.model_name}_changelist"),
            "is_destructive": is_destructive,
        }
        status = 422 if form.errors else 200
        template = "admin/payments/credit/step.html"
        return TemplateResponse(request, template, context, status=status)

    def manages(self, request: HttpRequest) -> bool:
        """Whether money may be made or taken by who asks."""
        return request.user.has_perm(f"payments.change_{self.opts.model_name}")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        extra = {"manages": self.manages(request), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["manages"] = self.manages(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def refuse_strangers(self, request: HttpRequest) -> None:
        if not self.manages(request):
            raise PermissionDenied

    def page_of(self, row: GiftCard | CreditAccount) -> str:
        return reverse(f"admin:payments_{self.opts.model_name}_change", args=[row.pk])

    @admin.display(description=_("balance"), ordering="balance")
    def balance_shown(self, row: GiftCard | CreditAccount) -> str:
        return format_money(row.balance, row.currency)


def order_link_of(order_id: Any, number: str) -> SafeString:
    url = reverse("admin:orders_order_change", args=[order_id])
    return format_html('<a href="{}">{}</a>', url, number)
