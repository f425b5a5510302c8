"""The navigation of the account's pages."""

from typing import Any

from django import template
from django.template.context import RequestContext

from shop.accounts import navigation

register = template.Library()


@register.inclusion_tag("account/_navigation.html", takes_context=True)
def account_navigation(context: RequestContext) -> dict[str, Any]:
    """Where a member can go from here; nothing for who is not signed in."""
    request = context["request"]
    user = getattr(request, "user", None)
    is_member = user is not None and user.is_authenticated
    entries = navigation.entries(request.path) if is_member else []
    is_list = any(e.current == "page" and e.place is navigation.OVERVIEW for e in entries)
    return {"entries": entries, "is_list": is_list, "csrf_token": context.get("csrf_token")}
