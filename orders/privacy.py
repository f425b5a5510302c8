"""What orders hold of people."""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.functions import RandomUUID
from django.db import models, transaction
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Cast, Concat

from audit import recording
from catalog.pictures import personal as pictures
from orders.documents import invoice_pdf
from orders.models import (
    Cart,
    CartItem,
    Checkout,
    CouponUsage,
    Draft,
    DraftPrice,
    GiftCardWish,
    IdempotencyKey,
    Invoice,
    Order,
    OrderAddress,
    OrderEdit,
    OrderEvent,
    OrderItem,
    OrderMail,
    OrderNote,
    OrderStatusChange,
    OrderTag,
    Return,
    ReturnItem,
    ReturnPhoto,
    ReturnStatusChange,
    SavedItem,
    Shipment,
    Withdrawal,
)
from shop.accounts.privacy.erasing import redact_rows, unguarded
from shop.accounts.privacy.obstacles import Obstacle, register_obstacle
from shop.accounts.privacy.own import alias
from shop.accounts.privacy.parts import BATCH, Part, impersonal, register
from shop.accounts.privacy.people import ERASED_NAME, Person
from shop.accounts.privacy.retention import register_rule
from shop.models import column_values

#: Orders that are not over: money, goods or an answer are still to come.
_OPEN = (
    Order.Status.PENDING,
    Order.Status.PAID,
    Order.Status.FULFILLED,
    Order.Status.SHIPPED,
)
#: The database wants a number wherever the tax was the buyer's own to pay.
_NO_NUMBER = Case(When(is_reverse_charge=True, then=Value("—")), default=Value(""))


def orders_of(person: Person) -> "models.QuerySet[Order]":
    """A member's orders, and those that guests placed with an address of theirs."""
    return Order._base_manager.filter(person.owns(user="customer"))


def of_orders(person: Person) -> Q:
    """Rows that hang on the person's orders."""
    return Q(order__in=orders_of(person).values("pk"))


def declare() -> None:
    """Fill the register; called once when Django is ready."""
    register(
        Part(
            Invoice,
            of_orders,
            locked={"content": {}},
            term="issued_at",
            kept=("number", "currency"),
            files=_document,
        ),
        Part(OrderMail, of_orders, erased={"facts": {}}, kept=("reference",)),
        Part(OrderNote, of_orders, erased={"text": "—"}),
        Part(OrderTag, of_orders, is_deleted=True, is_told=False),
        Part(OrderEvent, of_orders, erased={"note": ""}),
        Part(OrderStatusChange, of_orders, erased={"reason": ""}),
        Part(
            OrderEdit,
            of_orders,
            erased={"reason": "—"},
            # Lines and sums.
            kept=("before", "after"),
        ),
        Part(
            OrderAddress,
            of_orders,
            erased={
                "full_name": ERASED_NAME,
                "phone": "",
                "line1": "",
                "line2": "",
                "city": "",
                "state": "",
                "postal_code": "",
            },
        ),
        Part(
            OrderItem,
            of_orders,
            kept=("sku", "title", "option_values", "picture", "price_trace"),
        ),
        Part(
            Shipment,
            of_orders,
            erased={"tracking_number": "", "label_url": ""},
        ),
        Part(
            ReturnPhoto,
            lambda person: Q(request__order__in=orders_of(person).values("pk")),
            files=_photo,
            erase=_forget_photos,
        ),
        Part(
            ReturnItem,
            lambda person: Q(request__order__in=orders_of(person).values("pk")),
            erased={"comment": "", "condition": ""},
        ),
        Part(
            ReturnStatusChange,
            lambda person: Q(request__order__in=orders_of(person).values("pk")),
            erased={"reason": ""},
        ),
        Part(
            Withdrawal,
            lambda person: of_orders(person) | person.writes(),
            erased={
                "name": ERASED_NAME,
                "number": "",
                "email": alias,
                "part": "",
                "lines": [],
                "language": "",
            },
            addresses=("email",),
        ),
        Part(
            Return,
            of_orders,
            erased={"tracking_number": "", "customer_note": "", "answer": "—"},
            kept=("number",),
        ),
        Part(
            CouponUsage,
            lambda person: of_orders(person) | person.owns(user="customer"),
            erased={"email": alias},
        ),
        Part(IdempotencyKey, _keys_of, is_deleted=True, is_told=False),
        Part(SavedItem, lambda person: person.is_user(), is_deleted=True, secret=("token_digest",)),
        Part(
            GiftCardWish,
            lambda person: Q(item__cart__in=carts_of(person).values("pk")),
            is_deleted=True,
        ),
        Part(DraftPrice, _draft_prices_of, is_deleted=True, is_told=False),
        Part(Draft, _drafts_of, is_deleted=True, is_told=False),
        Part(
            Checkout,
            lambda person: Q(cart__in=carts_of(person).values("pk")) | person.writes(),
            is_deleted=True,
            secret=("payment_method", "credit"),
            addresses=("email",),
        ),
        Part(
            CartItem,
            lambda person: Q(cart__in=carts_of(person).values("pk")),
            is_deleted=True,
        ),
        Part(
            Cart,
            lambda person: Q(pk__in=carts_of(person).values("pk")),
            erase=_remove_carts,
            # What a cookie says: for a day Redis remembers that its cart has changed.
            kept=("token",),
            secret=("token",),
        ),
        Part(
            Order,
            lambda person: person.owns(user="customer"),
            erased={
                "email": alias,
                # The links of old letters lead nowhere.
                "token": Concat(Value("erased-"), Cast(RandomUUID(), CharField())),
                "language": "",
                "vat_number": _NO_NUMBER,
                "customer_note": "",
                "metadata": {},
            },
            kept=(
                "number",
                "currency",
                "shipping_name",
                "pick_up_address",
                "price_trace",
            ),
            secret=("token",),
            addresses=("email",),
        ),
    )
    impersonal("figures of all carts", "orders.CartChange", "orders.CartMetric")
    impersonal("the series of numbers", "orders.InvoiceSeries")
    impersonal("which units lie in a parcel", "orders.ShipmentItem")
    impersonal(
        "what the shop sets up",
        "orders.Coupon",
        "orders.PickUpPoint",
        "orders.Promotion",
        "orders.ShippingMethod",
        "orders.ShippingZone",
        "orders.TaxRate",
    )
    register_obstacle(open_orders)
    register_rule("carts", _forget_carts)
    register_rule("checkouts", _forget_checkouts)


