"""What payments hold of people."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.db.models import CharField, Q
from django.db.models.functions import Cast

from audit import recording
from orders.privacy import of_orders, orders_of
from payments import evidence, saved_cards
from payments.credit import accounts
from payments.models import (
    Awaited,
    BankLine,
    BankStatement,
    Capture,
    CreditAccount,
    CreditEntry,
    Dispute,
    DisputeEvidence,
    GiftCard,
    Payment,
    PaymentTransaction,
    ProviderCustomer,
    ProviderNotice,
    ReconciliationFinding,
    Refund,
    RefundPart,
    SandboxCharge,
    SandboxNotice,
    SavedCard,
    Settlement,
)
from shop.accounts.models import User
from shop.accounts.privacy.erasing import redact_rows
from shop.accounts.privacy.obstacles import Obstacle, register_obstacle
from shop.accounts.privacy.own import alias
from shop.accounts.privacy.parts import BATCH, Part, impersonal, register
from shop.accounts.privacy.people import Person
from shop.accounts.privacy.retention import blank, register_rule

#: The provider may still ask for what was said when these began.
_UNDER_WAY = (Payment.Status.INITIATED, Payment.Status.AUTHORIZED, Payment.Status.DISPUTED)
#: Another value for each row, where the database wants them to differ.
_OWN_KEY = Cast("pk", CharField())


def of_payments(person: Person) -> Q:
    """Rows that hang on the payments of the person's orders."""
    return Q(payment__order__in=orders_of(person).values("pk"))


def declare() -> None:
    """Fill the register; called once when Django is ready."""
    register(
        Part(SavedCard, lambda person: person.is_user(), erase=_forget_cards, secret=("token",)),
        Part(
            ProviderCustomer,
            lambda person: person.is_user(),
            is_deleted=True,
            secret=("token",),
        ),
        Part(
            Settlement,
            of_payments,
            kept=("reference", "names_payment", "payout_reference", "currency"),
            is_told=False,
        ),
        Part(
            DisputeEvidence,
            lambda person: Q(dispute__payment__order__in=orders_of(person).values("pk")),
            erased={"name": "", "checksum": _OWN_KEY},
            kept=("mime_type",),
            remove_files=_remove_evidence,
        ),
        Part(
            Dispute,
            of_payments,
            erased={"provider_reason": "", "evidence_text": "", "note": ""},
            kept=("provider_reference", "currency", "payment_was"),
        ),
        Part(
            ProviderNotice,
            of_payments,
            erased={"dispute": None, "card": None, "payload": {}, "code": ""},
            kept=("event_id", "key", "reference", "currency"),
            is_told=False,
        ),
        Part(
            ReconciliationFinding,
            of_payments,
            erased={"note": "", "ours": "", "theirs": ""},
            kept=("reference",),
            is_told=False,
        ),
        Part(
            PaymentTransaction,
            of_payments,
            kept=("provider_reference", "code"),
        ),
        Part(Capture, of_payments, kept=("provider_reference", "failure_code"), is_told=False),
        Part(
            RefundPart,
            lambda person: Q(refund__order__in=orders_of(person).values("pk")),
            kept=("provider_reference",),
            is_told=False,
        ),
        Part(Refund, of_orders, erased={"note": ""}, kept=("currency", "failure_code")),
        Part(
            SandboxNotice,
            lambda person: Q(charge__in=_charges_of(person)),
            is_deleted=True,
            is_told=False,
        ),
        Part(
            SandboxCharge,
            lambda person: Q(pk__in=_charges_of(person)),
            erased={"method_token": ""},
            kept=("idempotency_key", "currency", "status", "code"),
            is_told=False,
        ),
        Part(
            BankLine,
            of_orders,
            # What the bank said is part of the books.
            locked={"name": "", "account": "", "text": "", "fingerprint": _OWN_KEY},
            term="created_at",
            kept=("currency",),
        ),
        Part(Awaited, of_orders, kept=("reference",)),
        Part(
            GiftCard,
            lambda person: (
                Q(order_item__order__in=orders_of(person).values("pk"))
                | person.writes("recipient_email")
            ),
            erased={
                "sender_name": "",
                "recipient_name": "",
                "recipient_email": "",
                "message": "",
                "language": "",
            },
            kept=("code_hash", "last4", "currency"),
            secret=("code_hash",),
        ),
        Part(
            CreditEntry,
            lambda person: of_orders(person) | Q(account__in=_accounts_of(person)),
            erased={"reason": ""},
            kept=("currency", "key"),
            secret=("key",),
        ),
        Part(
            CreditAccount,
            lambda person: person.owns(),
            before=_forfeit,
            erased={"email": alias},
            kept=("currency",),
            addresses=("email",),
        ),
        Part(
            Payment,
            of_orders,
            erased={
                "method_token": "",
                "customer_token": "",
                "card_brand": "",
                "card_last4": "",
                "card_bin": "",
                "challenge_url": "",
                "ip_address": None,
                "risk_flags": [],
                "failure_reason": "",
                "raw": {},
            },
            kept=("provider_reference", "currency", "channel", "failure_code"),
            secret=("method_token", "customer_token"),
        ),
    )
    impersonal("goes once the provider has forgotten the card", "payments.CardRemoval")
    impersonal("amounts by line", "payments.RefundLine")
    impersonal("keys and amounts", "payments.SandboxCapture", "payments.SandboxRefund")
    impersonal(
        "a file of the bank until it is read, then empty; old ones go by retention",
        "payments.BankStatement",
    )
    register_obstacle(open_money)
    register_rule("payment_traces", _forget_traces)
    register_rule("notices", _forget_notices)
    register_rule("bank_files", _forget_bank_files)


