"""What a seed refuses, and what it leaves out."""

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils.html import escape

from catalog.models import Product, ProductVariant
from inventory.models import Stock
from shop.accounts.models import User
from shop.operations.demo import DEMO_ACCOUNTS, demo_password, refuse_demo_accounts
from shop.operations.seeds import profiles
from shop.operations.seeds.profiles import seed

pytestmark = pytest.mark.django_db


def unwatched(*_told) -> None:
    """Nobody looks at the progress of a test."""


def test_seed_that_fails_leaves_nothing(settings, tmp_path):
    settings.DEBUG = True
    settings.MEDIA_ROOT = settings.PRIVACY_ROOT = tmp_path
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"

    def trip(step):
        if Product.objects.exists():
            raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError):
        seed("demo", watch=trip, watch_long=unwatched)
    assert not Product.objects.exists()
    assert not User.objects.exists()


def test_production_profile_brings_settings_only():
    seed("production", watch=unwatched, watch_long=unwatched)
    counts = {model.__name__: model._base_manager.count() for model in apps.get_models()}
    assert counts["Group"] == 4
    assert counts["TaxRate"] == 27
    assert counts["Location"] == counts["PickUpPoint"] == counts["ShippingZone"] == 2
    assert counts["User"] == counts["Product"] == counts["Order"] == 0


@pytest.fixture
def edge_cases(settings, tmp_path):
    """What the profile for developers adds to the demo shop, in a shop of its own."""
    settings.MEDIA_ROOT = settings.PRIVACY_ROOT = tmp_path
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"
    added = profiles.development()[len(profiles.demo()) :]
    for step in [*profiles.production(), *added]:
        step.act()
    return added


def test_every_edge_case_has_a_page_that_says_its_title(edge_cases, client):
    published = Product.objects.published()
    assert published.count() >= 10
    for product in published:
        page = client.get(product.get_absolute_url())
        assert page.status_code == 200
        assert escape(product.title) in page.content.decode()
        assert "<script>alert" not in page.content.decode()
    assert Product.objects.count() > published.count()


def test_edge_cases_are_listed_and_their_shelves_filled(edge_cases, client):
    page = client.get("/c/edge-cases/").content.decode()
    assert "Bare minimum" in page
    assert "Comes next month" not in page
    assert client.get("/c/edge-cases/nothing-in-here/").status_code == 200
    assert ProductVariant.objects.filter(stocks=None).count() == 0
    assert {stock.on_hand for stock in Stock.objects.all()} >= {0, 1, 100}


def test_edge_cases_are_planted_once(edge_cases):
    assert sum(step.act() for step in edge_cases) == 0


@pytest.mark.parametrize("profile", ["demo", "development", "qa"])
def test_demo_is_refused_where_debug_is_off(settings, profile):
    settings.DEBUG = False
    with pytest.raises(CommandError):
        call_command("seed", profile=profile, verbosity=0)
    with pytest.raises(ImproperlyConfigured):
        demo_password()
    assert not Product.objects.exists()


def test_production_does_not_start_with_a_demo_log_in(settings):
    settings.DEBUG = True
    admin = User.objects.create_superuser(DEMO_ACCOUNTS[0].email, demo_password())
    settings.DEBUG = False
    [error] = refuse_demo_accounts(databases=["default"])
    assert admin.email in error.msg
    admin.set_password("a password of its own")
    admin.save()
    assert refuse_demo_accounts(databases=["default"]) == []
