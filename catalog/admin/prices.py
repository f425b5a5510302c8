"""Prices on the page of a product: history, the 30-day rule, plans, and their proof as a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.models import AuditLog
from audit.recording import record
from catalog.admin.inlines import MAY_PRICE
from catalog.models import PriceChange, PriceSchedule, Product, ProductVariant
from catalog.pricing import history as price_history
from catalog.pricing import proof as price_proof
from catalog.pricing.history import LowestPrice
from catalog.pricing.prices import percent_below
from shop.money import format_money

#: Changes and plans shown on the page of a product.
LATEST = 20
#: SKUs that a warning names before it only counts.
NAMED = 5


@dataclass(frozen=True)
class VariantPrice:
    """A variant's price now beside the lowest of the last 30 days, for the template."""

    variant: ProductVariant
    lowest: LowestPrice | None
    percent_off: int | None

    @classmethod
    def of(cls, variant: ProductVariant, lowest: Mapping[UUID, LowestPrice]) -> "VariantPrice":
        prior = variant.lowest_prior_price
        percent_off = None if prior is None else percent_below(variant.price, prior)
        return cls(variant, lowest.get(variant.pk), percent_off)


class PeriodForm(forms.Form):
    """The days that the proof of prices covers; both are optional."""

    first_day = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last_day = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first one."))
        return cleaned

    def period(self) -> tuple[datetime | None, datetime | None]:
        """From the first moment of the first day until the last one is over."""
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        midnight = datetime.min.time()
        begin = timezone.make_aware(datetime.combine(first, midnight)) if first else None
        # No day comes after the last one of the calendar.
        after = last + timedelta(days=1) if last and last < date.max else None
        return begin, timezone.make_aware(datetime.combine(after, midnight)) if after else None


class Cuts:
    """Finds the prices of a product that a save cut without making a reduction."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.before = self._variants()
        self.lowest = price_history.lowest_prices(self.before.values()) if self.before else {}

    def warnings(self) -> list[str]:
        """What staff should know after the save."""
        was = {pk: row.price for pk, row in self.before.items()}
        after = self._variants() if was else {}
        cut = [row for pk, row in after.items() if pk in was and row.price < was[pk]]
        return warnings(cut, {row.pk: row.price for row in cut}, self.lowest)

    def _variants(self) -> dict[UUID, ProductVariant]:
        return {row.pk: row for row in self.product.variants.select_related("product")}


class PricedAdmin:
    """What the page and the list of products say and do about prices, for those who may."""

    admin_site: admin.AdminSite

    def get_urls(self) -> list[URLPattern]:
        export = path(
            "<uuid:product_id>/prices.csv",
            self.admin_site.admin_view(self.export_view),
            name="catalog_product_prices",
        )
        return [export, *super().get_urls()]  # type: ignore[misc]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The product's own page with its prices below the form."""
        context = dict(extra_context or {})
        if request.user.has_perm(MAY_PRICE):
            product = Product.objects.filter(pk=_key(object_id)).first()
            if product is not None:
                context["prices"] = panel(product)
        response: HttpResponse = super().change_view(  # type: ignore[misc]
            request, object_id, form_url, context
        )
        return response

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        if request.user.has_perm(MAY_PRICE):
            label = gettext("Export the proof of prices")
            actions["export_prices"] = (export_prices, "export_prices", label)
        return actions

    def export_view(self, request: HttpRequest, product_id: UUID) -> HttpResponseBase:
        """The proof of one product's prices, of all times."""
        if not request.user.has_perm(MAY_PRICE):
            raise PermissionDenied
        return proof(ProductVariant.all_objects.filter(product=product_id))


def export_prices(
    page: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[Product]
) -> HttpResponseBase:
    """Ask for the days, then send the proof of the prices of the chosen products."""
    if not request.user.has_perm(MAY_PRICE):
        raise PermissionDenied
    form = PeriodForm(request.POST if "export" in request.POST else None)
    if form.is_valid():
        begin, end = form.period()
        variants = ProductVariant.all_objects.filter(product__in=queryset.order_by().values("pk"))
        return proof(variants, begin=begin, end=end)
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("Proof of prices"),
        "subtitle": None,
        "opts": page.opts,
        "form": form,
        "chosen": [str(pk) for pk in queryset.values_list("pk", flat=True)],
        "back": reverse("admin:catalog_product_changelist"),
    }
    return TemplateResponse(request, "admin/catalog/product/export_prices.html", context)


def proof(
    variants: QuerySet[ProductVariant],
    *,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> StreamingHttpResponse:
    """The proof as a download, read and sent in pieces; that it was taken is written down."""
    period = {"from": begin and begin.isoformat(), "until": end and end.isoformat()}
    record(AuditLog.Action.EXPORT, PriceChange, "", {}, period)
    lines = price_proof.csv_of(price_proof.terms(variants, begin=begin, end=end))
    name = f"prices-{timezone.localdate():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def panel(product: Product) -> dict[str, Any]:
    """What ``admin/catalog/product/prices.html`` shows of ``product``."""
    now = timezone.now()
    variants = list(product.variants.all())
    lowest = price_history.lowest_prices(variants, now)
    leading = next((row for row in variants if row.is_primary), None)
    plans = PriceSchedule.objects.filter(product=product).select_related("variant", "created_by")
    return {
        "product": product,
        "rows": [VariantPrice.of(row, lowest) for row in variants],
        "changes": price_history.latest_changes(product, LATEST),
        "leading": leading,
        "chart": price_history.chart_of(leading, now) if leading else None,
        "plans": plans[:LATEST],
    }


def warnings(
    variants: Iterable[ProductVariant],
    wanted: Mapping[UUID, int],
    lowest: Mapping[UUID, LowestPrice],
) -> list[str]:
    """One sentence for each price ``wanted`` (minor units) that is a cut but no reduction.

    ``lowest`` are the lowest prices of the 30 days before; variants alike share a sentence.
    """
    alike: dict[tuple[int, LowestPrice, str], list[str]] = {}
    for variant in variants:
        prior = lowest.get(variant.pk)
        price = wanted[variant.pk]
        if prior is not None and price >= prior.amount:
            key = (price, prior, variant.product.currency)
            alike.setdefault(key, []).append(variant.sku)
    return [
        gettext(
            "%(skus)s: lowest price of the last 30 days is %(lowest)s (from %(day)s). "
            "At %(price)s no reduction may be announced."
        )
        % {
            "skus": _named(skus),
            "lowest": format_money(prior.amount, currency),
            "day": date_format(timezone.localtime(prior.since), "j M"),
            "price": format_money(price, currency),
        }
        for (price, prior, currency), skus in alike.items()
    ]


def _key(object_id: str) -> UUID | None:
    try:
        return UUID(object_id)
    except ValueError:
        return None


def _named(skus: list[str]) -> str:
    if len(skus) <= NAMED:
        return ", ".join(skus)
    more = {"skus": ", ".join(skus[:NAMED]), "count": len(skus) - NAMED}
    return gettext("%(skus)s and %(count)d more") % more
