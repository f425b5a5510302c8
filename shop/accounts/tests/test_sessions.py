"""Where one is signed in: the list, and ending a session at once."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import SecurityEvent
from shop.accounts.models import DeviceSession
from shop.accounts.sign_in import sessions
from shop.accounts.sign_in.devices import device_words, network_words
from shop.accounts.tests.signing_in import PASSWORD, is_signed_in, letters, person, sign_in

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def mara():
    return person()


def browser(user_agent=FIREFOX, address="203.0.113.7"):
    """Somebody who just signed in as Mara."""
    client = Client(headers={"User-Agent": user_agent}, REMOTE_ADDR=address)
    sign_in(client)
    return client


def security_page(client):
    return client.get(reverse("accounts:security"))


def row_of(client):
    return DeviceSession.objects.get(session_key=client.session.session_key)


def test_list_names_devices_and_half_of_the_network(mara):
    here, _phone = browser(), browser(IPHONE, "198.51.100.1")
    page = security_page(here).content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert "203.0.…" in page
    assert "203.0.113.7" not in page
    assert page.count("This device") == 1


def test_one_device_is_signed_out_at_once(mara):
    here, phone = browser(), browser(IPHONE)
    response = here.post(reverse("accounts:session_end", args=[row_of(phone).pk]))
    assert response["Location"] == reverse("accounts:security")
    assert security_page(phone).status_code == 302
    assert security_page(here).status_code == 200


def test_all_other_devices_are_signed_out_at_once(mara):
    here, phone, tablet = browser(), browser(IPHONE), browser()
    here.post(reverse("accounts:sessions_end_others"))
    assert [is_signed_in(each) for each in (here, phone, tablet)] == [True, False, False]
    assert SecurityEvent.objects.filter(kind="SESSION_ENDED", user=mara).count() == 2


def test_session_that_ends_is_named_in_the_history(mara):
    phone = row_of(browser(IPHONE))
    assert sessions.end(mara, phone.pk)
    assert SecurityEvent.objects.get(kind="SESSION_ENDED").payload == {"id": str(phone.pk)}


def test_session_does_not_end_untold(mara):
    phone = browser(IPHONE)
    key = row_of(phone).pk

    def refuse(execute, sql, params, many, context):
        if 'INTO "audit_securityevent' in sql:
            raise DatabaseError
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(DatabaseError):
        sessions.end(mara, key)
    assert is_signed_in(phone)
    assert DeviceSession.objects.filter(pk=key).exists()


def test_ending_the_session_in_use_signs_out(mara):
    here = browser()
    response = here.post(reverse("accounts:session_end", args=[row_of(here).pk]))
    assert response["Location"] == reverse("account_login")
    assert not is_signed_in(here)


def test_session_of_somebody_else_cannot_be_ended(mara):
    here, ben = browser(), Client()
    ben.force_login(person("ben@example.com"))
    assert ben.post(reverse("accounts:session_end", args=[row_of(here).pk])).status_code == 404
    assert is_signed_in(here)


def test_signing_in_takes_a_new_key(mara):
    client = Client()
    client.get(reverse("account_login"))
    session = client.session
    session["cart"] = "kept"
    session.save()
    planted = session.session_key
    sign_in(client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_ended_session_leaves_the_list_without_the_nightly_job(mara):
    here, phone = browser(), browser(IPHONE)
    phone.post(reverse("account_logout"))
    assert [row.pk for row in sessions.of(mara)] == [row_of(here).pk]


def test_nightly_job_forgets_ended_sessions_only(mara):
    here, phone = browser(), browser(IPHONE)
    phone.post(reverse("account_logout"))
    assert sessions.forget(timezone.now()) == 1
    assert DeviceSession.objects.get() == row_of(here)


def test_use_is_noted_at_most_once_in_minutes(mara, monkeypatch):
    here = browser()
    before = timezone.now() - timedelta(hours=1)
    DeviceSession.objects.update(last_seen_at=before)
    security_page(here)
    assert row_of(here).last_seen_at == before
    monkeypatch.setattr(sessions, "SEEN_SECONDS", 0)
    security_page(here)
    assert row_of(here).last_seen_at > before


def test_pages_that_all_share_note_no_use(mara, monkeypatch):
    here = browser()
    seen = []
    monkeypatch.setattr(sessions, "see", seen.append)
    here.get("/")
    assert not seen
    security_page(here)
    assert len(seen) == 1


def test_change_of_the_password_signs_out_the_others_and_keeps_this_one_on_the_list(mara):
    here, phone = browser(), browser(IPHONE)
    form = {"oldpassword": PASSWORD, "password1": "a-better-one-31"}
    here.post(reverse("account_change_password"), form)
    assert [is_signed_in(here), is_signed_in(phone)] == [True, False]
    assert [row.pk for row in sessions.of(mara)] == [row_of(here).pk]
    assert "Your password was changed" in [letter.subject for letter in letters()]


def test_first_sign_in_is_no_news_and_a_new_device_is(mara):
    browser()
    assert not letters()
    browser(IPHONE, "198.51.100.1")
    (letter,) = letters()
    assert letter.to == [mara.email]
    assert "Safari on iPhone" in letter.body
    assert "198.51.…" in letter.body


def test_known_device_is_no_news(mara):
    here = browser()
    here.post(reverse("account_logout"))
    sign_in(here)
    assert not letters()
    assert not mail.outbox


@pytest.mark.django_db(transaction=True)
def test_ended_session_is_dead_on_pages_that_all_share(mara):
    here, phone = browser(), browser(IPHONE)
    for _each in range(3):
        assert reverse("accounts:overview") in phone.get("/").content.decode()
    here.post(reverse("accounts:sessions_end_others"))
    page = phone.get("/").content.decode()
    assert reverse("account_login") in page


def test_history_tells_of_failures_and_of_nobody_else(mara):
    ben = person("ben@example.com")
    sign_in(Client(), ben.email, "not-the-password")
    here = browser()
    sign_in(Client(), password="not-the-password")
    page = here.get(reverse("accounts:sign_in_history")).content.decode()
    assert page.count("Sign-in failed") == 1
    assert "Signed in" in page


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Linux"),
        ("curl/8.5", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_devices_have_names(user_agent, words):
    assert device_words(user_agent) == words


def test_networks_are_told_by_half():
    assert network_words("2001:db8:85a3::8a2e:370:7334") == "2001:db8:85a3:…"
    assert network_words(None) == ""
