"""Inputs of forms, drawn without templates (setting ``FORM_RENDERER``).

Django draws each input by a template that includes two more; a form of ten fields costs more than
the page around it. What comes out says the same.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

_FOLDER: Final = "django/forms/widgets"
#: The templates that are nothing but an input.
_INPUTS: Final = frozenset(
    f"{_FOLDER}/{kind}.html"
    for kind in ("checkbox", "email", "hidden", "number", "password", "tel", "text", "url")
)
_TEXTAREA: Final = f"{_FOLDER}/textarea.html"


class Renderer(DjangoTemplates):
    """Draws plain inputs and text areas itself and everything else as Django does."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        if template_name in _INPUTS:
            return _input(context["widget"])
        if template_name == _TEXTAREA:
            return _textarea(context["widget"])
        return super().render(template_name, context, request)


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = format_html(' value="{}"', widget["value"]) if widget["value"] is not None else ""
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        value,
        flatatt(widget["attrs"]),
    )


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    attributes, text = flatatt(widget["attrs"]), widget["value"] or ""
    return format_html('<textarea name="{}"{}>\n{}</textarea>', widget["name"], attributes, text)
