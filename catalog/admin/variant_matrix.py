"""The page of a product's variants: colors by sizes in one grid, saved together."""

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext

from catalog import variant_matrix
from catalog.admin.prices import Cuts
from catalog.admin.product_sections import plain_sections
from catalog.admin.variant_grid import Grid, Rights
from catalog.models import Product
from catalog.variant_matrix import NoVariantLeft, Saved
from inventory.errors import BelowReserved, NothingToAdjust
from inventory.models import Location
from shop.accounts.models import User
from shop.back_office import STALE
from shop.models import StaleObject
from shop.redirects import see_other

#: What of the address stays after a save.
_KEPT = ("location", "page", "more")
#: What the lines that are not there yet are made of.
_CHOSEN = ("color", "size")


class VariantPages:
    """The grid, for the admin of products."""

    admin_site: admin.AdminSite

    def tabs(self, request: HttpRequest, product: Product | None) -> dict[str, Any]:
        """What ``tabs.html`` needs beside the sections."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        grid = path(
            "<uuid:product_id>/variants/",
            self.admin_site.admin_view(self.variants_view),
            name="catalog_product_variants",
        )
        return [grid, *super().get_urls()]  # type: ignore[misc]

    def variants_view(self, request: HttpRequest, product_id: UUID) -> HttpResponse:
        """Shows the grid; posting saves what changed in it, or fills a column."""
        user = cast("User", request.user)
        if not user.has_perm("catalog.view_productvariant"):
            raise PermissionDenied
        product = get_object_or_404(Product, pk=product_id)
        rights = Rights.of(user)
        locations = list(Location.objects.all())
        location = _chosen(locations, request.GET.get("location", ""))
        lays_out = "lay_out" in request.POST
        chosen = request.GET.copy()
        if lays_out:
            for name in _CHOSEN:
                chosen.setlist(name, request.POST.getlist(name))
        grid = Grid(product, chosen, rights, location)
        kept = {name: request.GET[name] for name in _KEPT if request.GET.get(name)}
        error = ""
        if request.method == "POST":
            if not rights.edit:
                raise PermissionDenied
            fits = grid.read(request.POST.dict(), lays_out=lays_out)
            if lays_out or "fill" in request.POST:
                if not lays_out:
                    grid.fill(request.POST.dict())
                for line in grid.lines:
                    line.errors = {}
            elif fits:
                error = self._save(request, grid, user)
                if not error:
                    return see_other(f"{request.path}?{urlencode(kept)}".rstrip("?"))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Variants of %s") % product,
            "opts": Product._meta,
            "product": product,
            "grid": grid,
            "rights": rights,
            "locations": locations,
            "location": location,
            "chosen": chosen.urlencode(),
            "colors": grid.choices("color"),
            "sizes": grid.choices("size"),
            "error": error,
            "reason": request.POST.get("reason", ""),
            "sections": plain_sections(),
            **self.tabs(request, product),
        }
        is_wrong = bool(error or (request.method == "POST" and grid.has_errors))
        return TemplateResponse(
            request,
            "admin/catalog/product/variants.html",
            context,
            status=422 if is_wrong else 200,
        )

    def _save(self, request: HttpRequest, grid: Grid, user: User) -> str:
        """Save the grid; what is in the way, in words, or "" when it is done."""
        cuts = Cuts(grid.product)
        try:
            saved = variant_matrix.save(
                grid.product,
                grid.rows,
                location=grid.location if grid.rights.count else None,
                reason=request.POST.get("reason", "").replace("\0", ""),
                actor_id=user.pk,
            )
        except StaleObject:
            return str(STALE)
        except NoVariantLeft:
            return gettext("An active product needs at least one variant.")
        except NothingToAdjust:
            return gettext("Units changed: say why in the field “Reason”.")
        except BelowReserved as refused:
            text = gettext("%(reserved)d units are promised; fewer than that cannot remain.")
            return text % {"reserved": refused.reserved}
        except IntegrityError:
            return gettext("Two variants would have the same SKU or the same color and size.")
        messages.success(request, _told(saved))
        if saved.prices_before:
            for warning in cuts.warnings():
                messages.warning(request, warning)
        return ""


def _told(saved: Saved) -> str:
    counts = (
        (gettext("%d changed"), saved.changed - saved.withdrawn - saved.restored),
        (gettext("%d new"), saved.made),
        (gettext("%d withdrawn"), saved.withdrawn),
        (gettext("%d back in the shop"), saved.restored),
        (gettext("%d counted"), saved.moved_units),
    )
    told = ", ".join(text % count for text, count in counts if count > 0)
    return gettext("Variants: %s.") % (told or gettext("nothing changed"))


def _chosen(locations: list[Location], code: str) -> Location | None:
    found = [location for location in locations if location.code == code]
    return next(iter(found or locations), None)
