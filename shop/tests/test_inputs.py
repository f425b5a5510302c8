"""Inputs are drawn as Django draws them."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from shop.inputs import Renderer

WIDGETS = [
    forms.TextInput({"autocomplete": "name", "maxlength": 9, "required": True}),
    forms.EmailInput({"disabled": False, "data-words": 'a "quoted" <word>'}),
    forms.NumberInput({"min": 0}),
    forms.PasswordInput(render_value=False),
    forms.CheckboxInput(),
    forms.HiddenInput(),
    forms.URLInput(),
    forms.Textarea({"rows": 2}),
    forms.Select(choices=[("", "None"), ("4", "Four")]),
]


@pytest.mark.parametrize("value", [None, "", "4", '<b> & "c"', 0, True])
@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_an_input_says_what_djangos_own_says(widget, value):
    ours = widget.render("field", value, {"id": "id_field"}, Renderer())
    theirs = widget.render("field", value, {"id": "id_field"}, DjangoTemplates())
    assert parse_html(ours) == parse_html(theirs)
