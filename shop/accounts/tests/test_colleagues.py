"""Colleagues are invited, and nobody else knows their password; suspending shuts people out."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.accounts.sign_in import invitations
from shop.accounts.sign_in.errors import AddressTaken
from shop.accounts.tests.signing_in import is_signed_in, letters, path_in, person, sign_in
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

KIM = "kim@example.com"


def invite(giver, role="employee", email=KIM):
    form = {"email": email, "first_name": "Kim", "last_name": "", "role": role}
    return signed_in(giver).post(reverse("admin:accounts_user_invite"), form)


def test_invited_colleague_chooses_a_password_and_proves_the_address_with_it():
    invite(staff(Role.ADMIN))
    kim = User.objects.get(email=KIM)
    assert (kim.is_staff, kim.has_usable_password()) == (True, False)
    assert [group.name for group in kim.groups.all()] == ["employee"]
    browser = Client()
    page = browser.get(path_in(letters()[0]), follow=True)
    browser.post(page.request["PATH_INFO"], {"password1": "a-better-one-31"})
    assert EmailAddress.objects.get(user=kim).verified
    sign_in(browser, KIM, "a-better-one-31")
    assert is_signed_in(browser)


def test_nothing_opens_the_account_before():
    invite(staff(Role.ADMIN))
    browser = Client()
    sign_in(browser, KIM, "!")
    assert not is_signed_in(browser)


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.MANAGER])
def test_only_who_gives_rights_invites(role):
    assert invite(staff(role)).status_code == 403
    assert not User.objects.filter(email=KIM).exists()
    assert not letters()


def test_address_with_an_account_is_not_invited_twice():
    person(KIM)
    response = invite(staff(Role.ADMIN), email="KIM@example.com")
    assert response.status_code == 422
    assert User.objects.filter(email__iexact=KIM).count() == 1
    assert not letters()


def test_invitation_that_somebody_else_sent_first_writes_nothing():
    person(KIM)
    with pytest.raises(AddressTaken):
        invitations.invite(
            email=KIM, first_name="", last_name="", role=Role.EMPLOYEE, by=staff(Role.ADMIN)
        )
    assert not User.objects.get(email=KIM).is_staff
    assert not letters()


def test_nobody_is_invited_to_a_role_that_does_not_exist():
    assert invite(staff(Role.ADMIN), role="owner").status_code == 422
    assert not User.objects.filter(email=KIM).exists()


def test_suspended_person_is_out_at_once():
    mara, browser = person(), Client()
    sign_in(browser)
    action = {"action": "suspend", "_selected_action": [str(mara.pk)]}
    signed_in(staff(Role.ADMIN)).post(reverse("admin:accounts_user_changelist"), action)
    mara.refresh_from_db()
    assert mara.status == User.Status.SUSPENDED
    assert not mara.device_sessions.exists()
    assert not browser.session.keys()


def test_page_of_a_person_tells_what_happened_and_shows_no_password():
    mara = person()
    sign_in(Client(), password="not-the-password")
    url = reverse("admin:accounts_user_change", args=[mara.pk])
    page = signed_in(staff(Role.ADMIN)).get(url).content.decode()
    assert "Sign-in failed" in page
    assert "bcrypt" not in page
    assert mara.password not in page
