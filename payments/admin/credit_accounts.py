"""Store credit of people and of guests' addresses in the back office."""

from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments.admin.credit import CreditAdmin
from payments.admin.credit_forms import AdjustForm, GrantForm
from payments.credit import accounts
from payments.errors import CreditShort
from payments.models import CreditAccount
from shop.accounts.masking import sees_people
from shop.money import format_money


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

    def has_view_permission(self, request: HttpRequest, obj: CreditAccount | None = None) -> bool:
        """An account is called by the address of whose it is."""
        return bool(super().has_view_permission(request, obj)) and sees_people(request.user)

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
