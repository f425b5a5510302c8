"""What the account itself, sessions, the audit log and the queue hold of people."""

from collections.abc import Collection
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Q

from audit.models import AuditLog, SecurityEvent
from audit.redacting import redact
from shop.accounts.models import (
    Address,
    ConsentRecord,
    DataExport,
    DeviceSession,
    ErasureRequest,
    Letter,
    NewsletterSubscription,
    NotificationPreference,
    User,
)
from shop.accounts.privacy import copies
from shop.accounts.privacy.parts import BATCH, Part, impersonal, register
from shop.accounts.privacy.people import NOTHING, Person
from shop.events.models import OutboxEvent
from shop.page_cache.sessions import SessionStore

#: Why values of the logs are gone, as their own entry says.
REASON = "erasure"


def declare() -> None:
    """Fill the register; called once when Django is ready."""
    register(
        Part(Session, sessions_of, is_deleted=True, is_told=False),
        Part(
            DeviceSession,
            lambda person: person.is_user(),
            is_deleted=True,
            secret=("session_key",),
        ),
        Part(Letter, lambda person: person.is_user(), is_deleted=True, is_told=False),
        Part(
            Authenticator,
            lambda person: person.is_user(),
            is_deleted=True,
            secret=("data",),
        ),
        Part(
            Address,
            lambda person: person.is_user(),
            is_deleted=True,
        ),
        Part(
            NotificationPreference,
            lambda person: person.is_user(),
            is_deleted=True,
        ),
        Part(
            NewsletterSubscription,
            lambda person: person.writes(),
            is_deleted=True,
            addresses=("email",),
        ),
        Part(
            ConsentRecord,
            lambda person: person.owns(),
            erased={"email": alias, "ip_address": None},
            # The words are ours, and so is the name of the page they stood on.
            kept=("words", "place"),
            addresses=("email",),
        ),
        Part(
            DataExport,
            lambda person: person.owns(),
            erased={"email": alias, "reason": "", "status": DataExport.Status.ENDED},
            addresses=("email",),
            # Once the row says so: one that is being built is not put there any more.
            changed=copies.remove_files,
            is_told=False,
        ),
        Part(
            ErasureRequest,
            requests_of,
            # The addresses are needed to the end; what is last blanks them.
            erased={"reason": "", "waits_for": []},
            kept=("emails",),
            is_told=False,
        ),
        Part(
            LogEntry,
            lambda person: Q(object_id=str(person.user_id)) if person.user_id else NOTHING,
            erased={"object_repr": "", "change_message": ""},
            kept=("object_id",),
            is_told=False,
        ),
        Part(
            OutboxEvent,
            _events_of,
            erased={"payload": {}, "failure": ""},
            kept=(
                "type",
                "aggregate",
                "aggregate_id",
                "partition_key",
                "delivered_to",
                "request_id",
            ),
            is_told=False,
        ),
        Part(
            SecurityEvent,
            lambda person: person.is_user(),
            kept=("request_id", "values_digest"),
            secret=("values_digest", "salt"),
            erase=_redact_events,
        ),
        Part(
            AuditLog,
            _entries_of,
            kept=("entity", "entity_id", "request_id", "values_digest"),
            secret=("values_digest", "salt"),
            erase=_redact_entries,
        ),
        Part(
            EmailConfirmation,
            lambda person: person.is_user("email_address__user"),
            is_deleted=True,
            is_told=False,
        ),
        Part(EmailAddress, lambda person: person.is_user(), is_deleted=True),
        Part(
            User,
            lambda person: person.is_user("pk"),
            erased={
                "email": alias,
                "username": _former_name,
                "password": "!",
                "first_name": "",
                "last_name": "",
                "phone": "",
                "language": "",
                "has_marketing_consent": False,
                "marketing_consent_at": None,
                "last_login": None,
            },
            secret=("password",),
        ),
    )
    impersonal(
        "rights, which end with the account",
        "accounts.User_groups",
        "accounts.User_user_permissions",
        "auth.Group",
        "auth.Group_permissions",
        "auth.Permission",
        "contenttypes.ContentType",
    )
    impersonal("hashes, by which an erasure is repeated", "accounts.ErasureRecord")
    impersonal("digests, for minutes", "accounts.Tries")
    impersonal(
        "digests of the logs, and where old months lie", "audit.AuditArchive", "audit.AuditSeal"
    )


def alias(person: Person) -> str:
    """What stands in place of an address."""
    return person.alias


def _former_name(person: Person) -> str:
    return f"former-{person.alias.partition('@')[0]}"


def sessions_of(person: Person) -> Q:
    """Sessions in which the person is signed in, those no list knows of too: all are read."""
    if person.user_id is None:
        return NOTHING
    store, wanted = SessionStore(), str(person.user_id)
    rows = Session.objects.values_list("session_key", "session_data").iterator(BATCH)
    found = [key for key, data in rows if store.decode(data).get("_auth_user_id") == wanted]
    return Q(pk__in=found)


def requests_of(person: Person) -> Q:
    """What the person asked for before."""
    if person.user_id:
        return Q(user=person.user_id)
    return Q(user=None, emails__overlap=sorted(person.emails)) if person.emails else NOTHING


def _events_of(person: Person) -> Q:
    """Events of the account; those of orders and the like name rows only."""
    return Q(aggregate_id=str(person.user_id)) if person.user_id else NOTHING


def _entries_of(person: Person) -> Q:
    """What the person did as a customer; what staff did at work stays the shop's record."""
    if person.user_id is None:
        return NOTHING
    return Q(actor=person.user_id) & ~Q(actor_type=AuditLog.ActorType.STAFF)


def _redact_entries(person: Person, keys: Collection[Any]) -> tuple[()]:
    redact(entries=AuditLog.objects.filter(pk__in=keys), reason=REASON)
    return ()


def _redact_events(person: Person, keys: Collection[Any]) -> tuple[()]:
    redact(entries=SecurityEvent.objects.filter(pk__in=keys), reason=REASON)
    return ()
