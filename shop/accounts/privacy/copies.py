"""The copy of all that is held of a person: a ZIP of JSON, documents and pictures of their own.

One is built at a time, by a job that can die anywhere: the file gets its name when it is whole, and
another job takes up what was left. Files lie outside everything that is served.
"""

import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from procrastinate.contrib.django import app

from audit import recording, security
from audit.models import AuditLog, SecurityEvent
from shop.accounts import security_letters
from shop.accounts.letters.queue import queue
from shop.accounts.models import DataExport, User
from shop.accounts.privacy import people
from shop.accounts.privacy.links import path_to
from shop.accounts.privacy.parts import BATCH, Part, all_parts
from shop.accounts.privacy.people import Person
from shop.conflicts import retried
from shop.models import column_values

Status = DataExport.Status
#: Name of the job that builds.
BUILD: Final = "accounts.build_data_copy"
#: A second copy can be asked for after so many hours.
PAUSE_HOURS: Final = 24
#: A job that died is taken up after so long, and so often.
CLAIM: Final = timedelta(minutes=10)
MOST_TRIES: Final = 3


class AskedLately(Exception):
    """There is a fresh copy, or one was made a moment ago."""


class BeingBuilt(Exception):
    """One that the other side ordered, staff or the person, is being built: one at a time."""


@retried
def ask(
    *,
    user_id: UUID | None = None,
    email: str = "",
    asked_by: UUID | None = None,
    reason: str = "",
) -> DataExport:
    """Have a copy built for an account, or for the owner of a mailbox without one.

    People and staff (``asked_by``) get copies of their own. While one of theirs is being built it
    is that one, while one of the others' is: raises :class:`BeingBuilt`. Raises
    :class:`AskedLately` where a person's last one is younger than a day. Locks the account.
    """
    with recording.batch():
        user = User.objects.select_for_update().get(pk=user_id) if user_id else None
        address = user.email if user else email.strip().lower()
        mine = Q(user=user) if user else Q(user=None, email__iexact=address)
        if waiting := _waiting(mine, asked_by):
            return waiting
        since = timezone.now() - timedelta(hours=PAUSE_HOURS)
        own = DataExport.objects.filter(mine, asked_by=None)
        lately = own.filter(created_at__gt=since).exclude(status=Status.FAILED)
        if asked_by is None and lately.exists():
            raise AskedLately
        try:
            with transaction.atomic():
                made: DataExport = DataExport.objects.create(
                    user=user, email=address, asked_by_id=asked_by, reason=reason
                )
        except IntegrityError:
            # Another request was quicker.
            if waiting := _waiting(mine, asked_by):
                return waiting
            raise
        security.note(SecurityEvent.Kind.DATA_ASKED, user_id=user_id)
        app.configure_task(BUILD).defer(export_id=str(made.pk))
    return made


def _waiting(mine: Q, asked_by: UUID | None) -> DataExport | None:
    """The copy that is being built, for staff or for the person as ``asked_by`` says."""
    found: DataExport | None = DataExport.objects.filter(mine, status=Status.WAITING).first()
    if found is not None and (found.asked_by_id is None) != (asked_by is None):
        raise BeingBuilt
    return found


def take_up() -> int:
    """Queue what a dead job left, or say that it failed; returns how many were queued."""
    left = DataExport.objects.filter(
        Q(claimed_until=None, created_at__lt=timezone.now() - CLAIM)
        | Q(claimed_until__lt=timezone.now()),
        status=Status.WAITING,
    )
    with recording.batch():
        left.filter(tries__gte=MOST_TRIES).update(status=Status.FAILED)
    ids = list(left.values_list("pk", flat=True))
    for export_id in ids:
        app.configure_task(BUILD).defer(export_id=str(export_id))
    return len(ids)


