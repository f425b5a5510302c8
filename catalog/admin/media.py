"""Pictures and files in the back office."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog.models import Media


def thumbnail(media: Media | None) -> str:
    """A small picture beside the words that name it; nothing for other files."""
    if media is None or media.kind != Media.Kind.IMAGE:
        return ""
    return format_html(
        '<img class="a-thumb" src="{}" alt="" width="40" height="50" loading="lazy">', media.url
    )


@admin.register(Media)
class MediaAdmin(AuditedAdmin):
    """Files that products and categories show; new ones come in on the page of a product."""

    list_display = ("thumb", "alt_text", "kind", "mime_type", "size", "created_at")
    list_display_links = ("thumb", "alt_text")
    list_filter = ("kind", "provider")
    search_fields = ("alt_text", "asset_id", "caption")
    fields = ("preview", "alt_text", "caption", "kind", "provider", "mime_type", "size", "asset_id")
    readonly_fields = ("preview", "kind", "provider", "mime_type", "size", "asset_id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("picture"))
    def thumb(self, media: Media) -> str:
        return thumbnail(media)

    @admin.display(description=_("picture"))
    def preview(self, media: Media) -> str:
        if media.kind != Media.Kind.IMAGE:
            return format_html('<a href="{}">{}</a>', media.url, media.url)
        return format_html(
            '<img class="a-preview" src="{}" alt="{}" width="{}" height="{}">',
            media.url,
            media.alt_text,
            media.width,
            media.height,
        )

    @admin.display(description=_("size"))
    def size(self, media: Media) -> str:
        size = f"{media.size_bytes / 1000:,.0f} kB"
        return f"{media.width} × {media.height}, {size}" if media.width else size
