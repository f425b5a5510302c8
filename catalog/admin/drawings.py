"""Drawing a product's pictures: choose a garment and a color, see every view, put them up."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.garments.pictures import COLORS, PATTERNS, TYPES
from catalog.models import OptionValue, Product
from catalog.pictures import drawn
from shop.redirects import see_other


class DrawingForm(forms.Form):
    """What is drawn; the colors are those of the shop that have a dye."""

    garment = forms.ChoiceField(
        label=_("Garment"), choices=[(name, capfirst(name)) for name in TYPES]
    )
    color = forms.ChoiceField(label=_("Color"))
    pattern = forms.ChoiceField(
        label=_("Pattern"),
        required=False,
        choices=[("", _("As usual")), *((name, capfirst(name)) for name in PATTERNS)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dyes = [color.slug for color in COLORS]
        known = OptionValue.objects.filter(option=OptionValue.Option.COLOR, slug__in=dyes)
        field = cast("forms.ChoiceField", self.fields["color"])
        field.choices = list(known.order_by("position", "slug").values_list("slug", "name"))


class DrawnPictures:
    """The page that draws, for the admin of products."""

    admin_site: admin.AdminSite

    def get_urls(self) -> list[URLPattern]:
        draw = path(
            "<uuid:product_id>/draw/",
            self.admin_site.admin_view(self.draw_view),
            name="catalog_product_draw",
        )
        return [draw, *super().get_urls()]  # type: ignore[misc]

    def may_draw(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["catalog.add_media", "catalog.add_productmedia"])

    def draw_view(self, request: HttpRequest, product_id: UUID) -> HttpResponse:
        """Shows the views of what is chosen; posting adds them to the product's pictures."""
        if not self.may_draw(request):
            raise PermissionDenied
        product = get_object_or_404(Product, pk=product_id)
        page = f"{reverse('admin:catalog_product_change', args=[product.pk])}#media"
        chosen = request.POST if request.method == "POST" else request.GET
        form = DrawingForm(chosen or None)
        if form.is_valid() and request.method == "POST":
            made = drawn.put_up(product, **form.cleaned_data)
            text = ngettext("%d picture added.", "%d pictures added.", len(made)) % len(made)
            messages.success(request, text)
            return see_other(page)
        shown = drawn.paths(**form.cleaned_data) if form.is_valid() else {}
        context = {
            "views": [(view, default_storage.url(file)) for view, file in shown.items()],
            "width": drawn.WIDTH,
            "height": drawn.HEIGHT,
        }
        if request.htmx:  # type: ignore[attr-defined]
            return TemplateResponse(request, "admin/catalog/product/_drawn.html", context)
        frame = {
            **self.admin_site.each_context(request),
            "title": gettext("Draw pictures of %s") % product,
            "opts": Product._meta,
            "product": product,
            "form": form,
            "back": page,
        }
        template = "admin/catalog/product/draw.html"
        status = 422 if form.errors else 200
        return TemplateResponse(request, template, frame | context, status=status)
