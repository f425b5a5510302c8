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
