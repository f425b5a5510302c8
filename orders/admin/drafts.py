"""Orders that staff take down: the list, and one page on which all of a draft is filled in."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog.models import ProductVariant
from inventory.errors import InventoryError
from orders import messages as words
from orders.admin import draft_page
from orders.carts import cart as carts
from orders.drafts import drafts
from orders.errors import DiscountTooHigh, DraftGone, OrdersError
from orders.models import Cart, Draft, Order
from orders.promotions import codes
from shop.accounts.masking import MaskedPeople, masked_email, sees_people
from shop.accounts.models import User
from shop.back_office import ReadOnly, badge
from shop.money import format_money
from shop.redirects import see_other

MAY_EXCEED = "orders.exceed_discount"


class StateFilter(admin.SimpleListFilter):
    """How far it is."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("open", _("Open")), ("placed", _("Placed")), ("closed", _("Closed"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Draft]") -> "QuerySet[Draft]":
        statuses = {
            "open": Cart.Status.ACTIVE,
            "placed": Cart.Status.CHECKED_OUT,
            "closed": Cart.Status.ABANDONED,
        }
        chosen = statuses.get(self.value() or "")
        return queryset.filter(cart__status=chosen) if chosen else queryset


@admin.register(Draft)
class DraftAdmin(MaskedPeople, ReadOnly, AuditedAdmin):
    """A draft is begun by "New order" and changed by the forms of its page."""

    records_views = True
    list_display = ("created_at", "customer_email", "state", "held", "created_by")
    # Only of who took one down: else every customer would be named there.
    list_filter = (StateFilter, ("created_by", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("cart__checkout", "cart__order", "created_by")
    search_fields = ("cart__checkout__email", "cart__order__number", "note")
    search_help_text = _("E-mail address, order number or words of the note")
    masked = {"customer_email": masked_email}
    people_lookups = ("cart__checkout__email",)
    masked_search_help_text = _("Order number or words of the note")
    change_list_template = "admin/orders/draft/change_list.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("orders.add_draft")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Posting begins a draft; there is nothing to see before."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return see_other("admin:orders_draft_changelist")
        draft = drafts.begin(created_by=cast("User", request.user))
        return see_other("admin:orders_draft_change", draft.pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """All of the draft; each form posts its own act."""
        draft = self._draft(object_id)
        if not self.has_view_permission(request, draft):
            raise PermissionDenied
        forms = draft_page.Forms(draft, request)
        status = 200
        if request.method == "POST":
            if not request.user.has_perm("orders.change_draft"):
                raise PermissionDenied
            done = self._post(request, draft, forms)
            if done is not None:
                return done
            status = 422
            draft = self._draft(object_id)
        self.record_view(str(draft.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Draft order"),
            "subtitle": draft.cart.checkout.email,
            "opts": self.opts,
            "original": draft,
            **draft_page.shown(request, draft, forms),
            **(extra_context or {}),
        }
        template = "admin/orders/draft/detail.html"
        return TemplateResponse(request, template, context, status=status)

    def history_objects(self, obj: models.Model) -> list[models.Model]:
        draft = cast("Draft", obj)
        return [draft, *draft.prices.all()]

    def _post(
        self, request: HttpRequest, draft: Draft, forms: "draft_page.Forms"
    ) -> HttpResponse | None:
        """Take the step that was posted; None when the page has something to say."""
        name = request.POST.get("act", "")
        page = see_other("admin:orders_draft_change", draft.pk)
        is_placing, act = name in ("link", "offline"), _ACTS.get(name)
        try:
            if is_placing:
                order = _place(request, draft, name)
                self.message_user(request, _placed(order), messages.SUCCESS)
                return see_other("admin:orders_order_change", order.pk)
            if act is None:
                raise Http404
            if not forms.is_valid(name):
                return None
            act(request, draft, forms)
        except (OrdersError, InventoryError) as refusal:
            self._say_why(request, draft, refusal)
            return page if is_placing else None
        return page

    def _say_why(
        self, request: HttpRequest, draft: Draft, refusal: OrdersError | InventoryError
    ) -> None:
        if isinstance(refusal, DiscountTooHigh):
            limit = format_money(refusal.limit, draft.cart.currency)
            text = gettext("More than %(limit)s needs someone who may agree on it.")
            lines = [text % {"limit": limit}]
        elif isinstance(refusal, DraftGone):
            lines = [gettext("The draft is closed.")]
        else:
            items = carts.items_of(draft.cart)
            lines = words.explain(refusal, items=items, currency=draft.cart.currency)
        for line in lines:
            self.message_user(request, line, messages.ERROR)

    def _draft(self, object_id: str) -> Draft:
        try:
            draft: Draft = drafts.readable().get(pk=self.opts.pk.to_python(object_id))
        except (Draft.DoesNotExist, ValidationError) as error:
            raise Http404 from error
        draft.cart.draft = draft
        draft.cart.checkout.cart = draft.cart
        return draft

    @admin.display(description=_("customer"), ordering="cart__checkout__email")
    def customer_email(self, draft: Draft) -> str:
        return draft.cart.checkout.email or "–"

    @admin.display(description=_("state"), ordering="cart__status")
    def state(self, draft: Draft) -> SafeString:
        return draft_page.state_of(draft)

    @admin.display(description=_("stock"))
    def held(self, draft: Draft) -> SafeString | str:
        return badge(gettext("Held"), "info", "lock") if draft.holds_stock else ""


def _place(request: HttpRequest, draft: Draft, name: str) -> Order:
    shown = request.POST.get("total", "")
    return drafts.place(
        draft_id=draft.pk,
        agreed_total=int(shown) if shown.isdecimal() and len(shown) < 13 else -1,
        settles_by=Draft.Settlement.LINK if name == "link" else Draft.Settlement.OFFLINE,
        actor_id=cast("UUID", request.user.pk),
        may_exceed=request.user.has_perm(MAY_EXCEED),
    )


def _placed(order: Order) -> str:
    """That there is an order now, and what comes next."""
    if order.status != Order.Status.PENDING:
        text = gettext("%(order)s is placed.")
    elif drafts.is_paid_by_link(order.pk):
        text = gettext("%(order)s is placed. The customer gets a letter with a link to pay.")
    else:
        text = gettext("%(order)s is placed and waits to be paid another way.")
    return text % {"order": order.number}


def _customer(request: HttpRequest, draft: Draft, forms: "draft_page.Forms") -> None:
    values = forms.customer.cleaned_data
    drafts.name_customer(
        draft_id=draft.pk,
        email=values["email"],
        address=forms.address.cleaned_data,
        language=values["language"],
        vat_number=values["vat_number"],
    )


def _member(request: HttpRequest, draft: Draft, forms: "draft_page.Forms") -> None:
    if not sees_people(request.user):
        raise PermissionDenied
    key = draft_page.key_of(request.POST.get("user", ""))
    user = User.objects.filter(pk=key).first() if key else None
    if user is not None:
        drafts.take_address_of(draft_id=draft.pk, user=user)


def _add(request: HttpRequest, draft: Draft, forms: "draft_page.Forms") -> None:
    key = draft_page.key_of(request.POST.get("variant", ""))
    variant = ProductVariant.objects.select_related("product").filter(pk=key).first()
    if variant is None:
        raise Http404
    drafts.add(draft_id=draft.pk, variant=variant, quantity=forms.added.cleaned_data["quantity"])


def _units(request: HttpRequest, draft: Draft, forms: "draft_page.Forms") -> None:
    key = draft_page.key_of(request.POST.get("item", ""))
    if key is None:
        raise Http404
    quantity = forms.units.cleaned_data["quantity"]
    drafts.set_quantity(draft_id=draft.pk, item_id=key, quantity=quantity)


def _price(request: HttpRequest, draft: Draft, forms: "draft_page.Forms") -> None:
    key = draft_page.key_of(request.POST.get("variant", ""))
    values = forms.price.cleaned_data
    if key is None or not draft.cart.items.filter(variant=key).exists():
        raise Http404
    drafts.agree_price(
        draft_id=draft.pk,
        variant_id=key,
        price=values["price"],
        reason=values["reason"],
        may_exceed=request.user.has_perm(MAY_EXCEED),
    )


def _discount(request: HttpRequest, draft: Draft, forms: "draft_page.Forms") -> None:
    values = forms.discount.cleaned_data
    drafts.agree_discount(
        draft_id=draft.pk,
        kind=values["kind"],
        value=forms.discount.value,
        reason=values["reason"],
        may_exceed=request.user.has_perm(MAY_EXCEED),
    )


def _code(request: HttpRequest, draft: Draft, forms: "draft_page.Forms") -> None:
    email = draft.cart.checkout.email
    codes.add(cart=draft.cart, typed=forms.code.cleaned_data["code"], email=email)


def _uncode(request: HttpRequest, draft: Draft, forms: "draft_page.Forms") -> None:
    codes.remove(cart=draft.cart, code=request.POST.get("code", ""))


def _delivery(request: HttpRequest, draft: Draft, forms: "draft_page.Forms") -> None:
    method, point = forms.chosen_delivery()
    note = forms.delivery.cleaned_data["note"]
    drafts.choose_delivery(draft_id=draft.pk, method=method, point=point, note=note)


def _note(request: HttpRequest, draft: Draft, forms: "draft_page.Forms") -> None:
    drafts.write_down(draft_id=draft.pk, note=forms.note.cleaned_data["note"])


_ACTS: dict[str, Callable[[HttpRequest, Draft, "draft_page.Forms"], None]] = {
    "customer": _customer,
    "member": _member,
    "add": _add,
    "units": _units,
    "price": _price,
    "discount": _discount,
    "code": _code,
    "uncode": _uncode,
    "delivery": _delivery,
    "note": _note,
    "hold": lambda request, draft, forms: drafts.hold(draft_id=draft.pk),
    "release": lambda request, draft, forms: drafts.release(draft_id=draft.pk),
    "close": lambda request, draft, forms: drafts.close(draft_id=draft.pk),
}
