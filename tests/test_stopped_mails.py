"""Who has stopped a kind of mail gets none of it, and nothing is kept back for them."""

from datetime import date
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import Subscription
from catalog.wishes import subscriptions
from inventory import availability, stock
from orders.tests.factories import member, variant_in_stock
from payments import card_letters
from payments.tests.test_saved_cards import kept
from shop.accounts.models import NotificationPreference
from shop.accounts.preferences import links, preferences

pytestmark = pytest.mark.django_db

Kind, Channel = NotificationPreference.Kind, NotificationPreference.Channel


def stop(user, kind):
    preferences.choose(user_id=user.pk, wanted={(kind, Channel.EMAIL): False})


def wait(variant, user=None, *, email="", kind=Subscription.Kind.BACK_IN_STOCK):
    address = email or user.email
    subscriptions.subscribe(kind=kind, variant=variant, email=address, language="en", user=user)
    return Subscription.objects.get(email=address)


def status_of(row):
    row.refresh_from_db()
    return row.status


def test_a_unit_that_is_back_goes_to_the_next_who_wants_to_be_told():
    shirt, ada, ben = variant_in_stock(units=0), member(), member()
    first, second = wait(shirt, ada), wait(shirt, ben)
    stop(ada, Kind.BACK_IN_STOCK)
    stock.adjust(stock_id=shirt.stocks.get().pk, quantity_change=1, note="Sewn")
    assert subscriptions.mark_due(timezone.now()) == 1
    assert (status_of(first), status_of(second)) == ("ACTIVE", "DUE")
    assert availability.available([shirt.pk]) == {shirt.pk: 0}


def test_the_address_of_who_stopped_counts_also_where_they_were_not_signed_in():
    shirt, ada = variant_in_stock(), member()
    row = wait(shirt, email=ada.email.upper(), kind=Subscription.Kind.PRICE_DROP)
    stop(ada, Kind.PRICE_DROP)
    shirt.price -= 100
    shirt.save()
    assert subscriptions.mark_due(timezone.now()) == 0
    assert status_of(row) == "ACTIVE"
    stop(ada, Kind.BACK_IN_STOCK)
    preferences.choose(user_id=ada.pk, wanted={(Kind.PRICE_DROP, Channel.EMAIL): True})
    assert subscriptions.mark_due(timezone.now()) == 1


def test_asking_for_word_about_a_piece_means_to_be_told():
    shirt, ada = variant_in_stock(units=0), member()
    stop(ada, Kind.BACK_IN_STOCK)
    stop(ada, Kind.PRICE_DROP)
    wait(shirt, ada)
    assert preferences.wants(ada.pk, Kind.BACK_IN_STOCK)
    assert not preferences.wants(ada.pk, Kind.PRICE_DROP)


def test_the_mail_about_a_card_names_the_way_to_stop_its_kind():
    ada, ben = member(), member()
    kept(ada, month=1, year=2031)
    kept(ben, month=1, year=2031)
    stop(ben, Kind.CARD_EXPIRY)
    assert card_letters.remind(date(2030, 12, 1)) == 1
    (letter,) = mail.outbox
    assert letter.to == [ada.email]
    path = urlsplit(letter.extra_headers["List-Unsubscribe"].strip("<>")).path
    Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert not preferences.wants(ada.pk, Kind.CARD_EXPIRY)


def test_only_the_mailbox_of_the_account_is_led_from_a_piece_to_its_kind(client):
    shirt, ada = variant_in_stock(units=0), member()
    path = links.stop_path(ada.pk, Kind.BACK_IN_STOCK).encode()
    own, elsewhere = wait(shirt, ada), wait(shirt, ada, email="friend@example.com")
    urls = [reverse("catalog:subscription", args=[row.token]) for row in (own, elsewhere)]
    pages = [client.get(url) for url in urls]
    assert [path in page.content for page in pages] == [True, False]
