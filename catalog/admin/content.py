"""Content pages, menus and redirects in the back office."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.forms.models import ModelChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog.admin.inlines import NamedRows
from catalog.category_tree import ways
from catalog.content import redirections
from catalog.content.menus import preview
from catalog.errors import RedirectsRefused
from catalog.models import Collection, ContentPage, Menu, MenuItem, Redirect
from shop.back_office import StaffFields, VersionedForm, badge

#: Largest list of redirects, in bytes.
LIST_BYTES = 2_000_000


class ContentPageForm(VersionedForm):
    """Refuses a second live page at the same address."""

    class Meta:
        model = ContentPage
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "published_at" in self.fields:
            day, hour = cast("Any", self.fields["published_at"].widget).widgets
            day.attrs["aria-label"] = _("Published, date")
            hour.attrs["aria-label"] = _("Published, time")

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if ContentPage.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a page with this address already."))
        return slug


@admin.register(ContentPage)
class ContentPageAdmin(AuditedAdmin):
    """What visitors read beside the products."""

    form = ContentPageForm
    restorable = {"catalog.contentpage": ()}
    list_display = ("title", "slug", "kind", "status_badge", "revised_at", "useful")
    list_filter = ("kind", "status")
    search_fields = ("title", "slug")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "title",
                    "slug",
                    ("kind", "layout"),
                    ("status", "published_at"),
                    "summary",
                    "body",
                    "image",
                )
            },
        ),
        (_("Found by"), {"fields": ("is_in_search", "seo_title", "seo_description")}),
    )
    raw_id_fields = ("image",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ContentPage]:
        rows = cast("QuerySet[ContentPage]", super().get_queryset(request))
        return rows.annotate(useful_count=Sum("uses__useful"), poor_count=Sum("uses__not_useful"))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else {"slug": ("title",)}

    def view_on_site(self, obj: Any) -> str | None:
        return obj.get_absolute_url() if obj.is_published else None

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj.soft_delete()

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, page: ContentPage) -> SafeString:
        is_out = page.status == ContentPage.Status.PUBLISHED
        return badge(page.get_status_display(), "ok" if is_out else "", "check" if is_out else "")

    @admin.display(description=_("useful"))
    def useful(self, page: Any) -> str:
        if page.useful_count is None:
            return ""
        yes, no = page.useful_count, page.poor_count
        return gettext("%(yes)d of %(all)d") % {"yes": yes, "all": yes + no}


class MenuItemForm(forms.ModelForm):
    """Asks for the field that the kind of target needs, and for two levels at most."""

    class Meta:
        model = MenuItem
        fields = (
            "label",
            "position",
            "parent",
            "target",
            "page",
            "category",
            "collection_slug",
            "address",
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        parent, target = cleaned.get("parent"), cleaned.get("target")
        if parent and (parent.parent_id or parent.pk == self.instance.pk):
            self.add_error("parent", _("Choose an item of the first level."))
        elif parent and self.instance.children.exists():
            self.add_error("parent", _("This item has others below it."))
        needed = {
            MenuItem.Target.PAGE: "page",
            MenuItem.Target.CATEGORY: "category",
            MenuItem.Target.COLLECTION: "collection_slug",
        }.get(cast("MenuItem.Target", target), "address")
        given = cleaned.get(needed)
        if target and needed not in self.errors and not given:
            self.add_error(needed, _("Say where it leads."))
        elif target == MenuItem.Target.URL and not str(given).startswith("https://"):
            self.add_error("address", _("Enter an address that begins with https://."))
        elif target == MenuItem.Target.PATH and not str(given).startswith("/"):
            self.add_error("address", _("Enter a path that begins with “/”."))
        elif target == MenuItem.Target.PATH and str(given)[1:2] in ("/", "\\"):
            self.add_error("address", _("Enter a path of this shop."))
        return cleaned


class MenuItemInline(StaffFields, NamedRows):
    """The links in their order; a number moves a link."""

    model = MenuItem
    form = MenuItemForm
    extra = 2

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self._menu = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs["queryset"] = MenuItem.objects.filter(menu=self._menu, parent=None)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if isinstance(field, ModelChoiceField):
            # Every row shows the same list, read once.
            rows = cast("Any", field).queryset
            if db_field.name == "category":
                choices = [(way.key, way.names) for way in ways()]
            else:
                choices = [(row.pk, str(row)) for row in rows]
            cast("Any", field).choices = [("", "—"), *choices]
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "collection_slug":
            names = Collection.objects.order_by("title").values_list("slug", "title")
            return forms.ChoiceField(
                label=_("collection"), required=False, choices=[("", "—"), *names]
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Menu)
class MenuAdmin(AuditedAdmin):
    """What header and footer link to."""

    list_display = ("slot", "title", "items")
    inlines = (MenuItemInline,)
    fields = ("slot", "title", "shown")
    readonly_fields = ("shown",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Menu]:
        rows = cast("QuerySet[Menu]", super().get_queryset(request))
        return rows.annotate(item_count=Count("items"))

    def history_objects(self, obj: Any) -> Any:
        return [obj, *obj.items.all()]

    @admin.display(description=_("links"))
    def items(self, menu: Any) -> int:
        return int(menu.item_count)

    @admin.display(description=_("shown now"))
    def shown(self, menu: Menu) -> SafeString | str:
        if menu._state.adding:
            return gettext("Save the menu to see it.")
        return render_to_string("admin/catalog/menu/preview.html", {"menu": preview(menu)})


class RedirectForm(forms.ModelForm):
    """Refuses a redirect that leads back to itself."""

    class Meta:
        model = Redirect
        fields = ("old_path", "target", "is_permanent")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        old_path, target = cleaned.get("old_path"), cleaned.get("target")
        further = Redirect.objects.filter(old_path=target).exclude(pk=self.instance.pk)
        ends = {target, *further.values_list("target", flat=True)}
        if old_path and old_path in ends:
            self.add_error("target", _("It leads back to itself."))
        return cleaned


class RedirectListForm(forms.Form):
    """A list of redirects as a file."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("One redirect per line: old path, where it leads, and 302 if not for good."),
    )

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file.size > LIST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not text in UTF-8.")) from error


@admin.register(Redirect)
class RedirectAdmin(AuditedAdmin):
    """Where old addresses lead."""

    form = RedirectForm
    change_list_template = "admin/catalog/redirect/change_list.html"
    list_display = ("old_path", "target", "is_permanent", "is_automatic")
    list_filter = ("is_automatic", "is_permanent")
    search_fields = ("old_path", "target")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="catalog_redirect_import"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.is_automatic = False
        super().save_model(request, obj, form, change)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """A form for a list; all of its lines are stored or none."""
        if not self.has_add_permission(request) or not self.has_change_permission(request):
            raise PermissionDenied
        is_sent = request.method == "POST"
        form = RedirectListForm(request.POST, request.FILES) if is_sent else RedirectListForm()
        problems: list[tuple[int, str]] = []
        if form.is_valid():
            try:
                done = redirections.import_list(form.cleaned_data["file"])
            except RedirectsRefused as error:
                problems = error.problems
            else:
                words = gettext("%(added)d redirects added, %(changed)d changed.")
                counts = {"added": done.added, "changed": done.changed}
                self.message_user(request, words % counts, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:catalog_redirect_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Import redirects"),
            "form": form,
            "problems": problems[:50],
            "problem_count": len(problems),
            "opts": self.opts,
        }
        status = 422 if form.errors or problems else 200
        return TemplateResponse(
            request, "admin/catalog/redirect/import.html", context, status=status
        )
