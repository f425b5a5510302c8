"""Gift cards and store credit in the back office: lists, ledgers, and acts with a reason."""

from collections.abc import Iterable
from itertools import chain
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from audit.models import AuditLog
from audit.recording import record
from payments.admin.credit_forms import AdjustForm, GrantForm, IssueForm
from payments.credit import accounts, cards, codes, letters, reports
from payments.errors import CreditShort
from payments.models import CreditAccount, CreditEntry, GiftCard
from shop.back_office import ReadOnly, badge
from shop.money import format_money
from shop.spreadsheets import csv_lines

_STATUS = {
    GiftCard.Status.ACTIVE: ("ok", "check"),
    GiftCard.Status.BLOCKED: ("danger", "close"),
    GiftCard.Status.EXPIRED: ("", "clock"),
}


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
        return _order_link(entry.order_id, entry.order.number) if entry.order else ""


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


@admin.register(GiftCard)
class GiftCardAdmin(CreditAdmin):
    """Gift cards: sold or made by hand; nobody can read their codes."""

    amount_fields = ("issued_amount", "balance")
    list_display = (
        "__str__",
        "status_badge",
        "issued_shown",
        "balance_shown",
        "recipient_email",
        "expires_at",
        "created_at",
    )
    list_filter = ("status", "created_at")
    search_fields = ("last4", "recipient_email", "order_item__order__number")
    search_help_text = _("Last four characters, recipient or order number")
    ordering = ("-created_at", "-pk")
    change_list_template = "admin/payments/giftcard/change_list.html"
    change_form_template = "admin/payments/giftcard/change_form.html"
    fields = (
        ("status_badge", "last4"),
        ("issued_shown", "balance_shown"),
        "bought_with",
        ("recipient_name", "recipient_email"),
        ("sender_name", "message"),
        ("send_on", "sent_at", "expires_at"),
    )
    readonly_fields = ("status_badge", "issued_shown", "balance_shown", "bought_with")

    def get_queryset(self, request: HttpRequest) -> QuerySet[GiftCard]:
        return super().get_queryset(request).select_related("order_item__order")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("issue/", view(self.issue_view), name="payments_giftcard_issue"),
            path("liability/", view(self.liability_view), name="payments_giftcard_liability"),
            path("<uuid:pk>/block/", view(self.block_view), name="payments_giftcard_block"),
            path("<uuid:pk>/send/", view(self.send_view), name="payments_giftcard_send"),
            *super().get_urls(),
        ]

    def issue_view(self, request: HttpRequest) -> HttpResponse:
        """Make a card by hand; without an address its code is shown here, once."""
        self.refuse_strangers(request)
        form = IssueForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            data = form.cleaned_data
            card = cards.issue(
                amount=data["amount"],
                currency=settings.SHOP_CURRENCY,
                recipient=form.recipient,
                reason=data["reason"],
                key=str(data["key"]),
                actor_id=cast("Any", request.user).pk,
            )
            if card.recipient_email:
                letters.queue(card)
                words = gettext("The card is on its way to %(email)s.")
                self.message_user(request, words % {"email": card.recipient_email})
            elif not card.last4:
                code = codes.shown(cards.give_code(card.pk))
                words = gettext("The code is %(code)s. It is shown this once only.")
                self.message_user(request, words % {"code": code}, messages.WARNING)
            return HttpResponseRedirect(self.page_of(card))
        return self.asked(
            request,
            form,
            title=gettext("Issue a gift card"),
            consequence=gettext("Whoever has its code can spend the amount in the shop."),
        )

    def block_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Block a card, or let it be spent again."""
        self.refuse_strangers(request)
        card = get_object_or_404(GiftCard, pk=pk)
        is_blocked = card.status == GiftCard.Status.BLOCKED
        if request.method == "POST":
            (cards.unblock if is_blocked else cards.block)(card.pk)
            return HttpResponseRedirect(self.page_of(card))
        return self.asked(
            request,
            forms.Form(),
            title=gettext("Unblock") if is_blocked else gettext("Block"),
            consequence=gettext("Its code can be used again.")
            if is_blocked
            else gettext("Nobody can spend it until you unblock it; what is on it stays."),
            back=self.page_of(card),
            is_destructive=not is_blocked,
        )

    def send_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Send the card again, with a new code."""
        self.refuse_strangers(request)
        card = get_object_or_404(GiftCard, pk=pk)
        if not card.recipient_email or not card.is_spendable:
            raise PermissionDenied
        if request.method == "POST":
            letters.queue_send(card.pk, again=True)
            words = gettext("The card is on its way to %(email)s.")
            self.message_user(request, words % {"email": card.recipient_email})
            return HttpResponseRedirect(self.page_of(card))
        return self.asked(
            request,
            forms.Form(),
            title=gettext("Send again"),
            consequence=gettext("It goes to %(email)s with a new code; the old code ends.")
            % {"email": card.recipient_email},
            back=self.page_of(card),
        )

    def liability_view(self, request: HttpRequest) -> HttpResponseBase:
        """What is owed to holders of cards and store credit, as a file."""
        if not request.user.has_perm("payments.view_giftcard"):
            raise PermissionDenied
        record(AuditLog.Action.EXPORT, GiftCard, None, {}, {"report": "liability"})
        lines = csv_lines(chain([reports.HEADS], reports.liability()))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="credit-outstanding.csv"'
        return response

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, card: GiftCard) -> SafeString:
        return badge(str(card.get_status_display()), *_STATUS[GiftCard.Status(card.status)])

    @admin.display(description=_("issued"), ordering="issued_amount")
    def issued_shown(self, card: GiftCard) -> str:
        return format_money(card.issued_amount, card.currency)

    @admin.display(description=_("bought with"))
    def bought_with(self, card: GiftCard) -> SafeString | str:
        item = card.order_item
        return _order_link(item.order_id, item.order.number) if item else gettext("Made by hand")


