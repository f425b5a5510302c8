"""Finding, filling and merging carts.

A visitor's cart is known by the random token in a cookie, a member's by the member. Every change
locks the cart row first, so double clicks and parallel tabs take turns.
"""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from audit import recording
from catalog.models import Product, ProductVariant
from inventory import availability, reservations
from inventory.errors import OutOfStock, Shortage
from orders.carts import contents
from orders.carts.contents import Contents
from orders.errors import CartGone, LineFull, NotForSale
from orders.models import Cart, CartItem, GiftCardWish
from orders.models.cart_figures import QUIET
from orders.models.carts import COUNT, cart_expiry, owner_keys
from shop import cache, closing, prepared
from shop.accounts.models import User
from shop.conflicts import retried
from shop.making import Version, current_making

COOKIE = "__Host-cart" if settings.HTTPS else "cart"
#: Where a request keeps what its cart holds.
_LOOKED = "cart_contents"
#: How many coupon codes one cart takes.
MOST_CODES = 5

# What CartQuerySet.open() says, of one cart.
_OPEN_CART = """
    SELECT 1 FROM orders_cart WHERE id = %s AND status = 'ACTIVE' AND expires_at > %s FOR UPDATE
"""


@dataclass(frozen=True)
class CartSummary:
    """What the header shows of a cart: units in it."""

    count: int


def current(request: HttpRequest) -> Cart | None:
    """The open cart of whoever sent ``request``. At most one query, none for a first visit."""
    if request.user.is_authenticated:
        return Cart.objects.open().filter(user=request.user.pk).first()
    token = request.COOKIES.get(COOKIE, "")
    if not is_token(token):
        return None
    return Cart.objects.open().filter(token=token, user=None).first()


def last_checked_out(request: HttpRequest) -> Cart | None:
    """The visitor's latest cart that became an order, with that order."""
    carts = Cart.objects.filter(status=Cart.Status.CHECKED_OUT).select_related("order")
    if request.user.is_authenticated:
        return carts.filter(user=request.user.pk).order_by("-updated_at").first()
    token = request.COOKIES.get(COOKIE, "")
    return carts.filter(token=token, user=None).first() if is_token(token) else None


def open_for(request: HttpRequest) -> Cart:
    """The visitor's open cart, made if there is none; :func:`remember` it in the answer.

    A stranger's new cart is stored by :func:`add` only, together with what goes into it.
    """
    found = contents_of(request)
    if found is not None:
        return found.cart
    if not request.user.is_authenticated:
        return Cart(currency=settings.SHOP_CURRENCY)
    user = request.user
    try:
        with transaction.atomic():
            return Cart.objects.create(user=user, currency=settings.SHOP_CURRENCY)
    except IntegrityError:
        # Another tab made the member's cart a moment ago, or the old one has just expired.
        cart = Cart.objects.get(user=user, status=Cart.Status.ACTIVE)
        if not cart.is_open:
            cart.expires_at = cart_expiry()
            cart.save(update_fields=["expires_at"])
        return cart


def remember(response: HttpResponseBase, cart: Cart) -> None:
    """Let the visitor's browser keep the cart, if there is one by now."""
    if cart.user_id is None and not cart._state.adding:
        response.set_cookie(
            COOKIE,
            cart.token,
            max_age=settings.CART_LIFE_DAYS * 24 * 3600,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )


def summary(request: HttpRequest) -> CartSummary:
    """Units in the visitor's cart; no query for a first visit, nor when Redis knows."""
    if _LOOKED in vars(request):
        # The page shows the cart itself, as it stood a moment ago.
        return CartSummary(_count(vars(request)[_LOOKED]))
    version = count_version(request)
    if version is None:
        return CartSummary(0)
    count = cache.read_through(*version, lambda: _count(contents_of(request)), seconds=600)
    return CartSummary(count)


def count_version(request: HttpRequest) -> Version | None:
    """The cached value behind :func:`summary`; None for a first visit."""
    keys = _keys(request)
    return (COUNT, keys[0]) if keys else None


