"""The filters of a listing that a process holds ready."""

from dataclasses import replace

import pytest

from catalog.listings.facets import Counts
from catalog.listings.filter_panel import Offer, ready_panel, ready_sheet
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
    assert b'c-facets__count">3<' in ready_panel(offer()).around[0]
    assert b'c-facets__count">2<' in ready_panel(offer(shown=2)).around[0]
    chosen = replace(offer(), filters=Filters(brand=("northmill",)))
    assert ready_panel(chosen).around != ready_panel(offer()).around


def test_another_order_of_the_place_and_an_empty_page_have_their_own():
    by_relevance = replace(offer(), place=replace(offer().place, order_label="Relevance"))
    assert b">Relevance</option>" in ready_panel(by_relevance).around[0]
    assert b">Featured</option>" in ready_panel(offer()).around[0]
    found = replace(offer(), filters=Filters(sale=True))
    found = replace(found, counts=replace(found.counts, without={"sale": 4}))
    assert not ready_panel(found).shows_what_if
    assert ready_panel(replace(found, is_empty=True)).shows_what_if


def test_a_new_name_shows_at_once():
    BrandFactory()
    assert "<span>Northmill</span>" in ready_sheet(offer())
    assert b"<span>Northmill</span>" in ready_panel(offer()).around[0]
    Brand.objects.update(name="Southmill")
    assert "<span>Southmill</span>" in ready_sheet(offer())
    assert b"<span>Southmill</span>" in ready_panel(offer()).around[0]
