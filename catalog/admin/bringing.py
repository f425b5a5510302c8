"""Bringing all pictures of a product at once: each finds its color and view by its name."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit import recording
from catalog.admin.picture_forms import refusal
from catalog.errors import PictureRefused
from catalog.garments.views import VIEWS
from catalog.models import Media, OptionValue, Product, ProductMedia
from catalog.pictures import uploads
from catalog.pictures.hanging import hang, told_by_name
from shop.redirects import see_other

#: Files of one form; each picture is decoded while its sender waits.
MOST = 20
BY_NAME = "by-name"


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Several files, each checked like one."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [super(_FilesField, self).clean(one) for one in data or [None]]
        if len(files) > MOST:
            raise forms.ValidationError(_("Choose at most %d files at once.") % MOST)
        return files


class BringForm(forms.Form):
    """Files, and what they show."""

    pictures = _FilesField(
        label=_("Pictures"),
        # Told by its name, like all that is no picture.
        allow_empty_file=True,
        help_text=_("Up to 20 at once. Names such as smock-navy-back.jpg tell color and view."),
        widget=_FilesInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
    )
    color = forms.ChoiceField(label=_("Color"), required=False)

    def __init__(self, colors: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        choices = [(BY_NAME, _("As the name of each file says")), ("", _("Whole product"))]
        cast("forms.ChoiceField", self.fields["color"]).choices = [*choices, *colors]
        self.initial["color"] = BY_NAME


class BroughtPictures:
    """The page that takes several files, for the admin of products."""

    admin_site: admin.AdminSite

    def get_urls(self) -> list[URLPattern]:
        bring = path(
            "<uuid:product_id>/pictures/",
            self.admin_site.admin_view(self.bring_view),
            name="catalog_product_pictures",
        )
        return [bring, *super().get_urls()]  # type: ignore[misc]

    def bring_view(self, request: HttpRequest, product_id: UUID) -> HttpResponse:
        """Takes the files that can be used, and says what is wrong with the others."""
        if not request.user.has_perms(["catalog.add_media", "catalog.add_productmedia"]):
            raise PermissionDenied
        product = get_object_or_404(Product, pk=product_id)
        page = f"{reverse('admin:catalog_product_change', args=[product.pk])}#media"
        colors = _colors_of(product)
        form = BringForm(colors, request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            made, refused = _bring(product, form.cleaned_data, colors)
            if made or not refused:
                text = ngettext("%d file added.", "%d files added.", len(made)) % len(made)
                messages.success(request, text)
                for reason in refused:
                    messages.warning(request, reason)
                return see_other(page)
            form.add_error("pictures", refused)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Add pictures of %s") % product,
            "opts": Product._meta,
            "product": product,
            "form": form,
            "back": page,
        }
        status = 422 if form.errors else 200
        template = "admin/catalog/product/bring.html"
        return TemplateResponse(request, template, context, status=status)


def _bring(
    product: Product, given: dict[str, Any], colors: list[tuple[str, str]]
) -> tuple[list[ProductMedia], list[str]]:
    """The new rows, and what is wrong with the files that were left out."""
    files: list[tuple[Media, str, str]] = []
    refused = []
    for file in given["pictures"]:
        color, view = told_by_name(file.name, colors)
        if given["color"] != BY_NAME:
            color = given["color"]
        try:
            upload = uploads.read_file(file)
        except PictureRefused as error:
            refused.append(f"“{Truncator(file.name).chars(60)}”: {refusal(error)}")
            continue
        words = ", ".join(filter(None, (product.title, dict(colors).get(color), view)))
        files.append((uploads.store(upload, alt_text=words), color, view))
    # The front leads, in whichever order the files came.
    order = list(dict.fromkeys(color for _media, color, _view in files))
    files.sort(key=lambda file: (order.index(file[1]), [*VIEWS, ""].index(file[2])))
    with recording.batch():
        Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
        return hang(product, files), refused


def _colors_of(product: Product) -> list[tuple[str, str]]:
    """The colors of the product's variants, or all of the shop where it has none yet."""
    known = OptionValue.objects.filter(option=OptionValue.Option.COLOR)
    colors = list(known.order_by("position", "slug").values_list("slug", "name"))
    held = set(product.variants.values_list("option_values__color", flat=True)) - {None}
    return [(slug, name) for slug, name in colors if slug in held] or colors
