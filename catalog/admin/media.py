"""Pictures and files in the back office."""

from itertools import islice
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog.admin.picture_forms import MediaForm, wordless
from catalog.models import Media, Product, ProductMedia
from catalog.models.media import PIXEL_TYPES
from catalog.pictures import uploads

#: Width of the copy behind a thumbnail, in pixels.
SMALL = 160
USES_SHOWN = 20


def thumbnail(media: Media | None) -> str:
    """A small picture beside the words that name it; nothing for other files."""
    if media is None or media.kind != Media.Kind.IMAGE:
        return ""
    return format_html(
        '<img class="a-thumb" src="{}" alt="" width="40" height="50" loading="lazy">',
        media.fallback_url(SMALL),
    )


class WordsFilter(admin.SimpleListFilter):
    """Pictures by whether they say what they show."""

    title = _("alternative text")
    parameter_name = "words"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("missing", _("Missing")), ("there", _("There"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Media]) -> QuerySet[Media]:
        match self.value():
            case "missing":
                return queryset.filter(kind=Media.Kind.IMAGE, alt_text="")
            case "there":
                return queryset.exclude(alt_text="")
            case _other:
                return queryset


@admin.register(Media)
class MediaAdmin(AuditedAdmin):
    """Files that products, categories and others show."""

    list_display = ("thumb", "alt_text", "kind", "mime_type", "size", "created_at")
    list_display_links = ("thumb", "alt_text")
    list_filter = ("kind", WordsFilter, "provider", "renditions_state")
    search_fields = ("alt_text", "asset_id", "caption")
    readonly_fields = (
        "preview",
        "used_by",
        "kind",
        "provider",
        "mime_type",
        "size",
        "copies",
        "asset_id",
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("upload", "alt_text", "caption")
        return ("preview", "alt_text", "caption", *self.readonly_fields[1:])

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = MediaForm
        return super().get_form(request, obj, change=change, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Orders show what was bought by the name of its file, whatever else still uses it.
        return False

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        saved = super().save_form(request, form, change)
        if change:
            return saved
        words = form.cleaned_data
        return uploads.store(form.received, alt_text=words["alt_text"], caption=words["caption"])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            # Stored with its file; an upload that was here already gave its row.
            return
        super().save_model(request, obj, form, change)
        warning = wordless(Product.objects.filter(media_links__media=obj))
        if warning:
            self.message_user(request, warning, messages.WARNING)

    @admin.display(description=_("picture"))
    def thumb(self, media: Media) -> str:
        return thumbnail(media)

    @admin.display(description=_("picture"))
    def preview(self, media: Media) -> str:
        if media.kind != Media.Kind.IMAGE:
            return format_html('<a href="{}">{}</a>', media.url, media.url)
        return format_html(
            '<img class="a-preview" src="{}" alt="{}" width="{}" height="{}">',
            media.fallback_url(),
            media.alt_text,
            media.width,
            media.height,
        )

    @admin.display(description=_("size"))
    def size(self, media: Media) -> str:
        size = f"{media.size_bytes / 1000:,.0f} kB"
        return f"{media.width} × {media.height}, {size}" if media.width else size

    @admin.display(description=_("smaller copies"))
    def copies(self, media: Media) -> str:
        if media.renditions_state == Media.Renditions.MADE:
            widths = sorted({width for made in media.renditions.values() for width in made})
            formats = ", ".join(sorted(suffix.upper() for suffix in media.renditions))
            return f"{formats}: {', '.join(map(str, widths))} px"
        if media.renditions_state:
            return media.get_renditions_state_display()
        return gettext("Being made") if media.mime_type in PIXEL_TYPES else "—"

    @admin.display(description=_("used by"))
    def used_by(self, media: Media) -> str:
        uses = list(islice(media.uses(), USES_SHOWN + 1))
        if not uses:
            return gettext("Nothing")
        rows = format_html_join("", "<li>{}</li>", ((_use(use),) for use in uses[:USES_SHOWN]))
        rest = "…" if len(uses) > USES_SHOWN else ""
        return format_html("<ul>{}</ul>{}", rows, rest)


def _use(use: Model) -> str:
    """What shows a file, as a link to its page where it has one."""
    shown: Model = use.product if isinstance(use, ProductMedia) else use
    words = f"{capfirst(str(shown._meta.verbose_name))}: {shown}"
    if not admin.site.is_registered(type(shown)):
        return words
    names = f"admin:{shown._meta.app_label}_{shown._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(names, args=[shown.pk]), words)
