"""One planned price for many products: what it would do is shown before it is planned."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from catalog.admin.inlines import MAY_PRICE
from catalog.admin.price_forms import ReductionForm
from catalog.admin.prices import warnings
from catalog.models import Product, ProductVariant
from catalog.pricing import history as price_history
from catalog.pricing import prices, schedules
from shop.accounts.models import User
from shop.money import format_money
from shop.redirects import see_other

#: Products of one plan.
MOST = 500
WARNINGS = 20


@dataclass(frozen=True)
class Outcome:
    """What a plan would make of a product; ``refusal`` says why nothing."""

    product: Product
    old: str
    new: str
    refusal: str = ""


class PlannedTogether:
    """The list's action, for the admin of products."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        if request.user.has_perm(MAY_PRICE):
            label = gettext("Plan a price for the chosen products")
            actions["plan_prices"] = (plan_prices, "plan_prices", label)
        return actions


def plan_prices(
    page: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[Product]
) -> HttpResponse | None:
    """Ask for the reduction and its time, show what it would do, and plan it."""
    if not request.user.has_perm(MAY_PRICE):
        raise PermissionDenied
    products = list(queryset.order_by("title", "pk")[: MOST + 1])
    if len(products) > MOST:
        text = gettext("More than %d products at once are too many. Narrow the list first.")
        messages.error(request, text % MOST)
        return None
    is_sent = "starts_at" in request.POST
    form = ReductionForm(settings.SHOP_CURRENCY, request.POST if is_sent else None)
    context: dict[str, Any] = {}
    if form.is_valid():
        person, is_trial = cast("User", request.user), "plan" not in request.POST
        variants = _variants(products)
        outcomes = _outcomes(products, variants, form.cleaned_data, person, is_trial=is_trial)
        planned = [one for one in outcomes if not one.refusal]
        if planned and not is_trial:
            text = ngettext("%d price is planned.", "%d prices are planned.", len(planned))
            messages.success(request, text % len(planned))
            for one in outcomes:
                if one.refusal:
                    messages.warning(request, f"{one.product}: {one.refusal}")
            return see_other(reverse("admin:catalog_priceschedule_changelist"))
        context = {
            "outcomes": outcomes,
            "count": len(planned),
            "warned": _warnings(planned, variants, form.cleaned_data)[:WARNINGS],
        }
    context |= {
        **page.admin_site.each_context(request),
        "title": gettext("Plan a price together"),
        "subtitle": None,
        "opts": page.opts,
        "form": form,
        "chosen": [str(product.pk) for product in products],
        "back": reverse("admin:catalog_product_changelist"),
    }
    status = 422 if form.errors else 200
    template = "admin/catalog/product/plan_prices.html"
    return TemplateResponse(request, template, context, status=status)


def _variants(products: Sequence[Product]) -> dict[UUID, list[ProductVariant]]:
    rows = ProductVariant.objects.filter(product__in=products).select_related("product")
    found: dict[UUID, list[ProductVariant]] = defaultdict(list)
    for row in rows.order_by("product_id", "position", "sku"):
        found[row.product_id].append(row)
    return found


def _outcomes(
    products: Sequence[Product],
    variants: dict[UUID, list[ProductVariant]],
    facts: dict[str, Any],
    person: User,
    *,
    is_trial: bool,
) -> list[Outcome]:
    """Plan what can be planned, for good or on trial, and say what became of each product."""
    refusals: dict[UUID, str] = {}
    for product in products:
        rows = variants.get(product.pk, [])
        barred = [row.sku for row in rows if not prices.fits(row, _wanted(row, facts))]
        if not rows:
            refusals[product.pk] = gettext("It has no variants.")
        elif barred:
            text = gettext("Not below the recommended price of %(skus)s.")
            refusals[product.pk] = text % {"skus": ", ".join(barred)}
    free = [product for product in products if product.pk not in refusals]
    for product in schedules.plan_each(free, by=person, is_trial=is_trial, **facts):
        refusals[product.pk] = gettext("Another price is planned or in force for it in this time.")
    return [
        Outcome(
            product,
            _span([row.price for row in rows], product.currency),
            _span([_wanted(row, facts) for row in rows], product.currency),
            refusals.get(product.pk, ""),
        )
        for product in products
        for rows in [variants.get(product.pk, [])]
    ]


def _warnings(
    planned: Iterable[Outcome],
    variants: dict[UUID, list[ProductVariant]],
    facts: dict[str, Any],
) -> list[str]:
    rows = [row for one in planned for row in variants[one.product.pk]]
    wanted = {row.pk: _wanted(row, facts) for row in rows}
    cut = [row for row in rows if wanted[row.pk] < row.price]
    moment = max(facts["starts_at"], timezone.now())
    return warnings(cut, wanted, price_history.lowest_prices(cut, moment)) if cut else []


def _wanted(row: ProductVariant, facts: dict[str, Any]) -> int:
    return prices.amount_of(row.price, facts["price"], facts["percent_off"])


def _span(amounts: Sequence[int], currency: str) -> str:
    ends = sorted({min(amounts), max(amounts)}) if amounts else []
    return "–".join(format_money(amount, currency) for amount in ends)
