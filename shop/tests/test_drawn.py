"""Components that are drawn once for equal inputs."""

from dataclasses import dataclass

import pytest
from django.template import Context, Template
from django.test import override_settings
from django.utils.translation import override

from shop.templatetags import drawn


@dataclass(frozen=True)
class Crumb:
    title: str
    url: str = "/"


@pytest.fixture(autouse=True)
def made(monkeypatch):
    """The components that were drawn, in their order."""
    drawn._draw.cache_clear()
    names = []

    def get_template(name):
        names.append(name)
        return real(name)

    real = drawn.get_template
    monkeypatch.setattr(drawn, "get_template", get_template)
    yield names
    drawn._draw.cache_clear()


def breadcrumb(*titles):
    source = '{% load drawn %}{% drawn "components/breadcrumb.html" crumbs=crumbs %}'
    return Template(source).render(Context({"crumbs": [Crumb(title) for title in titles]}))


def test_equal_inputs_share_a_drawing_and_others_have_their_own(made):
    assert breadcrumb("Home", "Tops") == breadcrumb("Home", "Tops")
    assert len(made) == 1
    assert "Knitwear" in breadcrumb("Home", "Knitwear")
    assert len(made) == 2


def test_words_are_escaped_once():
    assert ">A &amp; B<" in breadcrumb("Home", "A & B")


def test_each_language_has_its_own(made):
    with override("en"):
        breadcrumb("Home", "Tops")
    with override("de"):
        breadcrumb("Home", "Tops")
    assert len(made) == 2


@override_settings(DEBUG=True)
def test_someone_at_work_on_a_template_sees_it(made):
    breadcrumb("Home", "Tops")
    breadcrumb("Home", "Tops")
    assert len(made) == 2


def link(word, url, *, context=None):
    """A component with a word that it goes by and an address that it only writes."""
    source = '{% load drawn %}{% drawn "link.html" word=word url=url|written %}'
    return Template(source).render(Context({"word": word, "url": url} | (context or {})))


LINK = '<a href="{{ url }}">{{ word }}</a>{% if url %}!{% endif %}{% csrf_token %}'


@pytest.fixture
def links(monkeypatch):
    """How often ``link.html`` was drawn."""
    drawn._draw.cache_clear()
    made = []

    class Drawing:
        def render(self, inputs):
            made.append(inputs)
            return Template(LINK).render(Context(inputs))

    monkeypatch.setattr(drawn, "get_template", lambda name: Drawing())
    yield made
    drawn._draw.cache_clear()


def test_what_is_only_written_is_each_pages_own_in_one_drawing(links):
    assert link("A", "/one/?x=1&y") == '<a href="/one/?x=1&amp;y">A</a>!'
    assert link("A", "/two/") == '<a href="/two/">A</a>!'
    assert len(links) == 1


def test_the_drawing_never_sees_what_is_only_written(links):
    link("A", "/private/", context={"csrf_token": "secret"})
    assert "/private/" not in str(links)
    assert "secret" not in str(links)


def test_what_is_not_there_has_a_drawing_of_its_own(links):
    assert link("A", "/one/").endswith("!")
    assert link("A", "") == '<a href="">A</a>'


def test_forms_in_a_drawing_have_the_token_of_their_page(links):
    assert 'value="first"' in link("A", "/", context={"csrf_token": "first"})
    assert 'value="second"' in link("A", "/", context={"csrf_token": "second"})
    assert len(links) == 1
