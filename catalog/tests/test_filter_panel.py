"""The filters of a listing that a process holds ready."""

from dataclasses import replace

import pytest

from catalog.listings.facets import Counts
from catalog.listings.filter_panel import Offer, ready_panel
from catalog.listings.filters import Filters
from catalog.listings.places import Place
from catalog.models import Brand
from catalog.models.listed import EVERYWHERE
from catalog.tests.factories import BrandFactory

# Not in a transaction: there nothing would be held.
pytestmark = pytest.mark.django_db(transaction=True)


def offer(shown=3):
    every = {"": 5, "brand:northmill": 3}
    counts = Counts(5, True, {"": 5, "brand:northmill": shown}, every, {})
    place = Place(EVERYWHERE, "/c/tops/", "Featured", path="tops")
    return Offer(place, Filters(), counts, 5, "5", "/c/tops/")


def test_the_same_state_and_counts_share_a_panel(django_assert_num_queries):
    BrandFactory()
    held = ready_panel(offer())
    with django_assert_num_queries(0):
        assert ready_panel(offer()) is held


def test_other_counts_and_other_filters_have_their_own():
    BrandFactory()
    assert 'c-facets__count">3<' in ready_panel(offer()).side
    assert 'c-facets__count">2<' in ready_panel(offer(shown=2)).side
    chosen = replace(offer(), filters=Filters(brand=("northmill",)))
    assert ready_panel(chosen).side != ready_panel(offer()).side


def test_a_new_name_shows_at_once():
    BrandFactory()
    assert "<span>Northmill</span>" in ready_panel(offer()).sheet
    Brand.objects.update(name="Southmill")
    assert "<span>Southmill</span>" in ready_panel(offer()).sheet
