"""How long what is kept: a rule for each class of ``settings.RETENTION``, kept by one nightly job.

What other modules forget by themselves stands with these in ``docs/privacy.md``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from audit import recording
from audit.models import AuditLog, SecurityEvent
from audit.redacting import redact
from shop.accounts.models import ConsentRecord, ErasureRequest, User
from shop.accounts.privacy import copies, people
from shop.accounts.privacy.erasing import ask, begin, erase, redact_rows, unguarded, write
from shop.accounts.privacy.obstacles import obstacles
from shop.accounts.privacy.parts import BATCH, all_parts, part_of
from shop.accounts.privacy.people import Person
from shop.accounts.privacy.terms import erase_ended
from shop.conflicts import retried

logger = structlog.get_logger(__name__)

#: Batches of one rule in one night: the rest is for the next.
MOST_BATCHES = 200
REASON = "retention"
#: Accounts that are looked at together.
_ACCOUNTS = 20
_NOBODY = Person()


@dataclass(frozen=True)
class Rule:
    """Forgets a batch of what is older than the days that ``name`` has in the settings.

    ``forget`` takes that moment and returns how many it forgot; nothing is left when it is none.
    """

    name: str
    forget: Callable[[datetime], int]


_rules: dict[str, Rule] = {}


def register_rule(name: str, forget: Callable[[datetime], int]) -> None:
    """Add a rule. Raises KeyError for a class that the settings do not name."""
    settings.RETENTION[name]
    _rules[name] = Rule(name, forget)


def rules() -> list[Rule]:
    return list(_rules.values())


def enforce(now: datetime | None = None) -> dict[str, int]:
    """Forget what is old, rule by rule; returns how many of each. One that fails is logged."""
    moment = now or timezone.now()
    forgotten = {}
    for rule in rules():
        before = moment - timedelta(days=settings.RETENTION[rule.name])
        try:
            forgotten[rule.name] = _in_batches(rule, before)
        except Exception:
            logger.exception("a rule of retention failed", rule=rule.name)
    forgotten["legal_terms"] = erase_ended(moment)
    return forgotten


def declare() -> None:
    """Add the rules of accounts and logs; called once when Django is ready."""
    register_rule("unconfirmed_accounts", _unconfirmed_accounts)
    register_rule("data_exports", lambda before: copies.end_old())
    register_rule("consents", _consents)
    register_rule("security_events", _security_events)
    register_rule("audit_of_customers", _audit_of_customers)
    register_rule("mail_files", _mail_files)


def blank(rows: "models.QuerySet[models.Model]", *columns: str) -> int:
    """Erase ``columns`` of a batch of rows as an erasure would; returns how many rows.

    The audit log forgets what it says of these rows, too.
    """
    part = part_of(rows.model)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not keys or part is None:
        return 0
    values = {name: part.erased[name] for name in columns}
    with transaction.atomic(), unguarded(rows.model):
        write(models.QuerySet(rows.model).filter(pk__in=keys), values, _NOBODY)
        redact_rows(part.name, keys)
    return len(keys)


def _in_batches(rule: Rule, before: datetime) -> int:
    count = 0
    for _batch in range(MOST_BATCHES):
        done = rule.forget(before)
        count += done
        if not done:
            break
    return count


def _unconfirmed_accounts(before: datetime) -> int:
    """Accounts whose address nobody confirmed: erased, as they hold a stranger's address maybe.

    Those with something open stay, and are walked past: the others do not wait for them.
    """
    rows = _unconfirmed(before).order_by("pk").values_list("pk", flat=True)
    erased, keys = 0, list(rows[:_ACCOUNTS])
    while keys and erased < BATCH:
        begun = (_begun(key, before) for key in keys)
        erased += sum(erase(request_id) for request_id in begun if request_id)
        keys = list(rows.filter(pk__gt=keys[-1])[:_ACCOUNTS])
    return erased


def _unconfirmed(before: datetime) -> "models.QuerySet[User]":
    rows = User.objects.filter(created_at__lt=before, is_staff=False, last_login=None)
    confirmed = User.objects.filter(emailaddress__verified=True)
    waiting = ErasureRequest.objects.filter(status__in=ErasureRequest.OPEN, user__isnull=False)
    found: models.QuerySet[User] = rows.exclude(
        Q(pk__in=confirmed.values("pk")) | Q(pk__in=waiting.values("user"))
    )
    return found


@retried
def _begun(user_id: UUID, before: datetime) -> UUID | None:
    """Close an account that is unconfirmed still, with nothing in the way; else None.

    Confirming locks the account, too: it comes before this and is seen, or finds it closed.
    Nothing is left to wait, for the person could confirm the address meanwhile.
    """
    with recording.batch():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        is_meant = user is not None and _unconfirmed(before).filter(pk=user_id).exists()
        if not is_meant or obstacles(people.member(user)):
            return None
        request = ask(user_id=user_id, at_once=True)
        return request.pk if begin(request.pk) else None


def _consents(before: datetime) -> int:
    """Where a consent was given from; that it was given is proof for as long as it is used."""
    rows = ConsentRecord.objects.filter(created_at__lt=before).exclude(ip_address=None)
    return blank(rows, "ip_address")


def _security_events(before: datetime) -> int:
    """Addresses and devices of sign-ins; that they happened stays."""
    old = SecurityEvent.objects.filter(created_at__lt=before, redaction_id=None)
    return _redact(old)


def _audit_of_customers(before: datetime) -> int:
    """What the audit log says of people: their own acts, and all about rows of theirs."""
    names = [part.name for part in all_parts()]
    theirs = ~Q(actor_type__in=["STAFF", "SYSTEM"]) | Q(entity__in=names)
    old = AuditLog.objects.filter(theirs, created_at__lt=before, redaction_id=None)
    return _redact(old.exclude(action=AuditLog.Action.REDACT))


def _redact(rows: "models.QuerySet[AuditLog] | models.QuerySet[SecurityEvent]") -> int:
    keys = list(rows.order_by("created_at").values_list("pk", flat=True)[:BATCH])
    return redact(entries=rows.model.objects.filter(pk__in=keys), reason=REASON) if keys else 0


def _mail_files(before: datetime) -> int:
    """Letters that a developer's shop keeps in files."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = folder.glob("*.log") if folder.is_dir() else ()
    old = [file for file in files if file.stat().st_mtime < before.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
