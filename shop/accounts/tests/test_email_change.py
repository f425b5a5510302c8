"""Another e-mail address: proven first, told to the one before, and taken back from there."""

from datetime import timedelta

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orders.placed import claiming
from orders.tests.factories import placed_order, variant_in_stock
from shop.accounts.letters.about_sign_in import reset_path
from shop.accounts.models import NewsletterSubscription, User
from shop.accounts.newsletter import subscriptions
from shop.accounts.sign_in import email_changes
from shop.accounts.tests.signing_in import (
    EMAIL,
    PASSWORD,
    is_signed_in,
    letters,
    path_in,
    person,
    sign_in,
)

pytestmark = pytest.mark.django_db
NEW = "mara@new.example"


@pytest.fixture
def mara():
    return person()


@pytest.fixture
def here(mara):
    client = Client()
    sign_in(client)
    return client


def ask(client, new=NEW):
    return client.post(reverse("accounts:email"), {"email": new})


def changed(client):
    """Mara's address is the new one; the letter to the old one."""
    ask(client)
    client.post(path_in(letters()[-1]))
    return next(letter for letter in letters() if letter.to == [EMAIL])


def test_address_changes_with_the_proof_and_not_before(here, mara):
    ask(here)
    mara.refresh_from_db()
    assert mara.email == EMAIL
    (asked,) = letters()
    assert asked.to == [NEW]
    here.post(path_in(asked))
    mara.refresh_from_db()
    assert mara.email == NEW
    assert list(EmailAddress.objects.filter(user=mara).values_list("email", flat=True)) == [NEW]


def test_both_addresses_are_told(here):
    to_old = changed(here)
    assert to_old.subject == "Your e-mail address was changed"
    assert "This is now your e-mail address" in [one.subject for one in letters()]


def test_who_did_not_prove_themselves_lately_does_so_first(here, settings):
    settings.STEP_UP_SECONDS = 0
    response = ask(here)
    assert response["Location"].startswith(reverse("accounts:step_up"))
    assert not letters()


def test_one_account_does_not_write_to_mailbox_after_mailbox(here):
    answers = [ask(here, f"stranger{each}@example.com").status_code for each in range(11)]
    assert answers == [302] * 10 + [429]
    assert len(letters()) == 1


def test_nobody_learns_whether_the_new_address_has_an_account(here):
    person("ben@example.com")
    free, taken = ask(here), ask(here, "ben@example.com")
    assert (free.status_code, free["Location"]) == (taken.status_code, taken["Location"])
    assert [one.subject for one in letters()] == ["You already have an account"]
    assert User.objects.get(email="ben@example.com")


@pytest.mark.parametrize("is_proven", [True, False])
def test_address_of_another_account_is_never_taken_over(here, mara, is_proven):
    ask(here, "ben@example.com")
    link = path_in(letters()[-1])
    person("ben@example.com", is_proven=is_proven)
    assert here.post(link).status_code == 302
    mara.refresh_from_db()
    assert mara.email == EMAIL
    assert EmailAddress.objects.filter(user=mara, verified=True).get().email == EMAIL


def test_link_to_the_old_address_puts_it_back_and_shuts_everyone_out(here, mara):
    undo = path_in(changed(here))
    owner = Client()
    assert EMAIL in owner.get(undo).content.decode()
    response = owner.post(undo)
    mara.refresh_from_db()
    assert mara.email == EMAIL
    assert not mara.has_usable_password()
    assert not is_signed_in(here)
    page = owner.get(response["Location"], follow=True)
    owner.post(page.request["PATH_INFO"], {"password1": "a-better-one-31"})
    sign_in(owner, password="a-better-one-31")
    assert is_signed_in(owner)


def test_link_takes_back_what_was_added_to_sign_in_with_since(here, mara):
    before = Authenticator.objects.create(user=mara, type="totp", data={})
    Authenticator.objects.filter(pk=before.pk).update(created_at=timezone.now() - timedelta(days=1))
    undo = path_in(changed(here))
    Authenticator.objects.create(user=mara, type="webauthn", data={})
    Client().post(undo)
    assert list(Authenticator.objects.filter(user=mara)) == [before]


def test_opening_the_link_alone_changes_nothing(here, mara):
    Client().get(path_in(changed(here)))
    mara.refresh_from_db()
    assert mara.email == NEW


def test_link_works_once(here, mara):
    undo = path_in(changed(here))
    Client().post(undo)
    again = Client().post(undo)
    assert again.status_code == 410
    assert "used already" in again.content.decode()


