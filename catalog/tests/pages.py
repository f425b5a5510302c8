"""Content pages for tests, and the structured data of an answer."""

import json
import re

from catalog.models import ContentPage


def content_page(slug="about", **fields):
    """A published page."""
    fields = {"title": slug.capitalize(), "status": ContentPage.Status.PUBLISHED} | fields
    return ContentPage.objects.create(slug=slug, **fields)


def article(slug="thread", **fields):
    """A published article of the journal."""
    return content_page(slug, kind=ContentPage.Kind.JOURNAL, **fields)


def structured(response):
    """Every block of structured data by its type."""
    blocks = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.DOTALL
    )
    found = {}
    for block in map(json.loads, blocks):
        assert block["@context"] == "https://schema.org"
        for node in block.get("@graph", [block]):
            found[node["@type"]] = node
    return found


def meta(response, name):
    """The content of a meta tag, or None."""
    text = response.content.decode()
    found = re.search(rf'<meta (?:name|property)="{name}" content="([^"]*)"', text)
    return found and found[1]
