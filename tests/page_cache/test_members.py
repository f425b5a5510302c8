"""Members get kept pages without a query, and only as long as they are members."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from catalog.tests.test_sizing import chart
from shop.accounts.models import User
from shop.page_cache import members
from tests.page_cache.visits import HOME, PAGES, PRODUCT, buy, is_member, member, outcome, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", PAGES)
def test_a_remembered_member_asks_no_database_and_redis_once(path, django_assert_num_queries, sent):
    ada = member()
    text(path, ada)
    text(path, ada)
    sent.clear()
    with django_assert_num_queries(0):
        word, response = outcome(path, ada)
    assert (word, sent) == ("hit", ["EVALSHA"])
    assert is_member(response.content.decode())
    assert not is_member(text(path))


def test_a_member_not_remembered_costs_two_queries(django_assert_num_queries):
    ada = member()
    text(HOME, ada)
    caches["default"].client.get_client().delete(members.name_of(ada.session.session_key))
    with django_assert_num_queries(2):
        word, response = outcome(HOME, ada)
    assert word == "hit"
    assert is_member(response.content.decode())


def sign_out(client):
    client.logout()


def end_the_session(client):
    client.session.delete()


def suspend(client):
    User.objects.update(status=User.Status.SUSPENDED)


def choose_a_new_password(client):
    user = User.objects.get()
    user.set_unusable_password()
    user.save()


def delete_the_account(client):
    User.objects.get().soft_delete()


LOSSES = [sign_out, end_the_session, suspend, choose_a_new_password, delete_the_account]


@pytest.mark.parametrize("lose", LOSSES)
def test_who_is_no_member_any_more_is_a_stranger_in_the_next_request(lose, tee):
    ada, same = member(), Client()
    same.cookies["sessionid"] = ada.cookies["sessionid"].value
    buy(ada, tee)
    text(HOME, same)
    before = text(HOME, same)
    assert "Cart, 1 item<" in before
    assert is_member(before)
    lose(ada)
    for _made_and_kept in range(2):
        after = text(HOME, same)
        assert "Cart, 0 items" in after
        assert not is_member(after)


@pytest.mark.parametrize("lose", [end_the_session, suspend])
def test_who_is_lost_while_being_looked_up_is_not_remembered(lose, monkeypatch):
    ada, remember = member(), members.remember

    def late(*arguments):
        lose(ada)
        remember(*arguments)

    monkeypatch.setattr(members, "remember", late)
    text(HOME)
    assert is_member(text(HOME, ada))
    assert not is_member(text(HOME, ada))


def test_a_member_who_becomes_staff_gets_each_page_as_it_is_now():
    ada = member()
    text(HOME, ada)
    assert [outcome(HOME, ada)[0] for _ in range(2)] == ["hit", "hit"]
    User.objects.update(is_staff=True)
    assert [outcome(HOME, ada)[0] for _ in range(2)] == ["bypass", "bypass"]


def test_each_member_sees_their_own_cart_and_every_change_of_it(tee):
    ada, bob = member(), member("bob@example.com")
    for count in ("1 item<", "2 items"):
        buy(ada, tee)
        for _made_and_kept in range(3):
            assert f"Cart, {count}" in text(HOME, ada)
            assert "Cart, 0 items" in text(HOME, bob)


def test_a_member_is_remembered_no_longer_than_the_session_lasts():
    ada = member()
    Session.objects.update(expire_date=timezone.now() + timedelta(seconds=60))
    text(HOME)
    text(HOME, ada)
    name = members.name_of(ada.session.session_key)
    assert 0 < caches["default"].client.get_client().pttl(name) <= 60_000


def test_the_size_of_a_remembered_member_comes_in_for_the_product_shown(tee):
    tee.size_chart = chart()
    tee.save()
    ada = member()
    for _looked_up_and_remembered in range(3):
        assert 'hx-get="/p/plain-tee/your-size/"' in text(PRODUCT, ada)
