"""The fixtures: the base shop by hand, with ``loaddata``."""

import json
from collections import Counter

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.urls import reverse

from catalog.models import Category, Product
from inventory.models import Movement, Stock
from shop.operations.seeds import fixtures

#: What rows of two products, their variants and pictures have in them, and other pictures.
OF_TWO_PRODUCTS = (
    '"everyday-tee', '"TEE01-', '"deck-shorts', '"SHO01-', '"category/', '"collection/',
)  # fmt: skip
TWO = {"everyday-tee", "deck-shorts"}


def load(paths):
    call_command("loaddata", *map(str, paths), verbosity=0)


def part_of(path, folder):
    """A copy of the fixture with the rows of two products only, where it is about products."""
    rows = json.loads(path.read_text("utf-8"))
    if path.stem == "product_links":
        rows = [row for row in rows if {*row["fields"]["product"], *row["fields"]["other"]} <= TWO]
    elif len(rows) > 50 or path.stem == "collection_products":
        rows = [row for row in rows if any(mark in json.dumps(row) for mark in OF_TWO_PRODUCTS)]
    copy = folder / path.name
    copy.write_text(json.dumps(rows), "utf-8")
    return copy


def test_fixtures_say_what_the_seed_does():
    assert fixtures.stale() == []


def test_read_me_names_the_files_in_their_order():
    text = (fixtures.FOLDER / "README.md").read_text("utf-8")
    block = text.split("manage.py loaddata")[1].split("```")[0]
    named = [word for word in block.split() if word.endswith(".json")]
    assert named == [f"fixtures/{path.name}" for path in fixtures.paths()]


@pytest.mark.django_db
def test_loading_twice_gives_one_shop(client, tmp_path):
    # Two products stand for all; loading every row this way takes half a minute.
    parts = [part_of(path, tmp_path) for path in fixtures.paths()]
    load(parts)
    moved = Movement.objects.count()
    load(parts)
    load(parts)
    connection.check_constraints()
    rows = [row for path in parts for row in json.loads(path.read_text("utf-8"))]
    for label, count in Counter(row["model"] for row in rows).items():
        assert apps.get_model(label)._base_manager.count() == count
    assert 0 < moved == Movement.objects.count() == Stock.objects.filter(on_hand__gt=0).count()
    assert not Stock.objects.exclude(on_hand=F("opening_balance")).exists()
    tee, tops = Product.objects.get(slug="everyday-tee"), Category.objects.get(path="women/tops")
    for page in (reverse("catalog:home"), tops.get_absolute_url(), tee.get_absolute_url()):
        assert client.get(page).status_code == 200
