"""Erasing a person: asked for, called off within the days of grace, and then done by a job.

The job goes part by part, each batch of rows in a transaction of its own with the entries of the
audit log about them. What is done stays done: killed between two lines it is taken up again, and
finds only what is left. What law keeps stays locked until :mod:`shop.accounts.privacy.terms`.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pgtrigger
import structlog
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from audit import recording, security
from audit.models import AuditLog, SecurityEvent
from audit.redacting import redact
from shop.accounts import security_letters
from shop.accounts.models import ErasureRecord, ErasureRequest, User
from shop.accounts.privacy import own, people, records, traces
from shop.accounts.privacy.obstacles import obstacles
from shop.accounts.privacy.parts import BATCH, Part, all_parts
from shop.accounts.privacy.people import Person
from shop.conflicts import retried
from shop.models import Shown, Versioned, column_values

logger = structlog.get_logger(__name__)

Status = ErasureRequest.Status
Source = ErasureRequest.Source
Kind = SecurityEvent.Kind
#: Who is in the way of an erasure is looked at again after so many hours.
LOOK_AGAIN_HOURS = 6


class NotCancelable(Exception):
    """It has begun, or is over."""


@retried
def ask(
    *,
    user_id: UUID | None = None,
    email: str = "",
    source: Source = Source.SELF,
    asked_by: UUID | None = None,
    reason: str = "",
    at_once: bool = False,
) -> ErasureRequest:
    """Note that an account, or the owner of a mailbox without one, is to be erased.

    Asked again it is the same request. It is due after the days of grace, or with ``at_once`` now,
    also if it was asked for before. Locks the account, or what stands for it.
    """
    emails = [email.strip().lower()] if email else []
    with recording.batch():
        user = User.objects.select_for_update().get(pk=user_id) if user_id else None
        if user is None:
            _lock_mailbox(emails[0])
        open_ones = ErasureRequest.objects.filter(status__in=ErasureRequest.OPEN)
        mine = Q(user=user) if user else Q(user=None, emails=emails)
        known: ErasureRequest | None = open_ones.filter(mine).first()
        if known is not None:
            return _hastened(known, asked_by, reason) if at_once else known
        grace = timedelta(days=0 if at_once else settings.ERASURE_GRACE_DAYS)
        made: ErasureRequest = ErasureRequest.objects.create(
            user=user,
            emails=emails,
            source=source,
            asked_by_id=asked_by,
            reason=reason,
            due_at=timezone.now() + grace,
        )
        security.note(Kind.ERASURE_ASKED, user_id=user_id, payload={"request": str(made.pk)})
        if user is not None and not at_once:
            context = {"path": reverse("accounts:privacy")}
            security_letters.tell(user=user, kind="erasure_asked", context=context)
    return made


def _lock_mailbox(email: str) -> None:
    """Asked for twice at once it is one request, so that calling it off leaves none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 8))", [email])


def _hastened(known: ErasureRequest, asked_by: UUID | None, reason: str) -> ErasureRequest:
    """An erasure that was asked for already, due now because staff were asked for it, too."""
    if known.is_cancelable and known.due_at > timezone.now():
        known.due_at, known.asked_by_id, known.reason = timezone.now(), asked_by, reason
        known.save(update_fields=["due_at", "asked_by", "reason"])
    return known


@retried
def cancel(request_id: UUID) -> ErasureRequest:
    """Call it off. Raises :class:`NotCancelable` once it has begun; twice is like once."""
    with recording.batch():
        found: ErasureRequest = ErasureRequest.objects.select_for_update().get(pk=request_id)
        if found.status == Status.CANCELED:
            return found
        if not found.is_cancelable:
            raise NotCancelable
        found.status, found.canceled_at, found.waits_for = Status.CANCELED, timezone.now(), []
        found.save(update_fields=["status", "canceled_at", "waits_for"])
        security.note(
            Kind.ERASURE_CANCELED, user_id=found.user_id, payload={"request": str(found.pk)}
        )
    return found


def erase_due(*, most: int = 50) -> int:
    """Erase who is due; returns how many are gone. One that fails is logged and tried again."""
    due = ErasureRequest.objects.filter(status__in=ErasureRequest.OPEN, due_at__lte=timezone.now())
    erased = 0
    for request_id in list(due.order_by("due_at").values_list("pk", flat=True)[:most]):
        try:
            erased += erase(request_id)
        except Exception:
            logger.exception("an erasure failed", request=str(request_id))
    return erased


def erase(request_id: UUID) -> bool:
    """Erase whom a due request is about, or go on with it; False while something is in the way."""
    found = begin(request_id)
    if found is None:
        return False
    person = person_of(found)
    traces.remove(person)
    rows = {part.name: erase_part(part, person) for part in all_parts()}
    traces.redact_mentions(person)
    traces.redact_archives(person)
    _finish(found.pk, person, rows)
    return True


def person_of(request: ErasureRequest) -> Person:
    """Whom an erasure that has begun is about."""
    return Person(request.user_id, frozenset(request.emails), people.alias_of(request))


def erase_part(part: Part, person: Person) -> int:
    """Erase the person's rows of one table, in batches; returns how many there were."""
    count, last = 0, None
    while True:
        rows = part.rows(person)
        if last is not None:
            rows = rows.filter(pk__gt=last)
        keys = list(rows.values_list("pk", flat=True)[:BATCH])
        if not keys:
            return count
        _erase_rows(part, person, keys)
        count, last = count + len(keys), keys[-1]


