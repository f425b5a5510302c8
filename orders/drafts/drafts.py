"""Orders that staff take down for a customer.

A draft is a cart with its checkout: it is filled, priced and placed by the same acts as a
shopper's. What it has beside them is whom it is for, what was agreed with them, and that its units
are held for hours. A placed order that nobody pays gives its draft back.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation

from audit import recording
from catalog.models import ProductVariant
from inventory import reservations
from orders.carts import cart as carts
from orders.checkouts import checkout as checkouts
from orders.checkouts import placing
from orders.drafts import limits
from orders.errors import DraftGone
from orders.models import (
    Cart,
    Checkout,
    Draft,
    DraftPrice,
    Order,
    OrderAddress,
    OrderEvent,
    OrderNote,
    PickUpPoint,
    ShippingMethod,
)
from orders.placed import notes, status
from orders.prices.pricing import Totals
from shop.accounts.forms import PARTS
from shop.accounts.models import Address, PostalAddress, User
from shop.conflicts import retried
from shop.models import new_id

HOUR_SECONDS: Final = 3600


def begin(*, created_by: User) -> Draft:
    """A new, empty draft."""
    with recording.batch():
        cart = Cart.objects.create(currency=settings.SHOP_CURRENCY, is_draft=True)
        Checkout.objects.create(cart=cart)
        draft: Draft = Draft.objects.create(
            cart=cart, created_by=created_by, language=settings.LANGUAGE_CODE
        )
        return draft


def name_customer(
    *,
    draft_id: UUID,
    email: str,
    address: Mapping[str, str],
    language: str = "",
    vat_number: str = "",
) -> Draft:
    """Say whom the draft is for; who has an account with ``email`` finds the order there.

    Raises :class:`DraftGone`. Locks the draft.
    """
    with recording.batch():
        draft = locked(draft_id)
        draft.customer = User.objects.filter(email__iexact=email, status=User.Status.ACTIVE).first()
        draft.language = language or draft.language
        draft.save()
        checkout = draft.cart.checkout
        checkout.email = email.lower()
        checkout.shipping_address = dict(address)
        checkout.vat_number = vat_number
        method = checkout.shipping_method
        if method is not None and not method.reaches(address):
            checkout.shipping_method = checkout.pick_up_point = None
        checkout.save()
        return draft


def take_address_of(*, draft_id: UUID, user: User) -> Draft:
    """Make the draft that of a member, with the default address or that of the last order.

    Raises :class:`DraftGone`.
    """
    saved = Address.objects.filter(user=user, type=Address.Type.SHIPPING, is_default=True)
    known: PostalAddress | None = saved.first()
    if known is None:
        last = OrderAddress.objects.filter(order__customer=user, type=OrderAddress.Type.SHIPPING)
        known = last.order_by("-order__placed_at", "-revision").first()
    parts = {part: str(getattr(known, part)) for part in PARTS} if known else {}
    return name_customer(
        draft_id=draft_id, email=user.email, address=parts, language=user.language or ""
    )


def add(*, draft_id: UUID, variant: ProductVariant, quantity: int) -> None:
    """Put units into the draft; raises as :func:`orders.carts.cart.add` does."""
    with recording.batch():
        draft = locked(draft_id)
        carts.add(cart=draft.cart, variant=variant, quantity=quantity)
        _renew_hold(draft)


def set_quantity(*, draft_id: UUID, item_id: UUID, quantity: int) -> None:
    """Change a line, 0 takes it out with the price agreed for it; raises as :func:`add`."""
    with recording.batch():
        draft = locked(draft_id)
        carts.set_quantity(cart=draft.cart, item_id=item_id, quantity=quantity)
        kept = draft.cart.items.values("variant")
        draft.prices.exclude(variant__in=kept).delete()
        _renew_hold(draft)


def agree_price(
    *, draft_id: UUID, variant_id: UUID, price: int | None, reason: str, may_exceed: bool = False
) -> None:
    """Let a unit of the variant cost ``price`` minor units; None for the catalog's price again.

    Raises :class:`DiscountTooHigh` beyond ``DRAFT_DISCOUNT_LIMIT`` of the goods, unless whoever
    agrees it ``may_exceed`` that.
    """
    with recording.batch():
        draft = locked(draft_id)
        if price is None:
            draft.prices.filter(variant=variant_id).delete()
            return
        DraftPrice.objects.update_or_create(
            draft=draft, variant_id=variant_id, defaults={"price": price, "reason": reason}
        )
        limits.check(draft, totals_of(draft), may_exceed=may_exceed)


def agree_discount(
    *,
    draft_id: UUID,
    kind: str,
    value: int,
    reason: str,
    may_exceed: bool = False,
) -> None:
    """Take a share (hundredths of a percent) or an amount (minor units) off the whole.

    Raises as :func:`agree_price` does.
    """
    with recording.batch():
        draft = locked(draft_id)
        draft.discount_kind = kind
        draft.discount_value = value if kind else 0
        draft.discount_reason = reason if kind else ""
        draft.save()
        limits.check(draft, totals_of(draft), may_exceed=may_exceed)


def choose_delivery(
    *, draft_id: UUID, method: ShippingMethod, point: PickUpPoint | None, note: str
) -> None:
    """How the order travels, and what the customer wants written with it."""
    with recording.batch():
        draft = locked(draft_id)
        checkout = draft.cart.checkout
        before = checkout.collected_at
        checkout.shipping_method, checkout.pick_up_point = method, point
        checkout.customer_note = note
        checkout.save()
        if checkout.collected_at != before:
            reservations.release_checkout(carts.owner_of(draft.cart))
            _renew_hold(draft)


def write_down(*, draft_id: UUID, note: str) -> None:
    """Keep a note for colleagues; it goes along with the order."""
    with recording.batch():
        draft = locked(draft_id)
        draft.note = note
        draft.save()


def hold(*, draft_id: UUID) -> None:
    """Keep the draft's units for ``DRAFT_HOLD_HOURS``, and again so long after each change.

    Raises :class:`~inventory.errors.OutOfStock` and :class:`~inventory.errors.TooManyHolds`.
    """
    with recording.batch():
        draft = locked(draft_id)
        draft.holds_stock = True
        draft.save()
        _renew_hold(draft)


def release(*, draft_id: UUID) -> None:
    """Let others buy what the draft holds."""
    with recording.batch():
        draft = locked(draft_id)
        draft.holds_stock = False
        draft.save()
        reservations.release_checkout(carts.owner_of(draft.cart))


def close(*, draft_id: UUID) -> None:
    """Give the draft up: its units are free."""
    with recording.batch():
        draft = locked(draft_id)
        reservations.release_checkout(carts.owner_of(draft.cart))
        draft.cart.status = Cart.Status.ABANDONED
        draft.cart.save()


@retried
def place(
    *,
    draft_id: UUID,
    agreed_total: int,
    settles_by: Draft.Settlement,
    actor_id: UUID | None = None,
    may_exceed: bool = False,
) -> Order:
    """Make the draft's order, once; its units are held until it is paid or its time is up.

    By :attr:`Draft.Settlement.LINK` the customer gets a letter with a link to pay. Raises as
    :func:`orders.checkouts.placing.place_order` and :func:`agree_price` do. Locks the draft, then
    what placing locks.
    """
    with recording.batch():
        draft = _locked_row(draft_id)
        if draft.cart.status == Cart.Status.CHECKED_OUT:
            order: Order = draft.cart.order
            return order
        limits.check(draft, totals_of(draft), may_exceed=may_exceed)
        draft.settles_by = settles_by
        draft.save()
        with translation.override(draft.language or settings.LANGUAGE_CODE):
            order = placing.place_order(
                cart_id=draft.cart_id,
                agreed_total=agreed_total,
                payment_seconds=settings.DRAFT_PAYMENT_HOURS * HOUR_SECONDS,
            )
        status.happened(order, OrderEvent.Kind.DRAFTED, actor_id=actor_id)
        if draft.note:
            notes.write(
                order_id=order.pk,
                kind=OrderNote.Kind.INTERNAL,
                text=draft.note,
                key=new_id(),
                actor_id=actor_id,
            )
        return order


def is_paid_by_link(order_id: UUID) -> bool:
    """Whether the order was taken down by staff and its customer gets a link to pay."""
    return Draft.objects.filter(cart__order=order_id, settles_by=Draft.Settlement.LINK).exists()


def totals_of(draft: Draft) -> Totals:
    """What the draft costs now, with delivery as far as it is chosen."""
    checkout: Any = draft.cart.checkout
    checkout.cart = draft.cart
    return checkouts.totals_of(checkout, carts.items_of(draft.cart))


def readable() -> "QuerySet[Draft]":
    """Drafts with their cart, its answers and whom they are for."""
    rows: QuerySet[Draft] = Draft.objects.select_related(
        "cart__checkout__shipping_method__zone",
        "cart__checkout__pick_up_point",
        "customer",
        "created_by",
    )
    return rows


def locked(draft_id: UUID) -> Draft:
    """The draft, locked in the caller's transaction. Raises :class:`DraftGone`."""
    draft = _locked_row(draft_id)
    if not draft.cart.is_open:
        raise DraftGone
    return draft


def _locked_row(draft_id: UUID) -> Draft:
    draft: Draft = readable().select_for_update(of=("self",)).get(pk=draft_id)
    draft.cart.checkout.cart = draft.cart
    # One object: the price is reckoned from the cart, and what was agreed from its draft.
    draft.cart.draft = draft
    return draft


def _renew_hold(draft: Draft) -> None:
    if not draft.holds_stock:
        return
    cart = draft.cart
    items = carts.items_of(cart)
    if not items:
        reservations.release_checkout(carts.owner_of(cart))
        return
    checkouts.hold(
        cart,
        items,
        seconds=settings.DRAFT_HOLD_HOURS * HOUR_SECONDS,
        first_at=cart.checkout.collected_at,
    )