def build(export_id: UUID) -> bool:
    """Build the copy and write to its owner; False when there was nothing to do."""
    export = _claim(export_id)
    if export is None:
        return False
    path = path_of(export)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    person = person_of(export)
    with (
        translation.override(_language(export)),
        zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        half.chmod(0o600)
        _fill(made, export, person)
    if not _ready(export.pk, half):
        half.unlink(missing_ok=True)
        return False
    return True


def path_of(export: DataExport) -> Path:
    """Where the file lies."""
    return Path(settings.PRIVACY_ROOT) / f"{export.pk.hex}.zip"


def person_of(export: DataExport) -> Person:
    """Whom the copy is about."""
    return people.member(export.user) if export.user else people.guest(export.email)


def fetched(export: DataExport, *, by_staff: bool = False) -> None:
    """Note that it was fetched."""
    with recording.batch():
        if export.fetched_at is None and not by_staff:
            export.fetched_at = timezone.now()
            export.save(update_fields=["fetched_at"])
        security.note(SecurityEvent.Kind.DATA_FETCHED, user_id=export.user_id)
        if by_staff:
            recording.record(AuditLog.Action.EXPORT, DataExport, export.pk, {}, {})


def end_old(*, most: int = BATCH) -> int:
    """Delete copies whose days are over, and files that no row knows; returns how many rows."""
    old = DataExport.objects.filter(status=Status.READY, expires_at__lte=timezone.now())
    rows = list(old.order_by("expires_at")[:most])
    remove_files(rows)
    with recording.batch():
        DataExport.objects.filter(pk__in=[row.pk for row in rows]).update(status=Status.ENDED)
    _remove_strangers()
    return len(rows)


def remove_files(rows: Sequence[DataExport]) -> None:
    """Delete the files of copies."""
    for row in rows:
        path_of(row).unlink(missing_ok=True)
        path_of(row).with_suffix(".part").unlink(missing_ok=True)


def told(part: Part, row: models.Model) -> dict[str, Any]:
    """A row in words: its columns by their names, without what is a secret even to its owner."""
    values = column_values(row)
    names: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        if column.name in part.secret or values.get(column.attname) in (None, "", {}, []):
            continue
        label = str(column.verbose_name)
        names[column.name if label in names else label] = values[column.attname]
    return names


def _fill(made: zipfile.ZipFile, export: DataExport, person: Person) -> None:
    parts = [part for part in all_parts() if part.is_told]
    models.QuerySet(DataExport).filter(pk=export.pk).update(done=0, total=len(parts))
    contents = {}
    for done, part in enumerate(parts, start=1):
        rows = part.rows(person)
        if count := rows.count():
            contents[part.title] = count
            made.writestr(f"data/{part.name.replace('.', '-')}.json", _as_json(part, rows))
            for name, content in _files(part, rows):
                made.writestr(name, content)
        models.QuerySet(DataExport).filter(pk=export.pk).update(
            done=done, claimed_until=timezone.now() + CLAIM
        )
    made.writestr("contents.json", json.dumps(contents, ensure_ascii=False, indent=2))


def _as_json(part: Part, rows: "models.QuerySet[Any]") -> str:
    found = [told(part, row) for row in rows.iterator(BATCH)]
    whole = {"title": part.title, "rows": found}
    return json.dumps(whole, cls=_Encoder, ensure_ascii=False, indent=2)


def _files(part: Part, rows: "models.QuerySet[Any]") -> Iterator[tuple[str, bytes]]:
    if part.files:
        for row in rows.iterator(BATCH):
            yield from part.files(row)


class _Encoder(DjangoJSONEncoder):
    """Values that JSON has no word for, as their text."""

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def _language(export: DataExport) -> str:
    return (export.user.language if export.user else "") or settings.LANGUAGE_CODE


@retried
def _claim(export_id: UUID) -> DataExport | None:
    with transaction.atomic():
        rows = DataExport.objects.select_for_update().filter(pk=export_id, status=Status.WAITING)
        found: DataExport | None = rows.first()
        is_taken = found and found.claimed_until and found.claimed_until > timezone.now()
        if found is None or is_taken:
            return None
        models.QuerySet(DataExport).filter(pk=export_id).update(
            claimed_until=timezone.now() + CLAIM, tries=F("tries") + 1
        )
    return found


@retried
def _ready(export_id: UUID, half: Path) -> bool:
    """Put it in its place and say so; False when nobody waits any more, as after an erasure."""
    with recording.batch():
        export = DataExport.objects.select_for_update().get(pk=export_id)
        if export.status != Status.WAITING:
            return False
        # Under the lock: an erasure removes the file after it has written the row.
        done = half.replace(path_of(export))
        export.status, export.ready_at = Status.READY, timezone.now()
        export.size_bytes = done.stat().st_size
        days = timedelta(days=settings.RETENTION["data_exports"])
        export.expires_at = export.ready_at + days
        export.save(update_fields=["status", "ready_at", "size_bytes", "expires_at"])
        if export.asked_by_id:
            # Staff fetch it and hand it over.
            return True
        if export.user:
            context = {"path": reverse("accounts:privacy")}
            security_letters.tell(user=export.user, kind="data_ready", context=context)
        else:
            queue("guest_privacy", to=export.email, facts={"path": path_to(export.email)})
        return True


def _remove_strangers() -> None:
    """Files of builds that died, or whose row is gone."""
    folder = Path(settings.PRIVACY_ROOT)
    before = (timezone.now() - timedelta(days=1)).timestamp()
    live = DataExport.objects.filter(status__in=[Status.WAITING, Status.READY])
    known = {pk.hex for pk in live.values_list("pk", flat=True)}
    for file in folder.glob("*.*") if folder.is_dir() else ():
        if file.stem not in known and file.stat().st_mtime < before:
            file.unlink(missing_ok=True)
