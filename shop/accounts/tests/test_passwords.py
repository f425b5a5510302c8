"""Which passwords are refused, and that all of a long one counts."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from shop.accounts.models import User
from shop.accounts.tests.signing_in import PASSWORD, letters, path_in, person, sign_in

COMMON = "password123"
MARA = User(email="mara.lindqvist@weavers.example", first_name="Mara", last_name="Lindqvist")


@pytest.mark.parametrize(
    "password",
    [
        "short-one",
        COMMON,
        "P@ssw0rd123",
        "1234567890",
        "qwertyuiop",
        "aaaaaaaaaaaaaaaa",
        "selvedge2026",
        "Selvedge!2026",
        "mara.lindqvist",
        "Lindqvist1",
        "mara.lindqvist@weavers.example",
        "weavers2026",
        "x" * 1001,
    ],
)
def test_weak_or_endless_password_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, MARA)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "correct horse battery",
        "kqzvtwxpjn7",
        "ş-ğ-ü lokum 82",
        ("kqzvtwxpjn7 " * 90)[:1000],
    ],
)
def test_good_password_needs_no_signs_or_capitals(password):
    validate_password(password, MARA)


@pytest.mark.django_db
def test_characters_after_the_72nd_count():
    long = "warp-and-weft-82 " * 6
    user = person(password=long + "a")
    assert user.check_password(long + "a")
    assert not user.check_password(long + "b")


@pytest.mark.django_db
def test_common_password_is_refused_at_sign_up(client):
    form = {"email": "new@example.com", "password1": COMMON}
    response = client.post(reverse("account_signup"), form)
    assert response.status_code == 422
    assert "easy to guess" in response.content.decode()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_common_password_is_refused_at_a_change(client):
    user = person()
    sign_in(client)
    form = {"oldpassword": PASSWORD, "password1": COMMON}
    assert client.post(reverse("account_change_password"), form).status_code == 422
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_common_password_is_refused_at_a_reset(client):
    user = person()
    client.post(reverse("account_reset_password"), {"email": user.email})
    page = client.get(path_in(letters()[0]), follow=True)
    assert client.post(page.request["PATH_INFO"], {"password1": COMMON}).status_code == 422
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_wrong_current_passwords_are_counted_as_guesses(client):
    person()
    sign_in(client)
    url, form = reverse("account_change_password"), {"password1": "a-better-one-31"}
    answers = [client.post(url, form | {"oldpassword": "guess"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


@pytest.mark.django_db
def test_new_password_by_a_link_signs_out_everywhere_and_tells_the_owner(client):
    user = person()
    thief = Client()
    sign_in(thief)
    client.post(reverse("account_reset_password"), {"email": user.email})
    page = client.get(path_in(letters()[0]), follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "a-better-one-31"})
    assert thief.get(reverse("accounts:overview")).status_code == 302
    assert not user.device_sessions.exists()
    assert letters()[-1].subject == "Your password was changed"
