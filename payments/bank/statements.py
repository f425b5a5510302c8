"""Statements as staff bring them: kept once, read, and compared with what is awaited."""

import hashlib
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from audit import recording
from payments.bank import columns as known_columns
from payments.bank.columns import Columns
from payments.bank.files import rows_of
from payments.bank.matching import match
from payments.bank.reading import read
from payments.errors import StatementKnown
from payments.models import BankLine, BankStatement

Status = BankStatement.Status
_LONGEST_NAME = 200
_CHUNK = 500


def receive(*, data: bytes, file_name: str, actor_id: UUID | None) -> BankStatement:
    """Keep a statement and its lines; where its columns are unknown it waits for a person.

    Nothing of any order changes. Raises :class:`StatementRefused`, and :class:`StatementKnown` for
    the very same file.
    """
    digest = hashlib.sha256(data).hexdigest()
    known = BankStatement.objects.filter(digest=digest).values_list("pk", flat=True).first()
    if known is not None:
        raise StatementKnown(known)
    rows = rows_of(data)
    columns = known_columns.find(rows)
    statement = BankStatement(
        file_name=file_name[-_LONGEST_NAME:], digest=digest, rows=rows, uploaded_by_id=actor_id
    )
    try:
        with recording.batch():
            if columns is None:
                statement.save(force_insert=True)
            else:
                _take_in(statement, columns)
    except IntegrityError as error:
        if "digest" not in str(error):
            raise
        twin = BankStatement.objects.get(digest=digest)
        raise StatementKnown(twin.pk) from error
    return statement


def say_columns(*, statement_id: UUID, columns: Columns) -> BankStatement:
    """Read a statement whose columns a person named.

    Said twice it is read once. Raises :class:`StatementRefused`; then it waits as before.
    """
    with recording.batch():
        statement = BankStatement.objects.select_for_update().get(pk=statement_id)
        if statement.status == Status.UPLOADED:
            _take_in(statement, columns)
        return statement


def drop(statement_id: UUID) -> None:
    """Forget a statement that was not booked, with its lines; a booked one stays."""
    with transaction.atomic():
        statement = BankStatement.objects.select_for_update().filter(pk=statement_id).first()
        if statement is not None and statement.status != Status.BOOKED:
            statement.delete()


def _take_in(statement: BankStatement, columns: Columns) -> None:
    """Turn the rows into lines with their likely orders."""
    found = read(statement.rows, columns, currency=settings.SHOP_CURRENCY)
    statement.rows, statement.outgoing = [], found.outgoing
    statement.pending = found.pending
    statement.status = Status.READ
    statement.save()
    prints = [entry.fingerprint for entry in found.entries]
    # A statement that was not booked may still be dropped: its lines count for nothing yet.
    twins = BankLine.objects.filter(
        fingerprint__in=prints, statement__status=BankStatement.Status.BOOKED
    )
    known = set(twins.values_list("fingerprint", flat=True))
    lines = [BankLine(statement=statement, **vars(entry)) for entry in found.entries]
    for line in lines:
        if line.fingerprint in known:
            line.status = BankLine.Status.DUPLICATE
    match([line for line in lines if line.status == BankLine.Status.OPEN])
    BankLine.objects.bulk_create(lines, batch_size=_CHUNK)
