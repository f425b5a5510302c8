"""The quick search of the back office: orders, products, SKUs and people from one box."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, ProductVariant
from orders.models import Order
from shop.accounts.models import User
from shop.money import format_money

#: Hits shown of each kind.
LIMIT = 8
#: Fewer characters than this find too much.
SHORTEST = 2


@dataclass(frozen=True)
class Hit:
    """One thing found, ready for the page."""

    title: str
    note: str
    url: str


@dataclass(frozen=True)
class Found:
    """The hits of one kind, and where to see all of them."""

    label: str | Promise
    hits: list[Hit]
    more_url: str


def search(request: HttpRequest, query: str) -> list[Found]:
    """What matches ``query`` among the kinds the person may see; at most one query each."""
    if len(query) < SHORTEST:
        return []
    groups = []
    for permission, find in (
        ("orders.view_order", _orders),
        ("catalog.view_product", _products),
        ("catalog.view_productvariant", _variants),
        ("accounts.view_user", _people),
    ):
        if request.user.has_perm(permission) and (found := find(query)).hits:
            groups.append(found)
    return groups


def _orders(query: str) -> Found:
    rows = Order.objects.filter(Q(number__icontains=query) | Q(email__icontains=query))
    hits = [
        Hit(
            order.number,
            f"{order.email} · {order.get_status_display()} · "
            f"{format_money(order.total, order.currency)}",
            _page("orders_order", order),
        )
        for order in rows.order_by("-placed_at")[:LIMIT]
    ]
    return Found(_("Orders"), hits, _list("orders_order", query))


def _products(query: str) -> Found:
    rows: QuerySet[Product] = Product.objects.filter(
        Q(title__icontains=query) | Q(slug__icontains=query)
    )
    hits = [
        Hit(product.title, product.get_status_display(), _page("catalog_product", product))
        for product in rows.order_by("title")[:LIMIT]
    ]
    return Found(_("Products"), hits, _list("catalog_product", query))


def _variants(query: str) -> Found:
    rows: QuerySet[ProductVariant] = ProductVariant.objects.filter(
        Q(sku__icontains=query) | Q(barcode=query)
    )
    hits = [
        Hit(variant.sku, variant.title, _page("catalog_product", variant.product))
        for variant in rows.select_related("product").order_by("sku")[:LIMIT]
    ]
    return Found(_("SKUs"), hits, _list("inventory_stock", query))


def _people(query: str) -> Found:
    words = Q()
    for word in query.split():
        words &= Q(first_name__icontains=word) | Q(last_name__icontains=word)
    rows = User.objects.filter(Q(email__icontains=query) | words)
    hits = [
        Hit(user.email, user.get_full_name(), _page("accounts_user", user))
        for user in rows.order_by("email")[:LIMIT]
    ]
    return Found(_("Customers"), hits, _list("accounts_user", query))


def _page(name: str, row: Model) -> str:
    return reverse(f"admin:{name}_change", args=[row.pk])


def _list(name: str, query: str) -> str:
    return f"{reverse(f'admin:{name}_changelist')}?{urlencode({'q': query})}"
