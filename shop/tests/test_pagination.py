import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F, IntegerField
from django.db.models.functions import Length, NullIf
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from shop.accounts.roles import Role
from shop.pagination import InvalidCursor, keyset_page, numbered_page

pytestmark = pytest.mark.django_db

ORDERS = [
    ["id"],
    ["-id"],
    ["name"],
    ["size", "id"],
    ["-size", "-id"],
    ["-size", "id"],
    ["size", "-name"],
    ["gap", "id"],
    ["-gap", "id"],
    ["-size", "gap", "-id"],
]


@pytest.fixture
def groups():
    names = [f"{'x' * (number % 4)}{number}" for number in range(23)]
    Group.objects.bulk_create(Group(name=name) for name in names)
    return Group.objects.exclude(name__in=list(Role)).annotate(
        size=Length("name", output_field=IntegerField()), gap=NullIf(Length("name"), 3)
    )


def packed(*content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
def test_walking_to_the_end_and_back_meets_every_row_once(groups, order):
    expected = list(groups.order_by(*order))
    page = keyset_page(groups, order=order, size=5)
    assert page.previous_cursor is None
    pages = [page]
    while page.next_cursor:
        page = keyset_page(groups, order=order, size=5, cursor=page.next_cursor, is_strict=True)
        pages.append(page)
    assert [row for page in pages for row in page.items] == expected
    for before in reversed(pages[:-1]):
        page = keyset_page(groups, order=order, size=5, cursor=page.previous_cursor)
        assert page.items == before.items
    assert page.previous_cursor is None


def test_a_full_last_page_has_no_next(groups):
    page = keyset_page(groups, order=["id"], size=23)
    assert (len(page.items), page.next_cursor, page.previous_cursor) == (23, None, None)


def test_rows_added_before_the_page_do_not_move_it(groups):
    first = keyset_page(groups, order=["name"], size=5)
    Group.objects.create(name="!")
    page = keyset_page(groups, order=["name"], size=5, cursor=first.next_cursor)
    assert page.items[0].name > first.items[-1].name
    assert page.items == list(groups.order_by("name")[6:11])


def test_going_back_past_the_start_gives_the_full_first_page(groups):
    first = keyset_page(groups, order=["id"], size=5)
    second = keyset_page(groups, order=["id"], size=5, cursor=first.next_cursor)
    first.items[0].delete()
    back = keyset_page(groups, order=["id"], size=5, cursor=second.previous_cursor)
    assert (len(back.items), back.previous_cursor) == (5, None)


def test_a_list_that_became_empty_has_no_pages(groups):
    cursor = keyset_page(groups, order=["id"], size=5).next_cursor
    Group.objects.all().delete()
    page = keyset_page(groups, order=["id"], size=5, cursor=cursor)
    assert (page.items, page.next_cursor, page.previous_cursor) == ([], None, None)


def test_any_page_is_one_query(groups, django_assert_num_queries):
    with django_assert_num_queries(3):
        first = keyset_page(groups, order=["-size", "id"], size=5)
        second = keyset_page(groups, order=["-size", "id"], size=5, cursor=first.next_cursor)
        keyset_page(groups, order=["-size", "id"], size=5, cursor=second.previous_cursor)


@pytest.mark.parametrize("order", [["name"], ["-name"], ["-name", "id"]], ids=",".join)
def test_a_page_is_a_range_of_the_index(groups, order):
    cursor = keyset_page(Group.objects.all(), order=order, size=5).next_cursor
    with connection.cursor() as sql:
        for way in ("seqscan", "bitmapscan", "sort"):
            sql.execute(f"SET LOCAL enable_{way} = off")
    with connection.execute_wrapper(explained := Explained()):
        keyset_page(Group.objects.all(), order=order, size=5, cursor=cursor)
    assert "Index Cond" in explained.plan


class Explained:
    def __call__(self, execute, sql, params, many, context):
        with connection.connection.cursor() as cursor:
            rows = cursor.execute(f"EXPLAIN {sql}", params).fetchall()
        self.plan = "\n".join(row[0] for row in rows)
        return execute(sql, params, many, context)


def test_times_survive_the_cursor():
    start = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
    for number in range(4):
        Session.objects.create(
            session_key=f"key{number}", expire_date=start + timedelta(microseconds=number)
        )
    order = ["-expire_date", "session_key"]
    first = keyset_page(Session.objects.all(), order=order, size=2)
    rest = keyset_page(Session.objects.all(), order=order, size=2, cursor=first.next_cursor)
    assert [row.pk for row in [*first.items, *rest.items]] == ["key3", "key2", "key1", "key0"]


HOSTILE = [
    "",
    "é",
    "!!!",
    "a",
    "A" * 5000,
    base64.urlsafe_b64encode(b"[" * 700).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    packed("n", ["a"]),
    packed("n", ["a", 1, 2]),
    packed("x", ["a", 1]),
    packed("n", {"a": 1}),
    packed("n", [None, 1]),
    packed("n", ["a\0b", 1]),
    packed("n", ["\ud800", 1]),
    packed("n", [["a"], 1]),
    packed("n", ["a", True]),
    packed("n", ["a", "1"]),
    packed("n", ["a", 1.5]),
    packed("n", ["a", 2**63]),
    packed("n", ["a", float("inf")]),
    packed("n", ["a", "1; DROP TABLE auth_group"]),
]


@pytest.mark.parametrize("cursor", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_cursor_gives_the_first_page(groups, cursor):
    first = keyset_page(groups, order=["name", "id"], size=5)
    assert keyset_page(groups, order=["name", "id"], size=5, cursor=cursor) == first
    if cursor:
        with pytest.raises(InvalidCursor):
            keyset_page(groups, order=["name", "id"], size=5, cursor=cursor, is_strict=True)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)


@bounded(
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.text() | st.lists(json_values, max_size=4).map(lambda v: packed("n", v)))
def test_no_cursor_breaks_a_list(cursor):
    keyset_page(Session.objects.all(), order=["-expire_date", "session_key"], size=2, cursor=cursor)


@pytest.mark.parametrize("order", [[], ["size"], ["gap"], ["user"], ["nothing"]], ids=str)
def test_an_order_with_ties_is_a_loud_mistake(groups, order):
    with pytest.raises(ValueError, match=r"order|unique"):
        keyset_page(groups, order=order, size=5)


def test_user_keys_survive_the_cursor():
    model = get_user_model()
    page = keyset_page(model.objects.all(), order=["-pk"], size=2)
    assert page.items == []


def test_pages_by_number_need_no_count(groups, django_assert_num_queries):
    rows = groups.order_by("id")
    with django_assert_num_queries(1):
        page = numbered_page(rows, number="2", size=10)
    assert page.items == list(rows[10:20])
    assert (page.number, page.has_previous, page.has_next) == (2, True, True)
    assert not numbered_page(rows, number=3, size=10).has_next


@pytest.mark.parametrize("number", [None, "", "0", "-1", "x", "²", "٢", "1e3", "9" * 5000])
def test_what_is_no_page_number_means_the_first(groups, number):
    assert numbered_page(groups.order_by(F("id")), number=number, size=10).number == 1


def test_the_depth_of_pages_by_number_is_bounded(groups):
    page = numbered_page(groups.order_by("id"), number="999999", size=1, most=4)
    assert (page.number, page.has_next) == (4, False)
