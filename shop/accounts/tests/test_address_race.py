"""The limits of an address book when its owner writes in many windows at once."""

from functools import partial
from threading import Barrier

import pytest

from inventory.tests.crowd import all_at_once
from shop.accounts.address_book import book
from shop.accounts.address_book.errors import BookFull
from shop.accounts.models import Address, User
from shop.accounts.tests.test_address_book import BERLIN

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
WINDOWS, MOST = 12, 5


@pytest.fixture
def outcomes_of_a_rush(monkeypatch):
    def rush():
        user = User.objects.create_user("mara@example.com")
        add = partial(book.add, user_id=user.pk, parts=BERLIN, is_default=True)
        return all_at_once([add] * WINDOWS)

    monkeypatch.setattr(book, "MOST", MOST)
    return rush


def test_the_limit_holds_and_one_address_comes_first(outcomes_of_a_rush):
    outcomes = outcomes_of_a_rush()
    assert sum(isinstance(one, BookFull) for one in outcomes) == WINDOWS - MOST
    assert Address.objects.count() == MOST
    assert Address.objects.filter(is_default=True).count() == 1


def test_without_the_lock_the_same_rush_finds_room_for_everybody(outcomes_of_a_rush, monkeypatch):
    """The control run: all of them have looked before anyone writes."""
    gate, look = Barrier(WINDOWS, timeout=120), book._check_room

    def look_together(user_id):
        look(user_id)
        gate.wait()

    monkeypatch.setattr(book, "_lock", lambda _user_id: None)
    monkeypatch.setattr(book, "_check_room", look_together)
    assert not any(isinstance(one, BookFull) for one in outcomes_of_a_rush())
