"""The quick search of the back office: orders, goods, their places and people from one box."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Model, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Brand, Category, Collection, Product, ProductVariant
from orders.models import Order
from shop.accounts.masking import MAY_SEE_PEOPLE, email_for, sees_people
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
    #: Set where hits name people: that staff saw them is written down.
    people_of: type[Model] | None = None


def search(request: HttpRequest, query: str) -> list[Found]:
    """What matches ``query`` among the kinds the person may see; at most six queries."""
    if len(query) < SHORTEST:
        return []
    groups = []
    for permission, find in (
        ("orders.view_order", _orders),
        ("catalog.view_product", _products),
        ("catalog.view_category", _places),
        (MAY_SEE_PEOPLE, _people),
    ):
        if request.user.has_perm(permission):
            groups += [found for found in find(query, request.user) if found.hits]
    return groups


def _orders(query: str, user: Any) -> list[Found]:
    by = Q(number__icontains=query)
    if sees_people(user):
        by |= Q(email__icontains=query)
    hits = [
        Hit(
            order.number,
            f"{email_for(user, order.email)} · {order.get_status_display()} · "
            f"{format_money(order.total, order.currency)}",
            _page("orders_order", order),
        )
        for order in Order.objects.filter(by).order_by("-placed_at")[:LIMIT]
    ]
    return [Found(_("Orders"), hits, _list("orders_order", query), Order)]


def _products(query: str, user: Any) -> list[Found]:
    """By the beginnings of a SKU and of words."""
    variants: QuerySet[ProductVariant] = ProductVariant.objects.filter(
        Q(sku__startswith=query) | Q(sku__startswith=query.upper())
    )
    skus = [
        Hit(variant.sku, f"{variant.product} · {variant.title}", _grid(variant))
        for variant in variants.select_related("product").order_by("sku")[:LIMIT]
    ]
    terms = re.findall(r"\w+", query)
    raw = " & ".join(f"{term}:*" for term in terms)
    words = SearchQuery(raw, config="pg_catalog.simple", search_type="raw")
    rows = Product.objects.filter(search_vector=words).order_by("-pk")[:LIMIT] if terms else []
    hits = [
        Hit(product.title, product.get_status_display(), _page("catalog_product", product))
        for product in rows
    ]
    return [
        Found(_("SKUs"), skus, _list("catalog_product", query)),
        Found(_("Products"), hits, _list("catalog_product", query)),
    ]


def _places(query: str, user: Any) -> list[Found]:
    """Categories, collections and brands by name; one query for the three."""
    kinds: tuple[tuple[str, QuerySet[Any], str], ...] = (
        ("category", Category.objects.filter(name__icontains=query), "name"),
        ("collection", Collection.objects.filter(title__icontains=query), "title"),
        ("brand", Brand.objects.filter(name__icontains=query), "name"),
    )
    parts = [
        rows.order_by()
        .annotate(of_kind=Value(kind), shown=F(name))
        .values_list("of_kind", "pk", "shown")[:LIMIT]
        for kind, rows, name in kinds
    ]
    found = list(parts[0].union(*parts[1:], all=True))
    labels = {
        "category": _("Categories"),
        "collection": _("Collections"),
        "brand": _("Brands"),
    }
    groups = []
    for kind, label in labels.items():
        hits = [
            Hit(shown, "", reverse(f"admin:catalog_{kind}_change", args=[pk]))
            for of_kind, pk, shown in found
            if of_kind == kind
        ]
        groups.append(Found(label, hits, _list(f"catalog_{kind}", query)))
    return groups


def _people(query: str, user: Any) -> list[Found]:
    words = Q()
    for word in query.split():
        words &= Q(first_name__icontains=word) | Q(last_name__icontains=word)
    rows = User.objects.filter(Q(email__icontains=query) | words)
    hits = [
        Hit(user.email, user.get_full_name(), _page("accounts_user", user))
        for user in rows.order_by("email")[:LIMIT]
    ]
    return [Found(_("Customers"), hits, _list("accounts_user", query), User)]


def _grid(variant: ProductVariant) -> str:
    return reverse("admin:catalog_product_variants", args=[variant.product_id])


def _page(name: str, row: Model) -> str:
    return reverse(f"admin:{name}_change", args=[row.pk])


def _list(name: str, query: str) -> str:
    return f"{reverse(f'admin:{name}_changelist')}?{urlencode({'q': query})}"
