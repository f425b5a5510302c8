"""What every template and script of the shop's pages keeps to."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404
from django.template.loader import get_template, render_to_string

from shop.operations import styleguide
from shop.operations.styleguide_forms import SampleForm
from shop.templatetags.shop_ui import icon, star_width

ROOT = settings.BASE_DIR / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
COMPONENTS = sorted((ROOT / "components").glob("*.html"))
SPRITE = (settings.BASE_DIR / "static/img/icons.svg").read_text()


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_compiles_and_carries_nothing_the_policy_forbids(path):
    get_template(name_of(path))
    inline = r"<style|\sstyle=|\son[a-z]+=|hx-on|<script(?![^>]*(src=|application/(ld\+)?json))"
    assert not re.search(inline, path.read_text())


@pytest.mark.parametrize("path", COMPONENTS, ids=name_of)
def test_a_component_opens_with_its_inputs(path):
    text = path.read_text()
    assert text.startswith("{% comment %}")
    assert "Inputs:" in text.split("{% endcomment %}")[0]


def test_every_icon_in_use_is_drawn():
    used = {n for path in TEMPLATES for n in re.findall(r'{% icon "([\w-]+)"', path.read_text())}
    assert used <= set(re.findall(r'id="([\w-]+)"', SPRITE))


def test_an_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in icon("cart")
    assert 'aria-label="&lt;b&gt;"' in icon("cart", label="<b>")


@pytest.mark.parametrize(("rating", "width"), [(0, 0), (4.3, 103), (5, 120), (7, 120)])
def test_stars_are_filled_in_proportion(rating, width):
    assert star_width(rating) == width


def test_a_reduction_always_names_the_lowest_price_of_thirty_days():
    price = {"current": 4800, "was": 6900, "lowest_30_days": 6000, "percent_off": 20}
    html = render_to_string("components/price.html", {"price": price | {"currency": "EUR"}})
    assert "Lowest price in the last 30 days: €60.00" in html
    assert "−20 %" in html


def test_forms_without_errors_make_no_summary():
    fine, refused = SampleForm(), SampleForm({})
    template = "components/error_summary.html"
    assert not render_to_string(template, {"forms": [fine, fine]}).strip()
    assert "There is a problem" in render_to_string(template, {"forms": [fine, refused]})


def test_scripts_stay_under_twenty_two_kilobytes_compressed():
    sources = ("js/site.js", "django_htmx/htmx-2.min.js")
    sizes = [len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in sources]
    assert sizes[0] <= 5_000
    assert sum(sizes) <= 22_000


def test_the_style_guide_is_for_developers_only(rf, settings):
    settings.DEBUG = False
    with pytest.raises(Http404):
        styleguide.show(rf.get("/styleguide/"))