def _erase_rows(part: Part, person: Person, keys: Collection[Any]) -> None:
    """Rows, what caches show of them, and what the audit log says of them; nothing is announced."""
    rows: models.QuerySet[Any] = models.QuerySet(part.model).filter(pk__in=keys)
    found = list(rows) if part.remove_files or part.changed else []
    if part.remove_files:
        part.remove_files(found)
    with transaction.atomic():
        if part.before:
            part.before(keys)
        touched: Iterable[models.Model] = ()
        if part.erase:
            touched = part.erase(person, keys)
        else:
            end_cached(part, rows)
            with unguarded(part.model):
                if part.is_deleted:
                    rows._raw_delete(rows.db)
                else:
                    write(rows, part.erased, person)
        if part.changed:
            part.changed(found)
        redact_rows(part.name, keys)
        for row in touched:
            redact_rows(row._meta.label_lower, [row.pk])


def write(rows: "models.QuerySet[Any]", values: Any, person: Person) -> None:
    """Set columns; a row that people edit gets a new version, so that no stale form brings back."""
    worked_out = {
        name: value(person) if callable(value) else value for name, value in values.items()
    }
    if worked_out and issubclass(rows.model, Versioned):
        worked_out["version"] = F("version") + 1
    if worked_out:
        rows.update(**worked_out)


def end_cached(part: Part, rows: "models.QuerySet[Any]") -> None:
    """End what caches hold of the rows."""
    if issubclass(part.model, Shown):
        part.model.end_cached(column_values(row) for row in rows)


def unguarded(model: type[models.Model]) -> Any:
    """Let the triggers of ``model`` rest in this transaction: a ledger refuses all changes."""
    names = [f"{model._meta.label}:{it.name}" for it in getattr(model._meta, "triggers", ())]
    # Without names all would rest; a name that stands for nothing stands for none.
    return pgtrigger.ignore(*(names or [_ANY_TRIGGER]))


_ANY_TRIGGER = "accounts.ErasureRecord:append_only"


def redact_rows(entity: str, keys: Collection[Any]) -> None:
    """Take from the audit log what it says of these rows."""
    about = AuditLog.objects.filter(entity=entity, entity_id__in=[str(key) for key in keys])
    redact(entries=about.exclude(action=AuditLog.Action.REDACT), reason=own.REASON)


@retried
def begin(request_id: UUID) -> ErasureRequest | None:
    """Lock the request and close the account; None while it may not begin, or is over.

    From then on :func:`erase` goes on with it, whenever that is.
    """
    with recording.batch():
        found: ErasureRequest = ErasureRequest.objects.select_for_update().get(pk=request_id)
        if found.status == Status.ERASING:
            return found
        if found.status != Status.ASKED or found.due_at > timezone.now():
            return None
        user = _locked_account(found.user_id)
        person = people.member(user) if user else people.guest(found.emails[0])
        # Who was erased before the backup was restored is gone already.
        in_the_way = [] if found.source == Source.REPLAY else obstacles(person)
        if in_the_way:
            found.waits_for = [str(one)[:100] for one in in_the_way]
            found.due_at = timezone.now() + timedelta(hours=LOOK_AGAIN_HOURS)
            found.save(update_fields=["waits_for", "due_at"])
            return None
        if user is not None:
            _say_farewell(user, found)
            user.status, user.deleted_at = User.Status.DELETED, timezone.now()
            user.save(update_fields=["status", "deleted_at"])
        found.status, found.waits_for = Status.ERASING, []
        found.save(update_fields=["status", "waits_for"])
        _set_addresses(ErasureRequest.objects.filter(pk=found.pk), sorted(person.emails))
        found.refresh_from_db()
    return found


def _locked_account(user_id: UUID | None) -> User | None:
    rows = User.all_objects.select_for_update()
    found: User | None = rows.filter(pk=user_id).first() if user_id else None
    return found


def _set_addresses(requests: "models.QuerySet[ErasureRequest]", emails: list[str]) -> None:
    # Not announced: the audit log would keep them.
    models.QuerySet(ErasureRequest).filter(pk__in=requests.values("pk")).update(emails=emails)


def _say_farewell(user: User, request: ErasureRequest) -> None:
    # After a restore they have had it already.
    if request.source != Source.REPLAY:
        security_letters.tell(user=user, kind="erased", context={})


@retried
def _finish(request_id: UUID, person: Person, rows: dict[str, int]) -> None:
    """Write down that it is done, without saying who it was."""
    with recording.batch():
        found = ErasureRequest.objects.select_for_update().get(pk=request_id)
        record = ErasureRecord.objects.filter(request=found).first()
        if record is None:
            record = ErasureRecord.objects.create(
                request=found,
                person_hash=people.person_hash(person.user_id) if person.user_id else "",
                email_hashes=sorted(people.email_hash(email) for email in person.emails),
                erased_at=timezone.now(),
                rows={name: count for name, count in rows.items() if count},
            )
        found.status, found.erased_at = Status.ERASED, record.erased_at
        found.save(update_fields=["status", "erased_at"])
        theirs = own.requests_of(person) & ~Q(status__in=ErasureRequest.OPEN)
        _set_addresses(ErasureRequest.objects.filter(theirs), [])
        security.note(Kind.ERASED, user_id=found.user_id, payload={"request": str(found.pk)})
    records.write_missing()