def open_money(person: Person) -> Iterator[Obstacle]:
    """Disputes that no bank has decided, and refunds that have not arrived."""
    disputes = Dispute.objects.filter(of_payments(person), status__in=Dispute.UNDECIDED)
    for dispute in disputes.select_related("payment__order"):
        yield Obstacle("dispute", dispute.payment.order.number, str(dispute.get_status_display()))
    refunds = Refund.objects.filter(of_orders(person), status=Refund.Status.REQUESTED)
    for refund in refunds.select_related("order"):
        yield Obstacle("refund", refund.order.number, str(refund.get_status_display()))


def _accounts_of(person: Person) -> "models.QuerySet[CreditAccount]":
    return CreditAccount._base_manager.filter(person.owns())


def _forfeit(keys: Collection[UUID]) -> None:
    """Nobody can spend it any more, so the shop owes it to nobody."""
    for key in sorted(keys):
        accounts.forfeit(key)


def _charges_of(person: Person) -> list[UUID]:
    """What the sandbox remembers of the person's payments: it knows them by their keys."""
    keys = Payment.objects.filter(of_orders(person)).values_list("pk", flat=True)
    charges = SandboxCharge.objects.filter(idempotency_key__in=[str(key) for key in keys])
    return list(charges.values_list("pk", flat=True))


def _forget_cards(person: Person, keys: Collection[UUID]) -> tuple[()]:
    if person.user_id and User.all_objects.filter(pk=person.user_id).exists():
        saved_cards.forget_all(person.user_id)
    return ()


def _remove_evidence(rows: Sequence[DisputeEvidence]) -> None:
    for row in rows:
        evidence.path_of(row).unlink(missing_ok=True)


def _forget_traces(before: datetime) -> int:
    """What says from where and how was paid, once nobody disputes it any more."""
    old = Payment.objects.filter(created_at__lt=before).exclude(status__in=_UNDER_WAY)
    rows = old.exclude(ip_address=None, card_bin="", raw={}, risk_flags=[], failure_reason="")
    return blank(rows, "ip_address", "card_bin", "raw", "risk_flags", "failure_reason")


def _forget_notices(before: datetime) -> int:
    """What providers told of payments, that nobody could make sense of; others go before."""
    rows = ProviderNotice.objects.filter(created_at__lt=before).exclude(payload={})
    return blank(rows, "payload")


def _forget_bank_files(before: datetime) -> int:
    """Files of the bank that nobody booked."""
    unread = BankStatement.objects.filter(created_at__lt=before).exclude(rows=[])
    with transaction.atomic():
        with recording.batch():
            keys = list(unread.order_by("pk").values_list("pk", flat=True)[:BATCH])
            BankStatement.objects.filter(pk__in=keys).update(rows=[])
        redact_rows(BankStatement._meta.label_lower, keys)
    return len(keys)