@admin.register(CreditAccount)
class CreditAccountAdmin(CreditAdmin):
    """Store credit of people and of guests' addresses."""

    amount_fields = ("balance",)
    list_display = ("__str__", "balance_shown", "updated_at")
    search_fields = ("user__email", "email")
    search_help_text = _("E-mail address")
    list_select_related = ("user",)
    ordering = ("-updated_at",)
    change_list_template = "admin/payments/creditaccount/change_list.html"
    change_form_template = "admin/payments/creditaccount/change_form.html"
    fields = ("user", "email", "balance_shown")
    readonly_fields = ("balance_shown",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("grant/", view(self.grant_view), name="payments_creditaccount_grant"),
            path("<uuid:pk>/adjust/", view(self.adjust_view), name="payments_creditaccount_adjust"),
            *super().get_urls(),
        ]

    def grant_view(self, request: HttpRequest) -> HttpResponse:
        """Give store credit to an e-mail address."""
        self.refuse_strangers(request)
        form = GrantForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            account = accounts.account_for(**form.owner, currency=settings.SHOP_CURRENCY)
            data = form.cleaned_data
            self._adjust(request, account, data["amount"], data)
            return HttpResponseRedirect(self.page_of(account))
        return self.asked(
            request,
            form,
            title=gettext("Give store credit"),
            consequence=gettext("The customer can spend it in the payment step, signed in."),
        )

    def adjust_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Give or take."""
        self.refuse_strangers(request)
        account = get_object_or_404(CreditAccount, pk=pk)
        form = AdjustForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                self._adjust(request, account, form.signed_amount, form.cleaned_data)
            except CreditShort as short:
                words = gettext("Only %(balance)s are there.")
                most = format_money(short.balance, account.currency)
                form.add_error("amount", words % {"balance": most})
            else:
                return HttpResponseRedirect(self.page_of(account))
        return self.asked(
            request,
            form,
            title=gettext("Give or take"),
            consequence=gettext("The customer sees the entry and its reason."),
            back=self.page_of(account),
        )

    def _adjust(
        self, request: HttpRequest, account: CreditAccount, amount: int, data: dict[str, Any]
    ) -> None:
        accounts.adjust(
            account_id=account.pk,
            amount=amount,
            reason=data["reason"],
            key=str(data["key"]),
            actor_id=cast("Any", request.user).pk,
        )


def _order_link(order_id: Any, number: str) -> SafeString:
    url = reverse("admin:orders_order_change", args=[order_id])
    return format_html('<a href="{}">{}</a>', url, number)
