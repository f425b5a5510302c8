"""What people say of themselves, and what the account's first page advises."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from shop.accounts.models import User
from shop.accounts.profile import hints, profile

pytestmark = pytest.mark.django_db

PAGE = reverse("accounts:profile")
SAID = {"first_name": " Mara ", "last_name": "Lind", "public_name": "Mara L.", "phone": ""}


@pytest.fixture
def mara():
    return User.objects.create_user("mara@example.com", "a long password of words")


@pytest.fixture
def her(mara):
    client = Client()
    client.force_login(mara)
    return client


def test_a_profile_is_kept_and_greets_its_owner(her, mara):
    answer = her.post(PAGE, SAID | {"phone": "030 901820"}, follow=True)
    assert b"Hello, Mara" in answer.content
    mara.refresh_from_db()
    assert (mara.get_full_name(), mara.username) == ("Mara Lind", "Mara L.")
    assert str(mara.phone) == "+4930901820"


def test_who_chooses_no_public_name_keeps_the_made_up_one_which_no_form_shows(her, mara):
    her.post(PAGE, SAID | {"public_name": ""})
    before, mara = mara.username, User.objects.get(pk=mara.pk)
    assert mara.username == before
    assert before.encode() not in her.get(PAGE).content
    assert profile.public_name(mara) == ""


@pytest.mark.parametrize(
    "name", ["MARA l.", "Selvedge Support", "Customer-42", "M\u0430ra", "a\u200bb"]
)
def test_a_public_name_that_is_taken_or_misleads_is_refused_with_the_rest(her, mara, name):
    User.objects.create_user("first@example.com", username="Mara L.")
    answer = her.post(PAGE, SAID | {"public_name": name})
    assert answer.status_code == 422
    assert b'aria-invalid="true"' in answer.content
    mara.refresh_from_db()
    assert mara.first_name == ""


def test_a_profile_changes_nothing_that_it_does_not_ask_for(her, mara):
    sent = {"email": "x@example.com", "is_staff": "on", "is_superuser": "on", "status": "DELETED"}
    her.post(PAGE, SAID | sent)
    now = User.objects.get(pk=mara.pk)
    assert (now.email, now.is_staff, now.is_superuser, now.status) == (
        "mara@example.com",
        False,
        False,
        "ACTIVE",
    )


def test_the_first_page_advises_a_second_step_until_there_is_one(her, mara):
    advice = b"Only a password protects your account"
    assert advice in her.get(reverse("accounts:overview")).content
    Authenticator.objects.create(user=mara, type=Authenticator.Type.TOTP, data={})
    assert [hint.label for hint in hints.for_person(mara)] == ["Make new codes"]
    assert advice not in her.get(reverse("accounts:overview")).content


def test_an_address_that_waits_and_a_password_that_is_missing_come_first(mara):
    mara.emailaddress_set.create(email="new@example.com", verified=False)
    mara.set_unusable_password()
    labels = [hint.label for hint in hints.for_person(mara)]
    assert labels == ["Choose a password", "See your addresses", "Add a second step"]
