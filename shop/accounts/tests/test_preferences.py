"""What people want to be told: chosen in the account, stopped by a mail's link, obeyed."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from shop.accounts.models import NewsletterSubscription, NotificationPreference, User
from shop.accounts.preferences import links, preferences

pytestmark = pytest.mark.django_db

Kind, Channel = NotificationPreference.Kind, NotificationPreference.Channel
PAGE = reverse("accounts:notifications")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def mara():
    return User.objects.create_user("mara@example.com")


@pytest.fixture
def her(mara):
    client = Client()
    client.force_login(mara)
    return client


def stop(user, kind=Kind.PRICE_DROP):
    preferences.choose(user_id=user.pk, wanted={(kind, Channel.EMAIL): False})


def test_one_save_keeps_every_choice_and_the_newsletter(her, mara):
    sent = {"back_in_stock-email": "on", "cart_reminder-email": "on", "news": "on"}
    assert her.post(PAGE, sent).status_code == 303
    wanted = {kind for kind in Kind if preferences.wants(mara.pk, kind)}
    assert wanted == {Kind.BACK_IN_STOCK, Kind.CART_REMINDER}
    assert NewsletterSubscription.objects.get().status == "CONFIRMED"
    her.post(PAGE, {})
    assert not any(preferences.wants(mara.pk, kind) for kind in Kind)
    assert NewsletterSubscription.objects.get().status == "UNSUBSCRIBED"


def test_who_chose_nothing_gets_what_they_asked_for_and_no_reminder_of_a_cart(mara):
    wanted = {kind for kind in Kind if preferences.wants(mara.pk, kind)}
    assert wanted == set(Kind) - {Kind.CART_REMINDER}
    assert not any(preferences.wants(mara.pk, kind, Channel.SMS) for kind in Kind)


def test_sms_can_be_chosen_only_where_the_shop_sends_them(her, mara, settings):
    assert b"SMS" not in her.get(PAGE).content
    her.post(PAGE, {"price_drop-sms": "on"})
    assert not preferences.wants(mara.pk, Kind.PRICE_DROP, Channel.SMS)
    settings.SMS_ENABLED = True
    assert b"SMS" in her.get(PAGE).content
    her.post(PAGE, {"price_drop-sms": "on"})
    assert preferences.wants(mara.pk, Kind.PRICE_DROP, Channel.SMS)


def test_a_mail_program_stops_one_kind_for_one_person_without_cookie_or_page(mara):
    other = User.objects.create_user("other@example.com")
    path = links.stop_path(mara.pk, Kind.PRICE_DROP)
    answer = Client(enforce_csrf_checks=True).post(path, ONE_CLICK)
    assert (answer.status_code, answer.content) == (204, b"")
    assert not preferences.wants(mara.pk, Kind.PRICE_DROP)
    assert preferences.wants(mara.pk, Kind.BACK_IN_STOCK)
    assert preferences.wants(other.pk, Kind.PRICE_DROP)


def test_opening_the_link_stops_nothing_and_its_button_does_and_can_be_taken_back(client, mara):
    path = links.stop_path(mara.pk, Kind.PRICE_DROP)
    assert b"Stop these mails?" in client.get(path).content
    assert preferences.wants(mara.pk, Kind.PRICE_DROP)
    assert b"These mails are stopped" in client.post(path, follow=True).content
    assert not preferences.wants(mara.pk, Kind.PRICE_DROP)
    client.post(path, {"again": "yes"})
    assert preferences.wants(mara.pk, Kind.PRICE_DROP)


def test_a_forged_link_and_one_of_nobody_stop_nothing(client, mara):
    token = links.stop_path(mara.pk, Kind.PRICE_DROP).split("/")[-2]
    for forged in (token[:-2] + "xx", "nonsense", token.replace(":", ".", 1)):
        assert client.post(reverse("accounts:stop", args=[forged])).status_code == 404
    gone = links.stop_path(uuid4(), Kind.PRICE_DROP)
    assert client.post(gone, ONE_CLICK).status_code == 404
    assert not NotificationPreference.objects.exists()


def test_senders_leave_out_who_stopped_by_account_or_by_address(mara):
    def wanted(kind):
        is_wanted = preferences.wanted_by(kind, user="pk", email="email")
        return set(User.objects.filter(is_wanted))

    other = User.objects.create_user("other@example.com")
    stop(mara)
    assert wanted(Kind.PRICE_DROP) == {other}
    assert wanted(Kind.BACK_IN_STOCK) == {mara, other}
    assert wanted(Kind.CART_REMINDER) == set()
    User.objects.filter(pk=other.pk).update(first_name="MARA@example.com")
    assert not User.objects.filter(
        preferences.wanted_by(Kind.PRICE_DROP, user="pk", email="first_name"), pk=other.pk
    )


def test_saving_what_is_already_so_writes_nothing(her):
    defaults = {f"{kind}-email".lower(): "on" for kind in preferences.SENT_UNASKED}
    her.post(PAGE, defaults)
    assert not NotificationPreference.objects.exists()
