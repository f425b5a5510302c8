"""What the page of a draft shows: its forms, its lines with stock and price, and its sums."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from orders.admin.draft_forms import (
    AddForm,
    CodeForm,
    CustomerForm,
    DeliveryForm,
    DiscountForm,
    NoteForm,
    PriceForm,
    UnitsForm,
)
from orders.admin.variant_search import described, find
from orders.carts import cart as carts
from orders.checkouts import checkout as checkouts
from orders.drafts import drafts, limits
from orders.models import Cart, CartItem, Draft, PickUpPoint, ShippingMethod
from orders.prices.reasons import reasons_of
from orders.promotions import words
from orders.shipping import delivery
from shop.accounts.forms import AddressForm
from shop.accounts.masking import sees_people
from shop.accounts.models import User
from shop.back_office import badge
from shop.money import format_money

#: Customers that a search offers.
MOST_PEOPLE = 8
_STATES = {
    Cart.Status.ACTIVE: ("info", "edit"),
    Cart.Status.CHECKED_OUT: ("ok", "check"),
    Cart.Status.ABANDONED: ("", "close"),
}


class Forms:
    """The forms of the page; the one that was posted is bound."""

    def __init__(self, draft: Draft, request: HttpRequest) -> None:
        self._checkout = draft.cart.checkout
        self._draft = draft
        self._data = request.POST if request.method == "POST" else None
        self._name = request.POST.get("act", "")

    def is_valid(self, name: str) -> bool:
        """Whether what was posted for the act can be taken."""
        needed: dict[str, list[Form]] = {
            "customer": [self.customer, self.address],
            "price": [self.price],
            "discount": [self.discount],
            "delivery": [self.delivery],
            "add": [self.added],
            "units": [self.units],
            "code": [self.code],
            "note": [self.note],
        }
        # All of them speak up, not only the first that is wrong.
        validity = [form.is_valid() for form in needed.get(name, [])]
        return all(validity)

    @cached_property
    def customer(self) -> CustomerForm:
        initial = {
            "email": self._checkout.email,
            "language": self._draft.language,
            "vat_number": self._checkout.vat_number,
        }
        return CustomerForm(self._posted("customer"), initial=initial)

    @cached_property
    def address(self) -> AddressForm:
        return AddressForm(
            self._posted("customer"),
            countries=delivery.reached_countries(),
            initial=AddressForm.initial_from(self._checkout.shipping_address),
        )

    @cached_property
    def price(self) -> PriceForm:
        return PriceForm(self._posted("price"))

    @cached_property
    def discount(self) -> DiscountForm:
        initial = DiscountForm.initial_from(self._draft)
        return DiscountForm(self._posted("discount"), initial=initial)

    @cached_property
    def added(self) -> AddForm:
        return AddForm(self._posted("add"))

    @cached_property
    def units(self) -> UnitsForm:
        return UnitsForm(self._posted("units"))

    @cached_property
    def code(self) -> CodeForm:
        return CodeForm(self._posted("code"))

    @cached_property
    def note(self) -> NoteForm:
        return NoteForm(self._posted("note"), initial={"note": self._draft.note})

    @cached_property
    def options(self) -> list[delivery.DeliveryOption]:
        """Ways to send it; none before the address is known."""
        if not self._checkout.shipping_address:
            return []
        return checkouts.delivery_options(self._checkout, carts.items_of(self._draft.cart))

    @cached_property
    def points(self) -> list[PickUpPoint]:
        kinds = {option.method.kind for option in self.options}
        if ShippingMethod.Kind.PICK_UP not in kinds:
            return []
        return delivery.points(self._checkout.shipping_address or {})

    @cached_property
    def delivery(self) -> DeliveryForm:
        currency = self._draft.cart.currency
        chosen, point = self._checkout.shipping_method, self._checkout.pick_up_point
        return DeliveryForm(
            self._posted("delivery"),
            methods=[
                (row.method.code, f"{row.method.name}, {format_money(row.price, currency)}")
                for row in self.options
            ],
            points=[(str(row.pk), row.name) for row in self.points],
            initial={
                "method": chosen.code if chosen else "",
                "point": str(point.pk) if point else "",
                "note": self._checkout.customer_note,
            },
        )

    def chosen_delivery(self) -> tuple[ShippingMethod, PickUpPoint | None]:
        """What the valid delivery form says; the nearest point where none was named."""
        values = self.delivery.cleaned_data
        method = next(row.method for row in self.options if row.method.code == values["method"])
        if method.kind != ShippingMethod.Kind.PICK_UP:
            return method, None
        named = [row for row in self.points if str(row.pk) == values.get("point")]
        return method, next(iter(named or self.points), None)

    def _posted(self, name: str) -> Any:
        return self._data if self._name == name else None


def shown(request: HttpRequest, draft: Draft, forms: Forms) -> dict[str, Any]:
    """Context of the page; a fixed number of statements, however many lines there are."""
    cart = draft.cart
    items = carts.items_of(cart)
    totals = drafts.totals_of(draft)
    query = request.GET.get("find", "").replace("\0", "")[:100]
    who = request.GET.get("who", "").replace("\0", "").strip()[:100]
    may_see_people = sees_people(request.user)
    is_open = cart.is_open and request.user.has_perm("orders.change_draft")
    return {
        "draft": draft,
        "state": state_of(draft),
        "order": getattr(cart, "order", None),
        "is_open": is_open,
        "forms": forms,
        "lines": _lines(draft, items, totals, forms),
        "sums": _sums(totals),
        "total": totals.total,
        "reasons": reasons_of(totals),
        "codes": cart.coupon_codes,
        "refused": [
            (row.code, words.refusal(row.reason, currency=cart.currency, missing=row.missing))
            for row in totals.refused
            if row.code
        ],
        "limit": format_money(limits.limit_of(totals), cart.currency),
        "may_exceed": request.user.has_perm("orders.exceed_discount"),
        "missing": _missing(draft, items),
        "asked_for": query,
        "hits": _hits(query, forms) if is_open else [],
        "who": who,
        "may_see_people": may_see_people,
        "people": _people(who) if is_open and may_see_people else [],
    }


def state_of(draft: Draft) -> SafeString:
    """Open, placed or closed, as a badge."""
    labels = {
        Cart.Status.ACTIVE: gettext("Open"),
        Cart.Status.CHECKED_OUT: gettext("Placed"),
        Cart.Status.ABANDONED: gettext("Closed"),
    }
    status = Cart.Status(draft.cart.status)
    return badge(labels[status], *_STATES[status])


def key_of(text: str) -> UUID | None:
    """The key that a form posted; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _lines(draft: Draft, items: list[CartItem], totals: Any, forms: Forms) -> list[dict[str, Any]]:
    currency = draft.cart.currency
    agreed = {row.variant_id: row for row in draft.prices.all()}
    stock = {hit.variant.pk: hit for hit in described([item.variant for item in items])}
    priced = {line.item.variant_id: line for line in totals.lines}
    priced_now, counted_now = _meant(forms.price, "variant"), _meant(forms.units, "item")
    return [
        {
            "item": item,
            "title": item.variant.product.title,
            "choice": stock[item.variant_id].choice,
            "units": stock[item.variant_id].units,
            "is_limited": stock[item.variant_id].is_limited,
            "price": format_money(item.variant.price, currency),
            "agreed": agreed.get(item.variant_id),
            "form": forms.price
            if priced_now == item.variant_id
            else _price_form(agreed.get(item.variant_id)),
            "units_form": forms.units
            if counted_now == item.pk
            else UnitsForm(initial={"quantity": item.quantity}),
            "total": format_money(priced[item.variant_id].line_total, currency),
        }
        for item in items
    ]


