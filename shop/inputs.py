"""Inputs of forms, drawn without templates (setting ``FORM_RENDERER``).

Django draws each input by a template that includes two more; a form of ten fields costs more than
the page around it. What comes out says the same.
"""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
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
    value = "" if widget["value"] is None else f' value="{_written(widget["value"])}"'
    kind, name = _written(widget["type"]), _written(widget["name"])
    made = f'<input type="{kind}" name="{name}"{value}{_attributes(widget["attrs"])}>'
    return SafeString(made)  # nosec B703


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    name, attributes = _written(widget["name"]), _attributes(widget["attrs"])
    made = f'<textarea name="{name}"{attributes}>\n{_written(widget["value"] or "")}</textarea>'
    return SafeString(made)  # nosec B703


def _attributes(attributes: Mapping[str, Any]) -> str:
    """As Django's ``flatatt``: true is the name alone, false and None are left out."""
    pairs = []
    for name, value in attributes.items():
        if value is True:
            pairs.append(f" {name}")
        elif value is not None and value is not False:
            pairs.append(f' {name}="{_written(value)}"')
    return "".join(pairs)


def _written(value: Any) -> str:
    """``value`` escaped, unless it is HTML already."""
    return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))
