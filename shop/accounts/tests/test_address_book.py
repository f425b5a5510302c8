"""The address book: what is kept, what comes first, and that it is one's own."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shop.accounts.address_book import book
from shop.accounts.address_book.errors import BookFull
from shop.accounts.models import Address, User

pytestmark = pytest.mark.django_db

BERLIN = {
    "country": "DE",
    "full_name": "Mara Lind",
    "line1": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
}
LIST = reverse("accounts:addresses")


@pytest.fixture
def mara():
    return User.objects.create_user("mara@example.com")


@pytest.fixture
def her(mara):
    client = Client()
    client.force_login(mara)
    return client


def kept(user, **fields):
    return book.add(user_id=user.pk, parts=BERLIN, **fields)


def test_the_first_address_of_a_type_comes_first_and_later_ones_only_when_asked(mara):
    first, second = kept(mara), kept(mara)
    assert (first.is_default, second.is_default) == (True, False)
    third = kept(mara, is_default=True)
    billing = kept(mara, type=Address.Type.BILLING)
    defaults = Address.objects.filter(user=mara, is_default=True)
    assert set(defaults) == {third, billing}


def test_a_new_address_is_kept_by_the_rules_of_its_country(her, mara):
    sent = {**BERLIN, "type": "BILLING", "label": " Home ", "phone": "030 901820"}
    refused = her.post(reverse("accounts:address_add"), sent | {"postal_code": "W1A 1AA"})
    assert refused.status_code == 422
    assert b"Check the Postcode" in refused.content
    assert not Address.objects.exists()
    assert her.post(reverse("accounts:address_add"), sent).status_code == 303
    address = Address.objects.get(user=mara)
    assert (address.type, address.label, str(address.phone)) == ("BILLING", "Home", "+4930901820")
    assert b"Torstra" in her.get(LIST).content


def test_choosing_another_country_draws_its_fields_and_writes_nothing(her):
    headers = {"HX-Request": "true", "HX-Target": "address"}
    sent = {**BERLIN, "country": "US", "type": "SHIPPING"}
    answer = her.post(reverse("accounts:address_add"), sent, headers=headers)
    assert b"ZIP code" in answer.content
    assert b"Torstra" in answer.content
    assert b"<html" not in answer.content
    assert not Address.objects.exists()


def test_what_nobody_asks_for_in_the_form_is_not_taken_from_it(her, mara):
    stranger = User.objects.create_user("other@example.com")
    sent = {**BERLIN, "type": "SHIPPING", "user": str(stranger.pk), "user_id": str(stranger.pk)}
    her.post(reverse("accounts:address_add"), sent)
    assert Address.objects.get().user == mara


def test_a_removed_address_can_be_brought_back_and_then_leaves_the_new_default_alone(her, mara):
    home = kept(mara)
    page = her.post(reverse("accounts:address_remove", args=[home.pk]), follow=True)
    undo = reverse("accounts:address_restore", args=[home.pk])
    assert undo.encode() in page.content
    assert not Address.objects.exists()
    other = kept(mara)
    her.post(undo)
    home.refresh_from_db()
    assert (home.deleted_at, home.is_default) == (None, False)
    assert Address.objects.get(is_default=True) == other


def test_a_full_book_takes_nothing_more(her, mara, monkeypatch):
    monkeypatch.setattr(book, "MOST", 2)
    gone = kept(mara)
    book.remove(user_id=mara.pk, address_id=gone.pk)
    kept(mara), kept(mara)
    answer = her.post(reverse("accounts:address_add"), {**BERLIN, "type": "SHIPPING"})
    assert answer.status_code == 422
    assert b"holds at most 2 addresses" in answer.content
    assert book.keep_once(user_id=mara.pk, parts={**BERLIN, "city": "Potsdam"}) is None
    with pytest.raises(BookFull):
        book.restore(user_id=mara.pk, address_id=gone.pk)
    assert Address.objects.count() == 2


def test_an_address_known_already_is_not_kept_twice(mara):
    parts = {**BERLIN, "phone": "+4930901820"}
    assert book.keep_once(user_id=mara.pk, parts=parts)
    assert book.keep_once(user_id=mara.pk, parts=parts) is None
    assert Address.objects.count() == 1


@pytest.mark.parametrize("act", ["edit", "default", "remove", "restore"])
@pytest.mark.parametrize("is_removed", [False, True])
def test_an_address_of_somebody_else_is_not_found_and_stays_as_it_is(her, act, is_removed):
    stranger = User.objects.create_user("other@example.com")
    theirs = kept(stranger, label="Theirs")
    second = kept(stranger)
    if is_removed:
        book.remove(user_id=stranger.pk, address_id=second.pk)
    before = list(Address.all_objects.order_by("pk").values())
    for address in (theirs, second):
        url = reverse(f"accounts:address_{act}", args=[address.pk])
        assert her.post(url, {**BERLIN, "type": "SHIPPING", "is_default": "on"}).status_code == 404
    assert list(Address.all_objects.order_by("pk").values()) == before
    assert b"Theirs" not in her.get(LIST, {"removed": str(second.pk)}).content


def test_the_list_costs_the_same_for_one_address_and_for_many(her, mara):
    kept(mara)
    her.get(LIST)
    with CaptureQueriesContext(connection) as one:
        her.get(LIST)
    for _each in range(5):
        kept(mara)
    with CaptureQueriesContext(connection) as many:
        assert her.get(LIST).content.count(b"p-address__actions") == 6
    assert len(many) == len(one)
