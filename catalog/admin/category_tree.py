"""The category tree in the back office: seen whole, moved with buttons."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog import category_tree
from catalog.category_tree import AddressTaken, BelowItself, NotEmpty, ways
from catalog.models import Category
from shop.redirects import see_other

MAY_CHANGE = "catalog.change_category"


class MoveForm(forms.Form):
    """Where a category goes."""

    parent = forms.ModelChoiceField(
        label=_("Under"),
        queryset=Category.objects.order_by("path"),
        required=False,
        empty_label=_("At the top"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["parent"]
        field.choices = [("", field.empty_label), *((way.key, way.names) for way in ways())]


class CategoryTree:
    """The tree instead of a list, and the pages that move a category."""

    admin_site: admin.AdminSite

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("shift/", view(self.shift_view), name="catalog_category_shift"),
            path("<uuid:category_id>/move/", view(self.move_view), name="catalog_category_move"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The whole tree."""
        if not request.user.has_perm("catalog.view_category"):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Categories"),
            "opts": Category._meta,
            "branches": category_tree.branches(),
            "may_add": request.user.has_perm("catalog.add_category"),
            "may_change": request.user.has_perm(MAY_CHANGE),
            "may_delete": request.user.has_perm("catalog.delete_category"),
        }
        return TemplateResponse(request, "admin/catalog/category/tree.html", context)

    def shift_view(self, request: HttpRequest) -> HttpResponse:
        """One place up or down among its siblings."""
        if request.method != "POST" or not request.user.has_perm(MAY_CHANGE):
            raise PermissionDenied
        for name, steps in (("up", -1), ("down", 1)):
            if key := request.POST.get(name):
                category = get_object_or_404(Category, pk=_key(key))
                category_tree.shift(category.pk, steps=steps)
                return see_other(f"{_tree()}#at-{category.pk}")
        return see_other(_tree())

    def move_view(self, request: HttpRequest, category_id: UUID) -> HttpResponse:
        """Asks where to; posting moves the category with all below it."""
        if not request.user.has_perm(MAY_CHANGE):
            raise PermissionDenied
        category = get_object_or_404(Category, pk=category_id)
        form = MoveForm(request.POST or None, initial={"parent": category.parent_id})
        if request.method == "POST" and form.is_valid():
            parent = form.cleaned_data["parent"]
            try:
                moved = category_tree.move(category.pk, parent_id=parent and parent.pk)
            except BelowItself:
                form.add_error("parent", gettext("A category cannot stand below itself."))
            except AddressTaken:
                form.add_error("parent", gettext("There is a category with this address already."))
            else:
                text = gettext("“%(name)s” is at /c/%(path)s/ now; the old address leads there.")
                messages.success(request, text % {"name": moved.name, "path": moved.path})
                return see_other(f"{_tree()}#at-{moved.pk}")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Move %s") % category,
            "opts": Category._meta,
            "category": category,
            "form": form,
            "back": _tree(),
        }
        return TemplateResponse(
            request,
            "admin/catalog/category/move.html",
            context,
            status=422 if form.errors else 200,
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Says why a category that is not empty stays; else asks as Django does."""
        category = get_object_or_404(Category, pk=_key(object_id))
        try:
            category_tree.refuse_unless_empty(category)
        except NotEmpty as refused:
            messages.error(request, not_empty(category, refused))
            return see_other(_tree())
        response: HttpResponse = super().delete_view(request, object_id, extra_context)  # type: ignore[misc]
        return response


def not_empty(category: Model, refused: NotEmpty) -> str:
    """Why the category cannot be deleted, in words."""
    below = ngettext("%d category below it", "%d categories below it", refused.children)
    within = ngettext("%d product in it", "%d products in it", refused.products)
    counts = ((below, refused.children), (within, refused.products))
    told = ", ".join(text % count for text, count in counts if count)
    words = {"name": category, "what": told}
    return gettext("“%(name)s” cannot be deleted: %(what)s. Move them first.") % words


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _tree() -> str:
    return reverse("admin:catalog_category_changelist")