def contents_of(request: HttpRequest) -> Contents | None:
    """The open cart of whoever sent ``request`` with all it holds, to look at.

    No query for a first visit, nor when Redis knows, else one. A page that only shows the cart
    looks once.
    """
    is_shown = request.method in ("GET", "HEAD") and current_making() is None
    if not is_shown:
        return _contents_of(request)
    kept = vars(request)
    if _LOOKED not in kept:
        kept[_LOOKED] = _contents_of(request)
    found: Contents | None = kept[_LOOKED]
    return found


def _contents_of(request: HttpRequest) -> Contents | None:
    if request.user.is_authenticated:
        return contents.of_member(request.user.pk)
    token = request.COOKIES.get(COOKIE, "")
    return contents.of_token(token) if is_token(token) else None


def _keys(request: HttpRequest) -> list[str]:
    if request.user.is_authenticated:
        return owner_keys(user_id=request.user.pk)
    token = request.COOKIES.get(COOKIE, "")
    return owner_keys(token=token) if is_token(token) else []


def owner_of(cart: Cart) -> str:
    """The name under which the cart's person holds stock."""
    return f"user:{cart.user_id}" if cart.user_id else f"cart:{cart.pk}"


def items_of(cart: Cart) -> list[CartItem]:
    """The cart's lines with variant, product and brand, in the order they were added."""
    rows = cart.items.select_related("variant__product__brand").order_by("created_at", "pk")
    return list(rows)


@retried
def add(*, cart: Cart, variant: ProductVariant, quantity: int = 1) -> CartItem:
    """Put ``quantity`` units of ``variant`` (with its product) into the cart.

    Raises :class:`NotForSale`, :class:`LineFull`, :class:`CartGone`, and
    :class:`~inventory.errors.OutOfStock` when the shelves have fewer than the line would hold.
    """
    if quantity < 1 or quantity > settings.CART_LINE_QUANTITY_MAX:
        raise LineFull(settings.CART_LINE_QUANTITY_MAX)
    if not is_for_sale(variant):
        raise NotForSale([variant.pk])
    if cart._state.adding:
        return _begin(cart, variant, quantity)
    with recording.batch():
        lock(cart)
        item = cart.items.filter(variant=variant).first()
        wanted = quantity + (item.quantity if item else 0)
        _refuse_beyond_limits(cart, variant, wanted)
        if item is None:
            item = CartItem(cart=cart, variant=variant, quantity=wanted, unit_price=variant.price)
            closing.add(item)
        else:
            item.cart, item.quantity, item.unit_price = cart, wanted, variant.price
            closing.change(item, "quantity", "unit_price")
        touch(cart)
    return item


@retried
def set_quantity(*, cart: Cart, item_id: UUID, quantity: int) -> CartItem | None:
    """Change a line of this cart; 0 removes it. Returns the line, or None when it is gone.

    Raises like :func:`add`.
    """
    with recording.batch():
        lock(cart)
        item = cart.items.select_related("variant__product").filter(pk=item_id).first()
        if item is None:
            return None
        touch(cart)
        if quantity <= 0:
            item.delete()
            return None
        if quantity > item.quantity:
            _refuse_beyond_limits(cart, item.variant, quantity)
        item.quantity = quantity
        item.save(update_fields=["quantity"])
        return item