def _hits(query: str, forms: Forms) -> list[dict[str, Any]]:
    """What a search found, each with the form that adds it."""
    added_now = _meant(forms.added, "variant")
    return [
        {"hit": hit, "form": forms.added if added_now == hit.variant.pk else AddForm()}
        for hit in find(query)
    ]


def _meant(form: Form, name: str) -> UUID | None:
    """The key of the row that a bound form was sent for."""
    return key_of(str(form.data.get(name, ""))) if form.is_bound else None


def _price_form(agreed: Any) -> PriceForm:
    initial = {"price": agreed.price, "reason": agreed.reason} if agreed else {}
    return PriceForm(initial=initial)


def _sums(totals: Any) -> list[tuple[str, str]]:
    currency = totals.currency
    rows = [(gettext("Subtotal"), totals.subtotal)]
    rows += [(words.name_of(_step_of(taken)), -taken.amount) for taken in totals.offers]
    rows += [(gettext("Delivery"), totals.shipping)]
    if totals.tax:
        rows.append((gettext("Tax"), totals.tax))
    return [(name, format_money(amount, currency)) for name, amount in rows]


def _step_of(taken: Any) -> dict[str, Any]:
    """An offer as its step in the trace has it."""
    return {"name": taken.offer.name, "code": taken.offer.code}


def _missing(draft: Draft, items: list[CartItem]) -> list[str]:
    """What must be known before it can be placed."""
    checkout = draft.cart.checkout
    found = [
        (not items, gettext("an article")),
        (not checkout.email, gettext("an e-mail address")),
        (not checkout.shipping_address, gettext("an address")),
        (delivery.needs_parcel(items) and not checkout.shipping_method, gettext("the delivery")),
    ]
    return [words for is_missing, words in found if is_missing]


def _people(query: str) -> list[User]:
    """Customers whose address or name has the words. One query."""
    if len(query) < 2:
        return []
    rows = User.objects.filter(
        Q(email__icontains=query) | Q(first_name__icontains=query) | Q(last_name__icontains=query)
    )
    return list(rows.order_by("email")[:MOST_PEOPLE])
