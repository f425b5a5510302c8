"""How often somebody may try, and that nobody keeps an owner out."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import SecurityEvent
from shop.accounts.models import Tries
from shop.accounts.sign_in import known_devices, new_passwords, throttle
from shop.accounts.sign_in.networks import network_of
from shop.accounts.tests.proving import code_now, give_app, wrong_code
from shop.accounts.tests.signing_in import EMAIL, is_signed_in, person, sign_in

pytestmark = pytest.mark.django_db
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def mara():
    return person()


def guess(times, client=None, email=EMAIL, **headers):
    """Wrong passwords from one source; the last answer."""
    stranger = client or Client(**headers)
    return [sign_in(stranger, email, "not-the-password") for _each in range(times)][-1]


def test_sixth_guess_is_refused_and_says_for_how_long(mara):
    assert guess(5).status_code == 422
    refused = guess(1)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 300
    assert "5 minutes" in refused.content.decode()


def test_right_password_does_not_help_in_the_midst_of_guesses(client, mara):
    guess(5)
    assert sign_in(client).status_code == 429
    assert not is_signed_in(client)


def test_right_passwords_are_not_counted(mara):
    for _each in range(7):
        client = Client()
        sign_in(client)
        assert is_signed_in(client)


def test_guesses_are_forgotten_when_their_time_is_over(client, mara):
    guess(5)
    Tries.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    sign_in(client)
    assert is_signed_in(client)


def test_unknown_address_is_refused_alike(mara):
    known, unknown = guess(6), guess(6, email="nobody@example.com")
    assert (known.status_code, unknown.status_code) == (429, 429)
    assert len(known.content) == len(unknown.content)


def test_owner_gets_in_from_a_known_browser_while_their_network_guesses(mara):
    at_home = Client()
    sign_in(at_home)
    at_home.post(reverse("account_logout"))
    guess(6)
    sign_in(at_home)
    assert is_signed_in(at_home)


def test_known_browser_is_slowed_down_too(mara):
    at_home = Client()
    sign_in(at_home)
    at_home.post(reverse("account_logout"))
    assert guess(6, at_home).status_code == 429


def test_guesses_from_everywhere_shut_strangers_out_but_no_known_browser(mara, monkeypatch):
    limits = (throttle.Limit(throttle.PAIR, 5, 300), throttle.Limit(throttle.ACCOUNT, 3, 3600))
    monkeypatch.setitem(throttle.LIMITS, "sign_in", limits)
    at_home = Client()
    sign_in(at_home)
    at_home.post(reverse("account_logout"))
    answers = [guess(1, REMOTE_ADDR=f"203.0.113.{host}").status_code for host in range(4)]
    assert answers == [422, 422, 422, 429]
    sign_in(at_home)
    assert is_signed_in(at_home)


def test_wrong_codes_from_everywhere_end_with_a_new_password_once_a_day(monkeypatch):
    limits = (throttle.Limit(throttle.PAIR, 5, 300), throttle.Limit(throttle.ACCOUNT, 3, 24 * 3600))
    monkeypatch.setitem(throttle.LIMITS, "second_factor", limits)
    mara = person()
    secret = give_app(mara)

    def second_step(host, code):
        client = Client(REMOTE_ADDR=f"203.0.113.{host}")
        step = sign_in(client)["Location"]
        return client.post(step, {"way": "code", "code": code}).status_code

    def guess_codes(hosts):
        return [second_step(host, wrong_code(secret)) for host in hosts]

    assert guess_codes(range(4)) == [422, 422, 422, 429]
    assert second_step(9, code_now(secret)) == 429
    new_passwords.was_changed(user=mara, keep=None)
    assert second_step(9, code_now(secret)) == 302
    assert guess_codes(range(10, 14)) == [422, 422, 422, 429]
    new_passwords.was_changed(user=mara, keep=None)
    assert guess_codes([20]) == [429]


def test_each_known_browser_has_a_count_of_its_own_for_the_account(mara, monkeypatch):
    limits = (throttle.Limit(throttle.ACCOUNT, 2, 3600),)
    monkeypatch.setitem(throttle.LIMITS, "sign_in", limits)
    one, other = Client(), Client()
    for browser in (one, other):
        sign_in(browser)
        browser.post(reverse("account_logout"))
    assert [guess(1, one).status_code for _each in range(3)] == [422, 422, 429]
    sign_in(other)
    assert is_signed_in(other)


def test_who_is_shut_out_may_still_ask_for_a_code_and_for_a_new_password(client, mara):
    guess(6)
    for name in ("account_request_login_code", "account_reset_password"):
        assert client.post(reverse(name), {"email": EMAIL}).status_code == 302


@pytest.mark.parametrize("name", ["account_request_login_code", "account_reset_password"])
def test_asking_for_letters_has_a_limit_too(client, mara, name):
    answers = [client.post(reverse(name), {"email": EMAIL}).status_code for _each in range(6)]
    assert answers == [302] * 5 + [429]


def test_one_mailbox_gets_no_more_than_ten_letters_an_hour():
    assert [throttle.may_write_to(EMAIL) for _each in range(11)] == [True] * 10 + [False]


def test_lock_out_is_noted_once(mara):
    guess(8)
    event = SecurityEvent.objects.get(kind=SecurityEvent.Kind.LOCKED_OUT)
    assert event.user == mara


def test_cookie_of_a_known_browser_cannot_be_made_up_or_used_for_another(client, mara):
    sign_in(client)
    request = client.get(reverse("account_logout")).wsgi_request
    assert known_devices.id_for(request, EMAIL)
    assert not known_devices.id_for(request, "ben@example.com")
    request.COOKIES[known_devices.COOKIE] = request.COOKIES[known_devices.COOKIE][:-1] + "!"
    assert not known_devices.id_for(request, EMAIL)


def test_counts_name_nobody(mara):
    guess(1)
    keys = list(Tries.objects.values_list("key", flat=True))
    assert not [key for key in keys if "mara" in key or "127.0.0.1" in key]


def test_forgetting_keeps_what_still_counts(mara):
    guess(1)
    kept = Tries.objects.count()
    Tries.objects.create(key="past", count=1, ends_at=timezone.now() - timedelta(seconds=1))
    assert throttle.forget(timezone.now()) == 1
    assert Tries.objects.count() == kept > 0


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.7", "203.0.113.8", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
def test_a_customer_of_ipv6_is_one_source(one, other, is_same):
    assert (network_of(one) == network_of(other)) is is_same


@pytest.mark.django_db(transaction=True)
def test_limits_hold_while_redis_is_away(client, wire, mara):
    wire.cut()
    assert guess(6).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_limits_hold_when_redis_forgets_everything(client, mara):
    guess(5)
    cache.clear()
    assert guess(1).status_code == 429
