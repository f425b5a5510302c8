"""How search engines and other sites show a page: its one address, its languages, its card."""

from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.utils.translation import get_language, to_locale

from shop.languages import alternates, in_language, language_of_address

register = template.Library()


@register.inclusion_tag("components/page_meta.html", takes_context=True)
def page_meta(
    context: RequestContext,
    url: str,
    *,
    title: str,
    description: str = "",
    image: str = "",
    kind: str = "website",
) -> dict[str, Any]:
    """Canonical address, alternates, Open Graph and Twitter card of the page at ``url``.

    ``url`` and ``image`` may be paths. ``kind`` is a type of Open Graph, such as "product".
    """
    request = context["request"]
    absolute = request.build_absolute_uri(url)
    return {
        "url": in_language(absolute, language_of_address(request)),
        "alternates": alternates(absolute),
        "title": title,
        "description": description,
        "image": request.build_absolute_uri(image) if image else "",
        "kind": kind,
        "site_name": settings.SHOP_NAME,
        "locale": to_locale(get_language() or settings.LANGUAGE_CODE),
    }
