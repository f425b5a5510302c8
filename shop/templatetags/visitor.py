"""The places in a page that belong to its visitor: ``{% visitor_part "tools" %}``."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from shop.making import current_making
from shop.page_cache.parts import mark_of, render_part

register = template.Library()


@register.simple_tag(takes_context=True)
def visitor_part(context: Context, part: str) -> SafeString:
    """A part of ``PAGE_CACHE_PARTS``, or in a shared page its mark; "" without a request."""
    making, request = current_making(), getattr(context, "request", None)
    if making is not None:
        return mark_safe(mark_of(part, making))  # noqa: S308 # nosec B308 B703
    if request is None:
        return SafeString("")
    return mark_safe(render_part(part, request))  # noqa: S308 # nosec B308 B703
