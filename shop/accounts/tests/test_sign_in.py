"""Signing in and out: who gets in, what the others learn, where it leads."""

import pytest
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.urls import reverse

from shop.accounts.models import User

EMAIL = "mara@example.com"
PASSWORD = "warp-and-weft-82"


@pytest.fixture(autouse=True)
def _no_tries_yet():
    cache.clear()


@pytest.fixture
def mara(db):
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(EMAIL, PASSWORD)
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    return user


def sign_in(client, email=EMAIL, password=PASSWORD, **data):
    return client.post(reverse("account_login"), {"login": email, "password": password, **data})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_right_password_signs_in(client, mara):
    response = sign_in(client)

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(mara.pk)


def test_case_of_the_address_does_not_matter(client, mara):
    sign_in(client, email=" Mara@Example.COM ")

    assert is_signed_in(client)


def test_wrong_password_and_unknown_address_get_the_same_answer(client, mara):
    wrong = sign_in(client, password="something else")
    unknown = sign_in(client, email="nobody@example.com")

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert not is_signed_in(client)


def test_suspended_account_gets_the_answer_of_a_wrong_password(client, mara):
    User.objects.filter(pk=mara.pk).update(status=User.Status.SUSPENDED)
    refused = sign_in(client)
    wrong = sign_in(client, password="something else")

    assert refused.status_code == 422
    assert refused.context["form"].errors == wrong.context["form"].errors
    assert not is_signed_in(client)


def test_suspended_account_is_slowed_down_like_a_wrong_password(client, mara):
    User.objects.filter(pk=mara.pk).update(status=User.Status.SUSPENDED)
    for _try in range(5):
        sign_in(client)

    assert "Too many tries" in sign_in(client).content.decode()


def test_guessing_is_slowed_down_but_does_not_lock_out_the_owner_elsewhere(client, mara):
    for _try in range(6):
        response = sign_in(client, password="guess")
    assert "too many tries" in response.content.decode()
    assert sign_in(client).status_code == 429

    client.defaults["REMOTE_ADDR"] = "203.0.113.7"
    sign_in(client)

    assert is_signed_in(client)


def test_suspension_ends_the_session(client, mara):
    sign_in(client)
    User.objects.filter(pk=mara.pk).update(status=User.Status.SUSPENDED)

    assert client.get(reverse("accounts:overview")).status_code == 302


def test_session_gets_a_new_key_at_sign_in(client, mara):
    client.get(reverse("account_login"))
    session = client.session
    session["left_by"] = "the guest"
    session.save()
    before = session.session_key
    sign_in(client)

    assert client.session.session_key != before
    assert client.session["left_by"] == "the guest"


def test_sign_in_tells_who_listens(client, mara):
    heard = []

    def listen(sender, request, user, **_kwargs):
        heard.append(user)

    user_logged_in.connect(listen)
    try:
        sign_in(client)
    finally:
        user_logged_in.disconnect(listen)

    assert heard == [mara]


def test_next_page_of_the_shop_is_opened(client, mara):
    page = client.get(reverse("account_login"), {"next": "/cart/"})
    assert '<input type="hidden" name="next" value="/cart/">' in page.content.decode()

    assert sign_in(client, next="/cart/")["Location"] == "/cart/"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "http://localhost.evil.example/",
        "http://localhost/",
    ],
)
def test_next_page_elsewhere_is_ignored(client, mara, target):
    assert sign_in(client, next=target)["Location"] == "/"


def test_next_cannot_break_out_of_the_page(client, mara):
    page = client.get(reverse("account_login"), {"next": '"><script>alert(1)</script>'})

    assert "<script>alert" not in page.content.decode()


def test_sign_out_needs_a_post(client, mara):
    sign_in(client)
    asked = client.get(reverse("account_logout"))
    assert asked.status_code == 200
    assert is_signed_in(client)

    response = client.post(reverse("account_logout"))

    assert response.status_code == 302
    assert not is_signed_in(client)


def test_account_pages_are_not_kept_by_caches(client, mara):
    assert "no-store" in client.get(reverse("account_login"))["Cache-Control"]
    sign_in(client)

    assert "no-store" in client.get(reverse("accounts:overview"))["Cache-Control"]


def test_fields_say_what_they_are_for(client, mara):
    page = client.get(reverse("account_login")).content.decode()

    assert 'autocomplete="username webauthn"' in page
    assert 'autocomplete="current-password"' in page
    assert 'type="email"' in page


def test_failed_sign_in_keeps_the_address_but_not_the_password(client, mara):
    page = sign_in(client, password="something else").content.decode()

    assert f'value="{EMAIL}"' in page
    assert "something else" not in page
    assert 'role="alert"' in page
    assert '<title id="page-title">Error:' in page
