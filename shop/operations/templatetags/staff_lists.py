"""What every list of the back office offers beside its rows."""

from typing import Any

from django import template
from django.contrib.admin.views.main import ChangeList
from django.template import Context

from shop.operations.staff.list_export import is_offered
from shop.operations.staff.lists import Views, views_of

register = template.Library()


@register.simple_tag(takes_context=True)
def saved_views(context: Context, shown: ChangeList) -> Views:
    """The views of the list that the person has saved: ``{% saved_views cl as views %}``."""
    request: Any = context["request"]
    return views_of(request, shown)


@register.filter
def may_export(shown: ChangeList) -> bool:
    """Whether the list has an export here; some have none, some one of their own."""
    return is_offered(shown.model_admin)
