"""Nothing of an erased person is left: marks in all their columns are looked for everywhere."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as loaded
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django_redis import get_redis_connection
from procrastinate.contrib.django import app

from catalog.models import Media
from orders.models import Cart
from payments import evidence
from payments.models import DisputeEvidence, Payment
from shop.accounts.models import DataExport, ErasureRequest, User
from shop.accounts.privacy import copies, erasing, parts, terms
from shop.events import streams
from tests.markers import PATTERN, Planter, marks_in_database, past

EMAIL = "zqpxrsqz@mail.example"
DIGEST = "ab" * 32
#: What law keeps: exactly this is left, until its term is over.
KEPT_BY_LAW = {
    "orders_invoice.content",
    "payments_bankline.name",
    "payments_bankline.account",
    "payments_bankline.text",
    "payments_bankline.fingerprint",
}
#: Values that constraints want, where the rules of the generator would not do.
OVERRIDES = {
    "accounts.ConsentRecord": {"is_given": False},
    "accounts.DataExport": {"status": "ENDED"},
    "accounts.ErasureRequest": {"status": "CANCELED", "canceled_at": past(1)},
    "admin.LogEntry": {"object_id": lambda planter: str(planter.user.pk), "action_flag": 2},
    "audit.AuditLog": {
        "actor": lambda planter: planter.user.pk,
        "actor_type": "CUSTOMER",
        "values_digest": None,
    },
    "audit.SecurityEvent": {"values_digest": None},
    "sessions.Session": {"session_data": lambda planter: planter.session()},
    "catalog.ReviewVote": {"voter": lambda planter: str(planter.user.pk)},
    "catalog.Media": {"width": 10, "height": 10, "file": "uploads/zqpxrsqz.jpg"},
    "events.OutboxEvent": {
        "type": "order.told",
        "aggregate_id": lambda planter: str(planter.user.pk),
    },
    "inventory.Reservation": {"owner": lambda planter: f"user:{planter.user.pk}"},
    "orders.Order": {
        "status": "DELIVERED",
        "total": 0,
        "subtotal": 0,
        "currency": "EUR",
        "placed_at": past(9),
        "paid_at": past(8),
        "fulfilled_at": past(7),
        "shipped_at": past(6),
        "delivered_at": past(5),
    },
    "orders.Return": {"status": "SETTLED", "settled_at": past(1), "exchange_order": None},
    "payments.Payment": {"card_last4": "4242", "card_bin": "424242", "currency": "EUR"},
    "payments.Dispute": {"status": "WON", "closed_at": past(1), "taken": None},
    "payments.Refund": {
        "status": "SUCCEEDED",
        "succeeded_at": past(1),
        "goods": 1,
        "shipping": 0,
        "extra": 0,
    },
    "payments.BankLine": {"status": "OPEN", "payment": None, "used_amount": 0},
    "payments.Awaited": {"reference": "RF12ABC"},
    "payments.CreditEntry": {"card": None, "order": None, "kind": "ISSUED"},
    "payments.GiftCard": {"code_hash": DIGEST, "currency": "EUR", "last4": "1234"},
    "payments.SavedCard": {"last4": "4242", "brand": "visa", "expiry_year": 2030},
    "orders.Withdrawal": {"result": "RETURN"},
    "orders.Coupon": {"code": "TEN", "kind": "FREE_SHIPPING", "value": 0},
    "orders.SavedItem": {"token_digest": ""},
    "catalog.Wishlist": {"token_digest": ""},
    "account.EmailAddress": {"verified": False, "primary": False, "email": f"other-{EMAIL}"},
    "payments.SandboxCharge": {
        "idempotency_key": lambda planter: str(planter.row(Payment).pk),
    },
    "orders.IdempotencyKey": {
        "owner": lambda planter: str(planter.row(Cart).pk),
        "fingerprint": DIGEST,
    },
}


class Marked(Planter):
    """The whole of what a person can leave, in the database and beside it."""

    def session(self):
        store = SessionStore()
        return store.encode({"_auth_user_id": str(self.user.pk), "said": "zqgggzqz"})


@pytest.fixture
def planted(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    for name in ("EXCHANGE_ROOT", "PRIVACY_ROOT", "EMAIL_FILE_PATH"):
        setattr(settings, name, tmp_path / name.lower())
    settings.ERASURES_FILE = tmp_path / "erasures" / "erasures.jsonl"
    user = User.objects.create_user(EMAIL, first_name="zqgghhqz", last_name="zqggiiqz")
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    planter = Marked(user, EMAIL, OVERRIDES)
    planter.rows[User] = user
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        planter.plant_all()
        cursor.execute("SET session_replication_role = origin")
    return planter


@pytest.fixture
def scattered(planted):
    """Marks outside the tables of the register: files, Redis, the queue, letters."""
    files = {
        "of a dispute": evidence.path_of(planted.rows[DisputeEvidence]),
        "a copy": copies.path_of(planted.rows[DataExport]),
        "a letter": Path(loaded.EMAIL_FILE_PATH) / "20260101-1.log",
    }
    for path in files.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"To: {EMAIL}\n")
    media = planted.rows[Media]
    default_storage.save(media.file, ContentFile(b"zqggjjqz"))
    client = get_redis_connection("default")
    client.set(f"cart:{planted.user.pk}", "1")
    client.set("page", f"by zqgghhqz zqggiiqz, {EMAIL}")
    streams.publish()
    app.configure_task("accounts.send_letter").defer(letter_id=EMAIL)
    return files


def erase(planted):
    asked = ErasureRequest.objects.create(
        user=planted.user, source=ErasureRequest.Source.SELF, due_at=past(1)
    )
    # Orders and payments stand as they are said to: nothing is open.
    assert erasing.erase(asked.pk)
    return asked


def marks_in_files(folder):
    """Names of the files with a mark in their name or content."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in found if re.search(PATTERN.encode(), path.read_bytes())]


def marks_in_redis():
    client = get_redis_connection("default")
    found = []
    for key in client.scan_iter():
        kind = client.type(key)
        value = client.get(key) if kind == b"string" else b""
        if kind == b"stream":
            value = repr(client.xrange(key)).encode()
        elif kind == b"hash":
            value = repr(client.hgetall(key)).encode()
        if re.search(PATTERN.encode(), key + (value or b"")):
            found.append(key)
    return found


def test_every_table_and_column_has_a_word():
    assert parts.undecided() == []


def test_of_all_marks_only_those_that_law_keeps_are_left_and_none_after_its_term(
    planted, scattered, tmp_path, caplog
):
    with_marks = marks_in_database()
    assert len(with_marks) > 120, with_marks
    assert len(marks_in_files(tmp_path)) >= 4
    assert marks_in_redis()
    caplog.set_level("DEBUG")

    erase(planted)

    assert marks_in_database() == KEPT_BY_LAW
    assert marks_in_files(tmp_path) == []
    assert marks_in_redis() == []
    assert not re.search(PATTERN, caplog.text)
    assert terms.erase_ended(datetime(2040, 1, 1, tzinfo=UTC)) == 2
    assert marks_in_database() == set()