def changed_again(here):
    """A thief, in already, changes the address once more: their own way back from that."""
    ask(here, "thief@evil.example")
    here.post(path_in(letters()[-1]))
    return next(path_in(one) for one in letters() if one.to == [NEW] and "/undo/" in one.body)


def test_undoing_ends_the_links_of_a_thief_who_changed_it_twice(here, mara):
    to_owner = path_in(changed(here))
    to_thief = changed_again(here)
    Client().post(to_owner)
    assert Client().post(to_thief).status_code == 410
    mara.refresh_from_db()
    assert mara.email == EMAIL


def test_a_thief_who_takes_back_their_second_change_does_not_end_the_owners_link(here, mara):
    to_owner = path_in(changed(here))
    to_thief = changed_again(here)
    Client().post(to_thief)
    mara.refresh_from_db()
    assert mara.email == NEW
    assert Client().post(to_owner).status_code == 303
    mara.refresh_from_db()
    assert mara.email == EMAIL
    assert Client().post(to_thief).status_code == 410


@pytest.mark.parametrize("way", ["by hand", "by link"])
def test_a_new_password_ends_the_change_that_a_thief_asked_for(here, mara, way):
    ask(here, "thief@evil.example")
    link = path_in(letters()[-1])
    owner = Client()
    if way == "by hand":
        sign_in(owner)
        form = {"oldpassword": PASSWORD, "password1": "a-better-one-31"}
        owner.post(reverse("account_change_password"), form)
    else:
        mara.refresh_from_db()
        page = owner.get(reset_path(mara), follow=True).request["PATH_INFO"]
        owner.post(page, {"password1": "a-better-one-31"})
    Client().post(link)
    mara.refresh_from_db()
    assert mara.check_password("a-better-one-31")
    assert mara.email == EMAIL
    assert EmailAddress.objects.get(user=mara).email == EMAIL


def test_a_link_that_was_called_off_while_it_was_opened_changes_nothing(here, mara, rf):
    ask(here)
    looked_up = EmailAddress.objects.get(email=NEW)
    email_changes.forget_waiting(mara)
    assert not get_adapter().confirm_email(rf.post("/"), looked_up)
    mara.refresh_from_db()
    assert mara.email == EMAIL
    assert EmailAddress.objects.get(user=mara).email == EMAIL


def test_link_ends_after_a_week(here, mara, monkeypatch):
    undo = path_in(changed(here))
    later = signing.time.time() + 7 * 24 * 3600 + 1
    monkeypatch.setattr(signing.time, "time", lambda: later)
    assert email_changes.read(undo.rstrip("/").rpartition("/")[2]) is None


def test_address_that_somebody_else_proved_meanwhile_is_not_taken_from_them(here, mara):
    undo = path_in(changed(here))
    ben = person(EMAIL)
    response = Client().post(undo)
    assert response.status_code == 410
    mara.refresh_from_db()
    ben.refresh_from_db()
    assert (mara.email, ben.email) == (NEW, EMAIL)


def test_orders_of_an_address_come_with_its_proof_only(here, mara):
    order = placed_order((variant_in_stock(units=3), 1), email=NEW)
    ask(here)
    claiming.take_over(user_id=mara.pk)
    order.refresh_from_db()
    assert order.customer is None
    here.post(path_in(letters()[-1]))
    claiming.take_over(user_id=mara.pk)
    order.refresh_from_db()
    assert order.customer == mara


def on_the_list():
    rows = NewsletterSubscription.objects.filter(status="CONFIRMED")
    return list(rows.values_list("email", flat=True))


def test_news_follow_to_the_new_address_and_back(here, mara):
    subscriptions.choose(user=mara, is_wanted=True)
    undo = path_in(changed(here))
    assert on_the_list() == [NEW]
    Client().post(undo)
    assert on_the_list() == [EMAIL]
    mara.refresh_from_db()
    assert mara.has_marketing_consent
    subscriptions.choose(user=mara, is_wanted=False)
    assert on_the_list() == []


def test_no_news_go_where_the_new_mailbox_has_said_no(here, mara):
    subscriptions.choose(user=mara, is_wanted=True)
    said = NewsletterSubscription.objects.create(
        email=NEW,
        place="FOOTER",
        consent="Yes",
        status="UNSUBSCRIBED",
        asked_at=timezone.now(),
        unsubscribed_at=timezone.now(),
    )
    changed(here)
    mara.refresh_from_db()
    assert not mara.has_marketing_consent
    row = NewsletterSubscription.objects.get()
    assert (row.email, row.status) == (NEW, said.status)
