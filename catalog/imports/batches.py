"""An import from upload to revert: every step, who may take it, and the jobs behind them."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from catalog.imports import (
    applying,
    comparing,
    files,
    loading,
    mapping,
    pictures,
    progress,
    reverting,
    staging,
)
from catalog.imports.errors import ChangedMeanwhile, ImportRefused, NotNow
from catalog.models import ImportBatch, ImportRow
from shop.accounts.models import User
from shop.actor import Actor, ActorType, acting_as
from shop.conflicts import retried

Status = ImportBatch.Status
Watch = Callable[[int], None]
#: Names of the jobs in ``catalog.tasks``.
CHECK, APPLY, REVERT = "catalog.check_import", "catalog.apply_import", "catalog.revert_import"
#: Conflicts that are told by line.
CONFLICTS_SHOWN = 100
_CHECKABLE = frozenset({Status.UPLOADED, Status.CHECKED, Status.FAILED})


def receive(*, name: str, chunks: Iterable[bytes], user: User | None) -> ImportBatch:
    """Keep an uploaded file, find out what it is, and guess its columns.

    Raises :class:`ImportRefused` for a file that is no table; nothing is kept then.
    """
    draft = files.receive(chunks)
    try:
        found = files.sniff(draft)
        batch = ImportBatch(
            file_name=name.replace("\0", "").rpartition("/")[2][-200:] or "file",
            format=found.format,
            size_bytes=draft.stat().st_size,
            encoding=found.encoding,
            delimiter=found.delimiter,
            sheet=found.sheet[:100],
            headers=found.headers,
            mapping=mapping.guess(found.headers),
            uploaded_by=user,
        )
        files.keep(batch, draft)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    batch.save()
    return batch


def choose_columns(
    batch_id: UUID, chosen: dict[str, str], *, user: User | None, in_background: bool = True
) -> ImportBatch:
    """Match the columns and begin the check: :func:`check` follows, as a job or by the caller.

    Raises :class:`NotNow` for a batch that is busy or imported, and :class:`ImportRefused` for a
    mapping that cannot work or columns that ``user`` may not write.
    """
    with transaction.atomic():
        batch = _locked(batch_id, _CHECKABLE)
        wanted = {header: chosen.get(header, "") for header in batch.headers if header}
        mapping.check(wanted, batch.headers, user)
        batch.mapping = wanted
        batch.status = Status.CHECKING
        batch.failure, batch.conflicts = "", []
        batch.save()
        if in_background:
            _later(CHECK, batch)
    progress.forget(batch.pk)
    return batch


def check(batch_id: UUID, watch: Watch | None = None) -> ImportBatch:
    """Read and compare the file of a batch that is to be checked; safe to run again.

    The outcome stands in the batch: CHECKED with its counts, or FAILED with the reason.
    """
    batch: ImportBatch = ImportBatch.objects.get(pk=batch_id)
    if batch.status != Status.CHECKING:
        return batch
    try:
        total = staging.stage(batch, watch or progress.teller(batch.pk, 0))
        comparing.compare(batch, watch or progress.teller(batch.pk, total))
        batch.status, batch.failure = Status.CHECKED, ""
    except ImportRefused as refused:
        staging.forget(batch)
        batch.status, batch.failure = Status.FAILED, refused.reason
    except BaseException:
        ImportBatch.objects.filter(pk=batch.pk).update(
            status=Status.FAILED, failure=_("The check broke off. Try it again.")
        )
        raise
    batch.save()
    return batch


def confirm(batch_id: UUID, *, user: User | None, in_background: bool = True) -> ImportBatch:
    """Have a checked batch written: :func:`apply` follows. Raises :class:`NotNow` or
    :class:`ImportRefused`.

    A file with errors, or with nothing to change, is refused.
    """
    with transaction.atomic():
        batch = _locked(batch_id, {Status.CHECKED})
        if batch.error_rows:
            raise ImportRefused(_("The file has rows with errors. Correct them and start again."))
        if not batch.new_rows and not batch.changed_rows:
            raise ImportRefused(_("The file changes nothing."))
        if user is not None:
            mapping.refuse_forbidden(batch.mapping, user)
        batch.status = Status.APPLYING
        batch.confirmed_by = user
        batch.failure, batch.conflicts = "", []
        batch.save()
        if in_background:
            _later(APPLY, batch)
    progress.forget(batch.pk)
    return batch


def apply(batch_id: UUID, watch: Watch | None = None) -> ImportBatch:
    """Write a confirmed batch in one transaction; safe to run again.

    When the shop changed since the check nothing is written, and the batch is CHECKED again with
    the conflicts.
    """
    batch: ImportBatch = ImportBatch.objects.get(pk=batch_id)
    total = batch.new_rows + batch.changed_rows
    tell = watch or progress.teller(batch.pk, total)

    @retried
    def act() -> None:
        with transaction.atomic():
            batch = _locked(batch_id, {Status.APPLYING})
            with loading.bulk(batch):
                applying.apply(batch, tell)
            batch.status, batch.applied_at = Status.APPLIED, timezone.now()
            batch.save()
            pictures.request(batch)

    return _guarded(batch, batch.confirmed_by, act, begun=Status.APPLYING, back_to=Status.CHECKED)


def ask_revert(batch_id: UUID, *, user: User | None, in_background: bool = True) -> ImportBatch:
    """Have an imported batch taken back: :func:`revert` follows. Raises :class:`NotNow` or
    :class:`ImportRefused`.
    """
    with transaction.atomic():
        batch = _locked(batch_id, {Status.APPLIED})
        if user is not None:
            mapping.refuse_forbidden(batch.mapping, user)
        batch.status = Status.REVERTING
        batch.failure, batch.conflicts = "", []
        batch.save()
        if in_background:
            _later(REVERT, batch, user_id=str(user.pk) if user else "")
    progress.forget(batch.pk)
    return batch


def revert(batch_id: UUID, *, user: User | None = None, watch: Watch | None = None) -> ImportBatch:
    """Take a batch back in one transaction; when rows changed since, it stays imported."""
    batch: ImportBatch = ImportBatch.objects.get(pk=batch_id)
    total = batch.new_rows + batch.changed_rows
    tell = watch or progress.teller(batch.pk, total)

    @retried
    def act() -> None:
        with transaction.atomic():
            batch = _locked(batch_id, {Status.REVERTING})
            with loading.bulk(batch):
                reverting.revert(batch, user.pk if user else None, tell)
            batch.status, batch.reverted_at = Status.REVERTED, timezone.now()
            batch.save()

    return _guarded(batch, user, act, begun=Status.REVERTING, back_to=Status.APPLIED)


def _guarded(
    batch: ImportBatch,
    user: User | None,
    act: Callable[[], None],
    *,
    begun: Status,
    back_to: Status,
) -> ImportBatch:
    kind = ActorType.STAFF if user else ActorType.SYSTEM
    failure, moved = "", []
    held = ImportBatch.objects.filter(pk=batch.pk, status=begun)
    try:
        with acting_as(Actor(kind, user.pk if user else None, request_id=batch.audit_id)):
            act()
    except NotNow:
        # Another worker did it, or does it.
        pass
    except ChangedMeanwhile as refused:
        failure, moved = refused.reason, list(refused.moved[:CONFLICTS_SHOWN])
    except (IntegrityError, DataError) as error:
        reason = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        failure = _("The database refused a row (%s), so nothing was written.") % (reason or "?")
    except BaseException:
        held.update(status=back_to, failure=_("The job broke off, and nothing was written."))
        raise
    if failure:
        by_id = ImportRow.objects.in_bulk([row.row_id for row in moved])
        conflicts = [
            {"line": by_id[row.row_id].line, "sku": by_id[row.row_id].sku, "reason": row.reason}
            for row in moved
        ]
        held.update(status=back_to, failure=failure, conflicts=conflicts)
    else:
        loading.announce(batch)
    batch.refresh_from_db()
    return batch


def _later(task: str, batch: ImportBatch, **values: str) -> None:
    # The queue is a table of the same database: the job is there if and only if this commits.
    app.configure_task(task).defer(batch_id=str(batch.pk), **values)


def _locked(batch_id: UUID, allowed: Iterable[str]) -> ImportBatch:
    batch: ImportBatch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.status not in allowed:
        raise NotNow(batch.status)
    return batch
