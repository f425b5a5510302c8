"""Proving oneself again before something sensitive."""

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import SecurityEvent
from shop.accounts.tests.proving import (
    PASSWORD,
    code_now,
    factors_of,
    give_app,
    give_codes,
    person,
    proven,
    wrong_code,
)

pytestmark = pytest.mark.django_db

APP = "/account/security/authenticator/"
REMOVE = "/account/security/authenticator/remove/"
STEP_UP = "/account/security/confirm/"


def test_a_sensitive_page_opens_right_after_signing_in():
    assert proven(person()).get(APP).status_code == 200


def test_ten_minutes_later_it_asks_first_and_knows_the_way_back(settings):
    client = proven(person(), seconds_ago=settings.STEP_UP_SECONDS + 1)
    response = client.get(f"{APP}?next=/cart/")
    assert response["Location"].startswith(f"{STEP_UP}?next=")
    back = client.post(response["Location"], {"way": "password", "password": PASSWORD})
    assert (back.status_code, back["Location"]) == (303, f"{APP}?next=/cart/")
    assert client.get(APP).status_code == 200


def test_a_session_that_proved_nothing_is_asked_too():
    client, user = Client(), person()
    client.force_login(user)
    assert client.get(APP)["Location"].startswith(STEP_UP)


def test_a_link_from_a_mail_is_no_proof():
    assert proven(person(), method="code").get(APP)["Location"].startswith(STEP_UP)


def test_who_is_not_signed_in_signs_in():
    assert Client().get(APP)["Location"].startswith("/account/login/")


def test_who_has_no_password_is_told_of_their_account_and_not_of_the_back_office():
    user = person()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    text = proven(user, seconds_ago=3600).get(STEP_UP).content.decode()
    assert "the safety of your account" in text
    assert "Choose one first" in text
    assert "back office" not in text


def test_a_form_that_was_interrupted_is_carried_out():
    user = person()
    give_app(user)
    client = proven(user, seconds_ago=3600)
    asked = client.post(REMOVE)
    assert factors_of(user) == ["totp"]
    client.post(asked["Location"], {"way": "password", "password": PASSWORD})
    assert factors_of(user) == []


def test_the_interrupted_form_lies_sealed_in_the_session():
    client = proven(person(), seconds_ago=3600)
    client.post(APP, {"code": "shown-nowhere"})
    assert "shown-nowhere" not in str(dict(client.session))


def test_another_page_does_not_carry_out_the_form_that_waits():
    user = person()
    give_app(user)
    client = proven(user, seconds_ago=3600)
    client.post(REMOVE)
    client.post(f"{STEP_UP}?next={APP}", {"way": "password", "password": PASSWORD})
    assert factors_of(user) == ["totp"]


def test_a_wrong_password_proves_nothing():
    user = person()
    client = proven(user, seconds_ago=3600)
    response = client.post(STEP_UP, {"way": "password", "password": "wrong-horse-battery"})
    assert response.status_code == 422
    assert "This is not your password" in response.content.decode()
    assert client.get(APP)["Location"].startswith(STEP_UP)


def test_a_code_of_the_app_and_one_of_the_list_prove_it_each():
    user = person()
    codes = [code_now(give_app(user)), give_codes(user)[0]]
    for code in codes:
        client = proven(user, seconds_ago=3600)
        response = client.post(f"{STEP_UP}?next={APP}", {"way": "code", "code": code})
        assert (response.status_code, response["Location"]) == (303, APP)
    events = SecurityEvent.objects.filter(kind=SecurityEvent.Kind.STEPPED_UP, user=user)
    assert [event.payload["way"] for event in events] == ["code", "code"]


def test_codes_of_somebody_else_prove_nothing():
    other = give_codes(person("other@example.com"))[0]
    user = person()
    secret = give_app(user)
    client = proven(user, seconds_ago=3600)
    for code in (other, wrong_code(secret), "", "💥"):
        assert client.post(STEP_UP, {"way": "code", "code": code}).status_code == 422


def test_the_session_goes_on_under_a_new_key():
    client = proven(person(), seconds_ago=3600)
    before = client.session.session_key
    client.post(STEP_UP, {"way": "password", "password": PASSWORD})
    assert client.session.session_key != before
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_out_of_the_shop(to):
    client = proven(person(), seconds_ago=3600)
    form = {"way": "password", "password": PASSWORD, "next": to}
    assert client.post(STEP_UP, form)["Location"] == reverse("accounts:overview")
