"""The style guide shows every component there is."""

import re

import pytest
from django.conf import settings as configured
from django.urls import path

from shop import urls
from shop.operations import styleguide

urlpatterns = [*urls.urlpatterns, path("styleguide/", styleguide.show)]

TEMPLATES = configured.BASE_DIR / "templates"
COMPONENTS = TEMPLATES / "components"
#: What belongs to one visitor, stands in no body, or is there after a refused form only.
ELSEWHERE = {"account_link", "cart_link", "wishlist_link", "messages", "page_meta", "error_summary"}


def included(source):
    return set(re.findall(r'"components/(\w+)\.html"', source.read_text()))


def test_every_component_is_shown():
    """By the guide, by the frame around it, or inside of another component."""
    shown, waiting = set(), set(ELSEWHERE)
    for source in [TEMPLATES / "base.html", *(TEMPLATES / "styleguide").glob("*.html")]:
        waiting |= included(source)
    while waiting:
        name = waiting.pop()
        shown.add(name)
        waiting |= included(COMPONENTS / f"{name}.html") - shown
    assert {source.stem for source in COMPONENTS.glob("*.html")} - shown == set()


@pytest.mark.django_db
def test_states_that_are_easily_forgotten_are_there(client, settings):
    settings.DEBUG = True
    settings.ROOT_URLCONF = __name__
    text = client.get("/styleguide/").content.decode()
    assert "Lowest price in the last 30 days" in text
    assert "would show 12" in text
    assert "The last one was just sold" in text
    assert 'role="option"' in text