@retried
def merge(*, guest: Cart, user: User) -> Cart:
    """Give a visitor's cart to the member who signed in; lines of both are kept, capped."""
    with recording.batch():
        mine = Cart.objects.filter(user=user, status=Cart.Status.ACTIVE).first()
        carts = {
            cart.pk: cart
            for cart in Cart.objects.filter(pk__in=[guest.pk, mine.pk if mine else guest.pk])
            .order_by("pk")
            .select_for_update()
        }
        guest = carts[guest.pk]
        mine = carts.get(mine.pk) if mine else None
        if mine is not None and mine.status != Cart.Status.ACTIVE:
            mine = None  # ordered a moment ago in another tab
        if guest.user_id is not None or guest.status != Cart.Status.ACTIVE:
            return mine or guest
        # Who signs in on the way to pay loses nothing that is kept for them.
        reservations.hand_over(owner=owner_of(guest), to=f"user:{user.pk}")
        _count_nothing()
        if mine is None:
            guest.user = user
            guest.save()
            forget_count(guest)
            return guest
        have = {item.variant_id: item for item in mine.items.all()}
        wishes = {wish.item_id: wish for wish in GiftCardWish.objects.filter(item__cart=guest)}
        for item in guest.items.all():
            same = have.get(item.variant_id)
            if same is None:
                same = CartItem.objects.create(
                    cart=mine,
                    variant_id=item.variant_id,
                    quantity=item.quantity,
                    unit_price=item.unit_price,
                )
            else:
                together = same.quantity + item.quantity
                same.quantity = min(together, settings.CART_LINE_QUANTITY_MAX)
                same.save(update_fields=["quantity"])
            if item.pk in wishes:
                GiftCardWish.objects.filter(item=item).update(item=same)
        guest.status = Cart.Status.ABANDONED
        guest.save(update_fields=["status"])
        _merge_codes(guest, mine)
        touch(mine)
        forget_count(guest)
        return mine


def _merge_codes(guest: Cart, mine: Cart) -> None:
    codes = list(dict.fromkeys([*mine.coupon_codes, *guest.coupon_codes]))[:MOST_CODES]
    if codes != mine.coupon_codes:
        mine.coupon_codes = codes
        mine.save(update_fields=["coupon_codes"])


def is_for_sale(variant: ProductVariant) -> bool:
    product = variant.product
    return (
        not variant.is_deleted
        and product.is_published
        and product.inventory_policy != Product.InventoryPolicy.DENY
    )


def is_limited_by_stock(variant: ProductVariant) -> bool:
    return variant.product.inventory_policy == Product.InventoryPolicy.TRACK


def _begin(cart: Cart, variant: ProductVariant, quantity: int) -> CartItem:
    """Store a new cart with its first line; nobody else knows it yet, so nothing is locked."""
    _refuse_beyond_limits(cart, variant, quantity)
    item = CartItem(cart=cart, variant=variant, quantity=quantity, unit_price=variant.price)
    try:
        with recording.batch():
            closing.add(cart, item)
    except Exception:
        # What was rolled back is not there, and may be stored in another attempt.
        cart._state.adding = True
        raise
    return item


def lock(cart: Cart) -> None:
    """Let others who change the cart wait for this transaction. Raises :class:`CartGone`."""
    if prepared.run(_OPEN_CART, [cart.pk, timezone.now()]).fetchone() is None:
        raise CartGone


def touch(cart: Cart) -> None:
    """Note that the cart was changed: it lives another month, and is read anew."""
    cart.expires_at = cart_expiry()
    closing.change(cart, "expires_at")


def forget_count(cart: Cart) -> None:
    """Let pages read the cart anew; called in a transaction that changes it by SQL alone."""
    cache.bump_versions(Cart.versions_of([vars(cart)]))


def _count_nothing() -> None:
    """Lines that move from cart to cart in this transaction are nobody's change of mind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [QUIET])


def _count(found: Contents | None) -> int:
    return found.count if found else 0


def _refuse_beyond_limits(cart: Cart, variant: ProductVariant, wanted: int) -> None:
    if wanted > settings.CART_LINE_QUANTITY_MAX:
        raise LineFull(settings.CART_LINE_QUANTITY_MAX)
    if is_limited_by_stock(variant):
        units = availability.available([variant.pk])[variant.pk]
        if wanted > units:
            # What the shopper holds in a checkout under way is theirs to take.
            units += reservations.held_for_checkout(owner_of(cart), [variant.pk])[variant.pk]
        if wanted > units:
            raise OutOfStock([Shortage(variant.pk, wanted, units)])


def is_token(token: str) -> bool:
    """Whether a cookie holds what may be a token of ours."""
    return 20 <= len(token) <= 64 and token.isascii() and "\0" not in token
