"""The page that makes a copy of a product."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from catalog.duplicating import duplicate
from catalog.models import Product
from shop.redirects import see_other


class DuplicatePages:
    """Asks before it copies, for the admin of products."""

    admin_site: admin.AdminSite

    def get_urls(self) -> list[URLPattern]:
        copy = path(
            "<uuid:product_id>/duplicate/",
            self.admin_site.admin_view(self.duplicate_view),
            name="catalog_product_duplicate",
        )
        return [copy, *super().get_urls()]  # type: ignore[misc]

    def duplicate_view(self, request: HttpRequest, product_id: UUID) -> HttpResponse:
        """Says what a copy holds; posting makes it and opens it."""
        if not cast("Any", self).has_add_permission(request):
            raise PermissionDenied
        product = get_object_or_404(Product, pk=product_id)
        page = reverse("admin:catalog_product_change", args=[product.pk])
        if request.method == "POST":
            copy = duplicate(product)
            text = gettext("This is the copy, a draft. Look over its SKUs before it is sold.")
            messages.success(request, text)
            return see_other(reverse("admin:catalog_product_change", args=[copy.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Duplicate %s") % product,
            "opts": Product._meta,
            "product": product,
            "form": forms.Form(),
            "back": page,
        }
        return TemplateResponse(request, "admin/catalog/product/duplicate.html", context)
