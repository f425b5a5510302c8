"""Signing in with a code by mail."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from shop.accounts.tests.signing_in import EMAIL, is_signed_in, letters, person, sign_in
from shop.events.models import OutboxEvent

pytestmark = pytest.mark.django_db

CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b")


@pytest.fixture
def mara():
    return person()


def ask(client, email=EMAIL, **data):
    return client.post(reverse("account_request_login_code"), {"email": email, **data})


def enter(client, code, **data):
    return client.post(reverse("account_confirm_login_code"), {"code": code, **data})


def code_of(letter):
    return CODE.search(letter.body)[0]


def test_code_signs_in(client, mara):
    ask(client)
    (letter,) = letters()
    assert letter.to == [EMAIL]
    response = enter(client, code_of(letter).lower().replace("-", " "))
    assert response.status_code == 302
    assert is_signed_in(client)


def test_code_leads_to_the_page_asked_for(client, mara):
    ask(client, next="/cart/")
    response = enter(client, code_of(letters()[0]), next="/cart/")
    assert response["Location"] == "/cart/"


def test_code_is_of_this_browser_only(client, mara):
    ask(client)
    thief = Client()
    ask(thief, "ben@example.com")
    enter(thief, code_of(letters()[0]))
    assert not is_signed_in(thief)


def test_code_works_once(client, mara):
    ask(client)
    code = code_of(letters()[0])
    enter(client, code)
    client.post(reverse("account_logout"))
    enter(client, code)
    assert not is_signed_in(client)


def test_third_wrong_code_ends_it(client, mara):
    ask(client)
    code = code_of(letters()[0])
    assert [enter(client, "WRNG-WRNG").status_code for _each in range(3)] == [422, 422, 302]
    enter(client, code)
    assert not is_signed_in(client)


def test_unknown_address_gets_the_same_answers_and_another_letter(mara):
    known, unknown = Client(), Client()
    answers = [ask(known), ask(unknown, "nobody@example.com")]
    assert len({(one.status_code, one["Location"]) for one in answers}) == 1
    pages = [each.get(reverse("account_confirm_login_code")) for each in (known, unknown)]
    texts = [page.content.decode().replace("nobody@", "mara@") for page in pages]
    assert len(texts[0]) == len(texts[1])
    assert {one.subject for one in letters()} == {
        "Your code to sign in",
        "There is no account with this address",
    }


def test_empty_code_opens_nothing_for_an_unknown_address(client, mara):
    ask(client, "nobody@example.com")
    for code in ("", "-", " "):
        enter(client, code)
    assert not is_signed_in(client)


def test_suspended_account_gets_no_code(client, mara):
    mara.status = mara.Status.SUSPENDED
    mara.save()
    ask(client)
    assert not CODE.search(letters()[0].body)


def test_second_factor_is_still_asked_for(client, mara):
    Authenticator.objects.create(user=mara, type="totp", data={"secret": "x"})
    ask(client)
    response = enter(client, code_of(letters()[0]))
    assert response["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)


def test_another_way_to_sign_in_stays_open(client, mara):
    ask(client)
    assert client.get(reverse("account_login")).status_code == 200
    sign_in(client)
    assert is_signed_in(client)


def test_password_that_a_stranger_chose_ends_with_the_proof_of_the_address(client):
    planted = person(is_proven=False)
    ask(client)
    enter(client, code_of(letters()[0]))
    assert is_signed_in(client)
    planted.refresh_from_db()
    assert not planted.has_usable_password()


def test_proof_of_the_address_is_told_as_that_of_a_link_is(client):
    person(is_proven=False)
    ask(client)
    enter(client, code_of(letters()[0]))
    assert is_signed_in(client)
    assert OutboxEvent.objects.filter(type="account.confirmed").count() == 1