def carts_of(person: Person) -> "models.QuerySet[Cart]":
    """The person's carts, and those behind their orders."""
    ordered = orders_of(person).exclude(cart=None).values("cart")
    return Cart._base_manager.filter(person.is_user() | Q(pk__in=ordered))


def open_orders(person: Person) -> Iterator[Obstacle]:
    """Orders and returns in which something is still to come."""
    orders = orders_of(person).filter(status__in=_OPEN)
    for order in orders.order_by("placed_at"):
        yield Obstacle("order", order.number, str(order.get_status_display()))
    returns = Return.objects.filter(order__in=orders_of(person), status__in=Return.OPEN)
    for row in returns.order_by("created_at"):
        yield Obstacle("return", row.number, str(row.get_status_display()))
    declared = Withdrawal.objects.filter(order__in=orders_of(person), handled_at=None)
    for withdrawal in declared.filter(result__in=Withdrawal.FOR_STAFF):
        yield Obstacle("withdrawal", withdrawal.number, str(withdrawal.get_result_display()))


def _remove_carts(person: Person, keys: Collection[UUID]) -> tuple[()]:
    """Remove carts; their orders stay without."""
    carts: models.QuerySet[Any] = models.QuerySet(Cart).filter(pk__in=keys)
    ordered: models.QuerySet[Any] = models.QuerySet(Order).filter(cart__in=keys)
    Cart.end_cached(column_values(cart) for cart in carts)
    with unguarded(Order), unguarded(Cart):
        ordered.update(cart=None, version=F("version") + 1)
        carts._raw_delete(carts.db)
    return ()


def _forget_photos(person: Person, keys: Collection[UUID]) -> list[models.Model]:
    return pictures.forget(ReturnPhoto, keys)


def _photo(row: models.Model) -> Iterator[tuple[str, bytes]]:
    media = cast("ReturnPhoto", row).media
    yield from pictures.told(media, "photos-of-returns")


def _document(row: models.Model) -> Iterator[tuple[str, bytes]]:
    document = cast("Invoice", row)
    if document.content:
        yield f"documents/{document.number}.pdf", invoice_pdf.draw(document)


def _keys_of(person: Person) -> Q:
    """Answers that are remembered for the person, or lead to their orders."""
    owners = [str(pk) for pk in carts_of(person).values_list("pk", flat=True)]
    tokens = orders_of(person).values_list("token", flat=True)
    leading = [Q(location__contains=token) for token in tokens]
    return reduce(or_, leading, Q(owner__in=owners))


def _drafts_of(person: Person) -> Q:
    return person.is_user("customer") | Q(cart__in=carts_of(person).values("pk"))


def _draft_prices_of(person: Person) -> Q:
    return Q(draft__in=Draft._base_manager.filter(_drafts_of(person)).values("pk"))


def _forget_carts(before: datetime) -> int:
    """Carts that nobody came back to, of guests and members alike."""
    old = Cart.objects.filter(status=Cart.Status.ABANDONED, updated_at__lt=before, order=None)
    rows = old.filter(is_draft=False).order_by("pk")[:BATCH]
    # Whoever is gone is never looked at again: the log forgets them at the same moment.
    with transaction.atomic():
        with recording.batch():
            keys = list(rows.values_list("pk", flat=True))
            Cart.objects.filter(pk__in=keys).delete()
        redact_rows(Cart._meta.label_lower, keys)
    return len(keys)


def _forget_checkouts(before: datetime) -> int:
    """What was typed in on the way to an order that has been placed since."""
    old = Checkout.objects.filter(cart__status=Cart.Status.CHECKED_OUT, updated_at__lt=before)
    with transaction.atomic():
        with recording.batch():
            keys = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
            models.QuerySet(Checkout).filter(pk__in=keys).delete()
        redact_rows(Checkout._meta.label_lower, keys)
    return len(keys)
