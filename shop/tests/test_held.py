"""Things that a process holds ready until what they were made of changes."""

import pytest
from django.contrib.auth.models import Group
from django.core.cache import caches
from django.db import transaction

from shop import held
from shop.cache import bump, read_through
from shop.held import Shelf, UndeclaredVersions, at_one_moment
from shop.tests.test_cache import rename
from tests.bench.probe import counting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_cache():
    caches["default"].clear()


@pytest.fixture
def group():
    return Group.objects.create(name="old")


@pytest.fixture
def shelf():
    return Shelf(most=2, seconds=60)


def name_on(shelf, group, before=lambda: None):
    def make():
        name = Group.objects.get(pk=group.pk).name
        before()
        return name

    return shelf.one(group.pk, make, versions=[("group", group.pk)])


def test_a_thing_is_made_once(shelf, group, django_assert_num_queries):
    name_on(shelf, group)
    with django_assert_num_queries(0):
        assert name_on(shelf, group) == "old"


def test_a_committed_write_ends_it_at_once(shelf, group):
    name_on(shelf, group)
    rename(group, "new")
    assert name_on(shelf, group) == "new"


def test_without_a_bump_the_old_thing_stays(shelf, group):
    name_on(shelf, group)
    rename(group, "new", with_bump=False)
    assert name_on(shelf, group) == "old"


def test_a_maker_that_read_before_a_write_leaves_nothing_behind(shelf, group):
    assert name_on(shelf, group, before=lambda: rename(group, "new")) == "old"
    assert name_on(shelf, group) == "new"


def test_nothing_is_held_while_it_is_being_written(shelf, group):
    with transaction.atomic():
        bump("group", group.pk)
        made = [name_on(shelf, group, before=lambda: None) for _ in range(2)]
    assert made == ["old", "old"]
    assert not shelf._things


def test_only_what_is_missing_is_made(shelf):
    asked = []

    def make(keys):
        asked.append(keys)
        return {key: key.upper() for key in keys if key != "x"}

    keys = {key: [("letter", key)] for key in "ab"}
    shelf.many(keys, make)
    bump("letter", "b")
    assert shelf.many(keys, make) == {"a": "A", "b": "B"}
    assert asked == [["a", "b"], ["b"]]
    assert shelf.many({"x": [("letter", "x")]}, make) == {}


def test_the_thing_asked_for_longest_ago_makes_room(shelf):
    for key in "abc":
        shelf.one(key, lambda: "made", versions=[("letter", "all")])
    assert list(shelf._things) == ["b", "c"]


def test_a_thing_made_of_more_than_it_says_is_refused(shelf):
    def make():
        return read_through("secret", "one", lambda: 1, seconds=60)

    with pytest.raises(UndeclaredVersions):
        shelf.one("thing", make, versions=[("letter", "a")])


def test_without_redis_each_reader_makes_its_own(shelf, group, wire):
    name_on(shelf, group)
    wire.cut()
    rename(group, "new")
    assert name_on(shelf, group) == "new"


def test_one_page_asks_for_a_version_once(shelf, group, django_assert_num_queries, monkeypatch):
    name_on(shelf, group)
    asked = []
    fetch = held._fetch_tokens
    monkeypatch.setattr(held, "_fetch_tokens", lambda names: asked.append(names) or fetch(names))
    with django_assert_num_queries(0), at_one_moment(("group", group.pk)):
        assert name_on(shelf, group) == name_on(shelf, group) == "old"
    assert len(asked) == 1


def test_what_a_page_will_ask_for_comes_with_the_first_value_it_reads(shelf, group):
    """One round trip for both once they are there; what was not foreseen takes another."""

    def page():
        with at_one_moment(("group", group.pk)):
            held.expect([("letter", "a")])
            read_through("number", "one", lambda: 1, seconds=60)
            name_on(shelf, group)
            return shelf.one("a", lambda: "made", versions=[("letter", "a")])

    page()
    with counting() as counter:
        page()
    assert counter.redis == 1
    bump("letter", "a")
    with counting() as counter:
        assert page() == "made"
    assert counter.redis == 3  # the tokens again, and a script that makes the one that has gone


def test_the_next_page_shows_what_was_written_during_one(shelf, group):
    with at_one_moment(("group", group.pk)):
        name_on(shelf, group, before=lambda: rename(group, "new"))
    with at_one_moment(("group", group.pk)):
        assert name_on(shelf, group) == "new"
