"""Gift cards and store credit in the back office."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from audit.models import AuditLog
from orders.tests.factories import member
from payments.credit import accounts, cards
from payments.models import CreditAccount, CreditEntry, GiftCard
from payments.tests.credits import code_of, gift_card, store_credit
from shop.accounts.roles import Role
from shop.models import new_id
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db

ISSUE = "/admin/payments/giftcard/issue/"
GRANT = "/admin/payments/creditaccount/grant/"
#: A code by itself: the middle of an id may happen to have digits only.
CODE = re.compile(r"(?<![\w-])[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3}(?![\w-])")


@pytest.fixture
def manager():
    return signed_in(staff(Role.MANAGER))


def test_card_without_an_address_shows_its_code_once(manager):
    form = {"amount": "50", "reason": "For the wait", "key": new_id()}
    page = manager.post(ISSUE, form, follow=True).content.decode()
    code = CODE.search(page)[0]
    card = GiftCard.objects.get()
    assert cards.find(code).pk == card.pk
    entry = CreditEntry.objects.get()
    assert (entry.amount, entry.reason, entry.actor.email) == (
        5000,
        "For the wait",
        "manager@example.com",
    )
    again = manager.post(ISSUE, form, follow=True).content.decode()
    assert GiftCard.objects.count() == 1
    assert not CODE.search(again)


def test_new_card_can_be_printed_by_who_has_its_code(manager):
    form = {"amount": "50", "reason": "For the wait", "key": new_id()}
    page = manager.post(ISSUE, form)
    card = GiftCard.objects.get()
    asked = fields_of(page)
    assert cards.find(asked["code"]).pk == card.pk
    assert "no-store" in page["Cache-Control"]
    sheet = manager.post(reverse("admin:payments_giftcard_sheet", args=[card.pk]), asked)
    assert sheet["Content-Disposition"] == 'attachment; filename="gift-card.pdf"'
    assert "no-store" in sheet["Cache-Control"]
    assert sheet.content.startswith(b"%PDF-")


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA", "x" * 5000])
def test_card_is_not_printed_without_its_code(manager, code):
    card = gift_card(1000)
    code_of(card)
    sheet = reverse("admin:payments_giftcard_sheet", args=[card.pk])
    assert manager.post(sheet, {"code": code}).status_code == 403
    assert manager.post(sheet, {"code": code_of(gift_card(1000))}).status_code == 403


def test_codes_never_reach_the_audit_log(manager):
    code_of(gift_card(1000))
    card = GiftCard.objects.get()
    told = str(list(AuditLog.objects.values_list("before", "after")))
    assert card.code_hash not in told


def test_blocked_card_cannot_be_spent_and_is_freed_again(manager):
    card = gift_card(1000)
    url = reverse("admin:payments_giftcard_block", args=[card.pk])
    assert "Nobody can spend it" in manager.get(url).content.decode()
    manager.post(url)
    assert GiftCard.objects.get().status == "BLOCKED"
    manager.post(url)
    assert GiftCard.objects.get().status == "ACTIVE"


def test_credit_is_given_to_an_address_and_taken_with_a_reason(manager):
    user = member()
    form = {"email": user.email, "amount": "20", "reason": "Sorry", "key": new_id()}
    for _twice in range(2):
        manager.post(GRANT, form)
    account = CreditAccount.objects.get()
    assert (account.user_id, account.balance) == (user.pk, 2000)
    url = reverse("admin:payments_creditaccount_adjust", args=[account.pk])
    take = {"direction": "TAKE", "amount": "25", "reason": "Mistake", "key": new_id()}
    assert manager.post(url, take).status_code == 422
    manager.post(url, {**take, "amount": "5"})
    assert accounts.balance_of(user.pk, "EUR") == 1500


@pytest.mark.parametrize("page", [ISSUE, GRANT])
def test_who_packs_parcels_makes_no_money(page):
    client = signed_in(staff(Role.EMPLOYEE))
    assert client.get(page).status_code == 403
    assert client.post(page, {"amount": "50", "reason": "x", "key": new_id()}).status_code == 403
    assert not CreditEntry.objects.exists()


def test_pages_show_ledgers_with_a_bounded_number_of_statements(
    manager, django_assert_max_num_queries
):
    card = gift_card(1000)
    account = store_credit(member(), 500)
    for row in (card, account):
        name = f"admin:payments_{row._meta.model_name}"
        with django_assert_max_num_queries(25):
            page = manager.get(reverse(f"{name}_change", args=[row.pk])).content.decode()
        assert "Issued" in page or "Adjusted" in page
        assert manager.get(reverse(f"{name}_history", args=[row.pk])).status_code == 200


def test_file_of_what_is_outstanding_names_no_code(manager):
    card = gift_card(1000)
    code = code_of(card)
    store_credit(member(), 500)
    response = manager.get("/admin/payments/giftcard/liability/")
    text = b"".join(response.streaming_content).decode()
    assert "1000" in text
    assert "500" in text
    assert code not in text


def test_member_sees_their_credit_and_nobody_elses(client):
    user = member()
    store_credit(user, 1234)
    store_credit(member(), 9999)
    assert client.get("/account/credit/").status_code == 302
    client.force_login(user)
    page = client.get("/account/credit/").content.decode()
    assert "€12.34" in page
    assert "€99.99" not in page
    assert not mail.outbox
