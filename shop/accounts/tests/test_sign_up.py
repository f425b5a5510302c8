"""Creating an account and choosing a new password, without telling who has one."""

import re
import threading

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import identify_hasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from shop.accounts.models import User
from shop.accounts.tests.signing_in import letters, path_in

EMAIL = "mara@example.com"
PASSWORD = "warp-and-weft-82"


@pytest.fixture(autouse=True)
def _no_tries_yet(db):
    cache.clear()


@pytest.fixture
def mara():
    user = User.objects.create_user(EMAIL, PASSWORD)
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    return user


def sign_up(client, email=EMAIL, password=PASSWORD):
    return client.post(reverse("account_signup"), {"email": email, "password1": password})


def test_sign_up_needs_address_and_password_only(client):
    form = client.get(reverse("account_signup")).context["form"]

    assert list(form.fields) == ["email", "password1"]


def test_sign_up_makes_a_customer_and_sends_a_link(client):
    response = sign_up(client)
    user = User.objects.get()

    assert response.status_code == 302
    assert (user.email, user.status, user.is_staff) == (EMAIL, "ACTIVE", False)
    assert re.fullmatch(r"customer-[a-z0-9]{10}", user.username)
    assert [message.to for message in letters()] == [[EMAIL]]


def test_confirmed_account_can_sign_in(client):
    sign_up(client)
    link = path_in(letters()[0])
    assert client.get(link).status_code == 200
    client.post(link)
    client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})

    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_unconfirmed_account_cannot_be_used(client):
    sign_up(client)
    client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})

    assert "_auth_user_id" not in client.session


def test_used_confirmation_link_explains_itself(client):
    sign_up(client)
    link = path_in(letters()[0])
    client.post(link)

    assert "This link no longer works" in client.get(link).content.decode()


def test_known_address_gets_the_same_answer_and_a_different_mail(client, mara):
    new = sign_up(client, email="new@example.com")
    known = sign_up(Client(), email="MARA@example.com", password="another-password-1")

    assert (new.status_code, new["Location"]) == (known.status_code, known["Location"])
    assert "You already have an account" in [message.subject for message in letters()]
    mara.refresh_from_db()
    assert mara.check_password(PASSWORD)
    assert User.objects.count() == 2


def test_address_stored_with_capitals_is_known_too(client):
    User.objects.create_user("Mara@Example.com", PASSWORD)
    response = sign_up(client)

    assert response.status_code == 302
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_form_sent_twice_at_once_makes_one_account():
    ready = threading.Barrier(2)
    answers = []

    def send():
        ready.wait(timeout=60)
        answers.append(sign_up(Client()).status_code)
        connection.close()

    threads = [threading.Thread(target=send) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [302, 302]
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["too-short", "password123", "1234567890", "mara@example.com"])
def test_weak_password_is_refused(client, password):
    response = sign_up(client, password=password)

    assert response.status_code == 422
    assert "password1" in response.context["form"].errors
    assert not User.objects.exists()
    assert not letters()


@pytest.mark.parametrize(
    "email", ["", "mara", "mara@", "a\x00b@example.com", "x" * 250 + "@a.example"]
)
def test_impossible_address_is_refused(client, email):
    response = sign_up(client, email=email)

    assert response.status_code == 422
    assert "email" in response.context["form"].errors
    assert not User.objects.exists()


def test_reset_answers_the_same_for_known_and_unknown_addresses(client, mara):
    known = client.post(reverse("account_reset_password"), {"email": EMAIL})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert len(letters()) == 2


def test_reset_link_changes_the_password_once(client, mara):
    client.post(reverse("account_reset_password"), {"email": EMAIL})
    link = path_in(letters()[0])
    page = client.get(link, follow=True)
    assert "Choose a new password" in page.content.decode()
    client.post(page.request["PATH_INFO"], {"password1": "a-better-one-31"})

    mara.refresh_from_db()
    assert mara.check_password("a-better-one-31")
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()


def test_weak_new_password_is_refused(client, mara):
    client.post(reverse("account_reset_password"), {"email": EMAIL})
    page = client.get(path_in(letters()[0]), follow=True)
    response = client.post(page.request["PATH_INFO"], {"password1": "short"})

    assert response.status_code == 422
    mara.refresh_from_db()
    assert mara.check_password(PASSWORD)


def test_suspended_account_gets_no_reset_link(client, mara):
    User.objects.filter(pk=mara.pk).update(status=User.Status.SUSPENDED)
    client.post(reverse("account_reset_password"), {"email": EMAIL})

    assert "/password/reset/key/" not in letters()[0].body


def test_password_change_keeps_this_session_and_ends_the_others(client, mara):
    other = Client()
    for each in (client, other):
        each.force_login(mara)
    words = {"oldpassword": PASSWORD, "password1": "a-better-one-31"}
    response = client.post(reverse("account_change_password"), words)

    assert response["Location"] == reverse("accounts:overview")
    assert client.get(reverse("accounts:overview")).status_code == 200
    assert other.get(reverse("accounts:overview")).status_code == 302


def test_password_change_needs_the_current_one(client, mara):
    client.force_login(mara)
    words = {"oldpassword": "guess", "password1": "a-better-one-31"}
    response = client.post(reverse("account_change_password"), words)

    assert response.status_code == 422
    assert "oldpassword" in response.context["form"].errors


def test_password_is_stored_as_bcrypt(client):
    sign_up(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT password_hash FROM accounts_user")
        (stored,) = cursor.fetchone()

    assert identify_hasher(stored).algorithm == "bcrypt_sha256"
    assert PASSWORD not in stored


@pytest.mark.parametrize("name", ["account_signup", "account_reset_password", "account_login"])
def test_pages_stay_out_of_search_engines(client, name):
    assert 'name="robots" content="noindex"' in client.get(reverse(name)).content.decode()
