"""A copy of one's data, and the end of an account: pages, grace, jobs, crashes."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditLog, SecurityEvent
from catalog.models import Review
from catalog.tests.factories import ProductFactory
from orders.documents import invoices
from orders.models import Cart, Order, OrderAddress
from orders.placed import lifecycle
from orders.tests.factories import paid_order, placed_order
from payments.credit import accounts
from payments.models import CreditAccount
from payments.tests.credits import store_credit
from shop.accounts.factors import proof
from shop.accounts.models import (
    ConsentRecord,
    DataExport,
    ErasureRecord,
    ErasureRequest,
    Letter,
    NewsletterSubscription,
    User,
)
from shop.accounts.newsletter import subscriptions
from shop.accounts.privacy import copies, erasing, links, people, records, replaying, terms
from shop.models import new_id
from shop.operations.invariants import checking
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

PAGE = "accounts:privacy"


@pytest.fixture
def ada():
    user = User.objects.create_user("ada@example.com", first_name="Ada", last_name="Weber")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def fresh(client, ada, monkeypatch):
    """Signed in, and known to be herself."""
    client.force_login(ada)
    monkeypatch.setattr(proof, "is_fresh", lambda request: True)
    return client


def built(export):
    assert copies.build(export.pk)
    export.refresh_from_db()
    return export


def due(request):
    ErasureRequest.objects.filter(pk=request.pk).update(due_at=timezone.now() - timedelta(hours=1))
    return request


def canceled_order(user):
    """An order that is over, with its addresses."""
    order = placed_order(user=user)
    return lifecycle.cancel(order.pk, reason="changed my mind")


def test_the_copy_holds_json_by_table_and_the_invoices(ada):
    order = paid_order(user=ada)
    invoice = invoices.issue_invoice(order.pk)
    export = built(copies.ask(user_id=ada.pk))
    with zipfile.ZipFile(copies.path_of(export)) as made:
        names = made.namelist()
        told = json.loads(made.read("data/orders-order.json"))
    assert f"documents/{invoice.number}.pdf" in names
    assert told["rows"][0]["e-mail"] == "ada@example.com"
    assert "token" not in told["rows"][0]
    assert "data/accounts-user.json" in names


def test_the_copy_has_nothing_of_others(ada):
    other = User.objects.create_user("ben@example.com")
    paid_order(user=other)
    export = built(copies.ask(user_id=ada.pk))
    with zipfile.ZipFile(copies.path_of(export)) as made:
        assert "data/orders-order.json" not in made.namelist()


def test_a_second_copy_within_a_day_is_refused_and_one_under_way_is_the_same(ada):
    first = copies.ask(user_id=ada.pk)
    assert copies.ask(user_id=ada.pk) == first
    built(first)
    with pytest.raises(copies.AskedLately):
        copies.ask(user_id=ada.pk)
    assert DataExport.objects.count() == 1


def test_a_copy_that_staff_ordered_is_theirs_and_holds_nobody_up(fresh, ada):
    boss = User.objects.create_user("boss@example.com", is_staff=True)
    ordered = copies.ask(user_id=ada.pk, asked_by=boss.pk, reason="a letter")
    page = fresh.post("/account/privacy/copy/", follow=True).content.decode()
    assert "Please ask again in a few minutes" in page
    assert "Your copy is being prepared" not in page
    built(ordered)
    assert fresh.get(reverse("accounts:data_copy_file", args=[ordered.pk])).status_code == 404
    own = copies.ask(user_id=ada.pk)
    assert (own != ordered, own.asked_by) == (True, None)


def test_a_copy_that_is_being_built_while_its_owner_is_erased_is_not_left(ada, settings):
    export = copies.ask(user_id=ada.pk)
    asked, begun = erasing.ask(user_id=ada.pk, at_once=True), []

    def erase_once(execute, sql, params, many, context):
        if 'SET "done"' in sql and not begun:
            begun.append(erasing.erase(asked.pk))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(erase_once):
        assert not copies.build(export.pk)
    assert begun == [True]
    export.refresh_from_db()
    assert export.status == DataExport.Status.ENDED
    assert list(settings.PRIVACY_ROOT.iterdir()) == []


def test_a_build_that_died_is_taken_up_and_said_to_have_failed_in_the_end(ada):
    export = copies.ask(user_id=ada.pk)
    for _try in range(copies.MOST_TRIES):
        assert copies._claim(export.pk) is not None
        assert copies._claim(export.pk) is None
        DataExport.objects.filter(pk=export.pk).update(claimed_until=timezone.now())
    copies.take_up()
    export.refresh_from_db()
    assert export.status == DataExport.Status.FAILED


def test_the_file_is_for_its_owner_alone_and_ends_after_a_week(fresh, ada):
    export = built(copies.ask(user_id=ada.pk))
    url = reverse("accounts:data_copy_file", args=[export.pk])
    sent = b"".join(fresh.get(url).streaming_content)
    assert zipfile.is_zipfile(io.BytesIO(sent))
    assert SecurityEvent.objects.filter(kind="DATA_FETCHED", user=ada).count() == 1
    fresh.force_login(User.objects.create_user("ben@example.com"))
    assert fresh.get(url).status_code == 404
    fresh.force_login(ada)
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert fresh.get(url).status_code == 404
        copies.end_old()
    assert not copies.path_of(export).exists()


def test_who_has_not_proved_themselves_is_asked_first(client, ada):
    client.force_login(ada)
    for name in ("accounts:erase", "accounts:data_copy"):
        answer = client.post(reverse(name), {"word": ada.email})
        assert answer.status_code == 303
        assert "/security/confirm/" in answer["Location"]
    assert not ErasureRequest.objects.exists()
    assert not DataExport.objects.exists()


def test_the_end_is_typed_out_and_can_be_called_off(fresh, ada):
    url = reverse("accounts:erase")
    assert fresh.post(url, {"word": "yes"}).status_code == 422
    assert not ErasureRequest.objects.exists()
    assert fresh.post(url, {"word": "ADA@example.com"}).status_code == 303
    asked = ErasureRequest.objects.get()
    assert asked.due_at > timezone.now() + timedelta(days=13)
    assert fresh.get(reverse(PAGE)).context["erasure"] == asked
    assert fresh.post(reverse("accounts:erase_keep")).status_code == 303
    asked.refresh_from_db()
    assert asked.status == "CANCELED"
    assert not erasing.erase(asked.pk)


def test_nothing_happens_before_the_days_of_grace_are_over(ada):
    asked = erasing.ask(user_id=ada.pk)
    assert erasing.erase_due() == 0
    assert not erasing.erase(asked.pk)
    ada.refresh_from_db()
    assert ada.status == "ACTIVE"


def test_an_open_order_is_waited_for_and_named(ada):
    order = paid_order(user=ada)
    asked = due(erasing.ask(user_id=ada.pk))
    assert erasing.erase_due() == 0
    asked.refresh_from_db()
    assert asked.waits_for == [f"order {order.number}"]
    assert asked.due_at > timezone.now()
    ada.refresh_from_db()
    assert ada.first_name == "Ada"


def test_staff_are_not_erased(fresh, ada):
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    assert fresh.post(reverse("accounts:erase"), {"word": ada.email}).status_code == 422
    assert not ErasureRequest.objects.exists()


def test_an_erased_account_is_closed_and_its_orders_name_nobody(ada):
    order = canceled_order(ada)
    assert Cart.objects.filter(user=ada).exists()
    erasing.erase(due(erasing.ask(user_id=ada.pk)).pk)
    gone = User.all_objects.get(pk=ada.pk)
    order.refresh_from_db()
    assert (gone.status, gone.first_name) == ("DELETED", "")
    assert gone.email.endswith(people.ERASED_DOMAIN)
    assert order.email == gone.email
    assert set(OrderAddress.objects.values_list("line1", flat=True)) == {""}
    assert not Cart.objects.exists()
    assert not AuditLog.objects.filter(after__email="ada@example.com").exists()
    assert SecurityEvent.objects.filter(kind="ERASED").count() == 1


def test_killed_between_two_tables_it_goes_on(ada, monkeypatch):
    order = canceled_order(ada)
    asked = due(erasing.ask(user_id=ada.pk))
    half = erasing.all_parts()[:10]
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "all_parts", lambda: [*half, None])
        assert erasing.erase_due() == 0
    asked.refresh_from_db()
    assert asked.status == "ERASING"
    assert erasing.erase_due() == 1
    order.refresh_from_db()
    assert order.email.endswith(people.ERASED_DOMAIN)
    assert ErasureRecord.objects.count() == 1
    assert not erasing.erase(asked.pk)


def test_the_address_is_free_again_and_its_new_owner_untouched(ada):
    erasing.erase(due(erasing.ask(user_id=ada.pk)).pk)
    again = User.objects.create_user("ada@example.com")
    assert replaying.replay(_as_if_unknown(records.of_database())) == 0
    again.refresh_from_db()
    assert again.email == "ada@example.com"


def _as_if_unknown(erased):
    """A list whose erasures this database has not done."""
    return [replace(one, id=new_id()) for one in erased]


def test_guest_orders_of_an_address_that_was_never_confirmed_stay():
    order = placed_order(email="ben@example.com")
    lifecycle.cancel(order.pk, reason="changed my mind")
    liar = User.objects.create_user("ben@example.com")
    assert erasing.erase(due(erasing.ask(user_id=liar.pk)).pk)
    order.refresh_from_db()
    assert order.email == "ben@example.com"


def test_a_guest_erases_by_the_link_of_the_mailbox(client):
    order = placed_order(email="ben@example.com")
    lifecycle.cancel(order.pk, reason="changed my mind")
    url = reverse("privacy:guest_erase", args=[links.path_to("ben@example.com").split("/")[2]])
    assert client.post(url, {"word": "nobody@example.com"}).status_code == 422
    assert client.post(url, {"word": "ben@example.com"}).status_code == 303
    assert erasing.erase(due(ErasureRequest.objects.get()).pk)
    order.refresh_from_db()
    assert order.email.endswith(people.ERASED_DOMAIN)
    assert ErasureRequest.objects.get().emails == []


def test_a_link_that_was_changed_or_is_too_old_opens_nothing(client):
    url = links.path_to("ben@example.com")
    assert client.get(url).status_code == 200
    assert client.get(f"{url[:-3]}x/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert client.get(url).status_code == 404


def test_invoices_of_the_erased_wait_locked_until_their_term_is_over(ada):
    order = paid_order(user=ada)
    invoice = invoices.issue_invoice(order.pk)
    Order.objects.filter(pk=order.pk).update(email=f"x{people.ERASED_DOMAIN}")
    assert terms.erase_ended(terms.kept_until(invoice.issued_at) - timedelta(days=1)) == 0
    invoice.refresh_from_db()
    assert invoice.content
    assert terms.erase_ended(terms.kept_until(invoice.issued_at)) == 1
    invoice.refresh_from_db()
    assert invoice.content == {}


def test_a_list_of_hashes_names_nobody(ada, settings):
    erasing.erase(due(erasing.ask(user_id=ada.pk)).pk)
    text = settings.ERASURES_FILE.read_text()
    # Not "ada" alone, which are digits of a hash, too.
    assert not re.search(r"ada@|example|weber", text, re.IGNORECASE)
    assert str(ada.pk) not in text
    assert records.was_erased("ADA@example.com")
    assert not records.was_erased("ben@example.com")
    assert records.write_missing() == 0


def test_each_yes_and_no_is_kept_with_its_words(client, ada):
    subscriptions.choose(user=ada, is_wanted=True)
    client.force_login(ada)
    assert len(client.get(reverse(PAGE)).context["in_force"]) == 1
    answer = client.post(reverse("accounts:consent_withdraw"), {"purpose": "NEWSLETTER"})
    assert answer.status_code == 303
    said = list(ConsentRecord.objects.order_by("created_at", "pk").values_list("is_given", "place"))
    assert said == [(True, "ACCOUNT"), (False, "ACCOUNT")]
    assert ConsentRecord.objects.filter(is_given=True).get().words == str(subscriptions.CONSENT)
    assert client.get(reverse(PAGE)).context["in_force"] == []


def test_the_proof_of_a_consent_outlives_an_account_that_a_stranger_opened():
    stranger = User.objects.create_user("ben@example.com")
    subscriptions.ask(email="ben@example.com", place="PAGE", site_url="https://shop.example")
    subscriptions.confirm(NewsletterSubscription.objects.get().pk)
    assert erasing.erase(erasing.ask(user_id=stranger.pk, at_once=True).pk)
    proof_of_it = ConsentRecord.objects.get()
    assert (proof_of_it.email, proof_of_it.user) == ("ben@example.com", None)


def test_reviews_stay_without_a_name(ada):
    review = Review.objects.create(
        product=ProductFactory(), user=ada, display_name="Ada W.", rating=5, content="Lovely"
    )
    erasing.erase(due(erasing.ask(user_id=ada.pk)).pk)
    review.refresh_from_db()
    assert (review.display_name, review.content) == (people.ERASED_NAME, "Lovely")


def test_store_credit_ends_with_an_entry_and_every_sum_stays_true(ada):
    mine = store_credit(ada, 2000)
    as_guest = accounts.account_for(user_id=None, email="Ada@example.com", currency="EUR")
    accounts.adjust(account_id=as_guest.pk, amount=500, reason="Ada", key="1", actor_id=None)
    other = store_credit(User.objects.create_user("ben@example.com"), 700)
    assert erasing.erase(due(erasing.ask(user_id=ada.pk)).pk)
    balances = dict(CreditAccount.objects.values_list("pk", "balance"))
    assert balances == {mine.pk: 0, as_guest.pk: 0, other.pk: 700}
    ended = [entry.amount for entry in mine.entries.filter(kind="EXPIRED")]
    assert ended == [-2000]
    assert list(checking.violations()) == []


def test_nothing_left_is_forfeited_once(ada):
    account = store_credit(ada, 2000)
    assert [accounts.forfeit(account.pk) for _ in range(2)] == [2000, 0]
    assert account.entries.count() == 2


def test_one_mailbox_gets_no_more_links_than_other_letters():
    url, form = reverse("privacy:ask"), {"email": "ben@example.com"}
    clients = [Client(REMOTE_ADDR=f"203.0.113.{host}") for host in range(12)]
    answers = {client.post(url, form)["Location"] for client in clients}
    assert answers == {reverse("privacy:sent")}
    assert Letter.objects.count() == 10


@pytest.mark.parametrize("lookalike", ["\u212aim@example.com", "jo\u017fe@example.com"])
def test_a_lookalike_of_an_address_gets_no_link_to_the_data_of_another(client, lookalike):
    assert client.post(reverse("privacy:ask"), {"email": lookalike}).status_code == 422
    assert not Letter.objects.exists()


def test_staff_hasten_what_the_person_asked_for(ada):
    asked = erasing.ask(user_id=ada.pk)
    boss = User.objects.create_user("boss@example.com", is_staff=True)
    again = erasing.ask(
        user_id=ada.pk, source="STAFF", asked_by=boss.pk, reason="Letter of 3 May", at_once=True
    )
    assert (again.pk, again.reason, again.asked_by_id) == (asked.pk, "Letter of 3 May", boss.pk)
    assert erasing.erase_due() == 1


def test_calling_off_says_how_many_had_not_begun(ada):
    waits = erasing.ask(user_id=ada.pk)
    begun = erasing.ask(email="ben@example.com")
    ErasureRequest.objects.filter(pk=begun.pk).update(status="ERASING")
    url = reverse("admin:accounts_erasurerequest_changelist")
    form = {"action": "call_off", "_selected_action": [waits.pk, begun.pk]}
    answer = signed_in(staff()).post(url, form, follow=True)
    assert "1 erasure called off." in answer.content.decode()
    waits.refresh_from_db()
    begun.refresh_from_db()
    assert (waits.status, begun.status) == ("CANCELED", "ERASING")
