"""What rows of the log have in common: the database's own time, a salt, and no way to change them.

Each row has two digests: of its facts, and of its values together with its salt. A redaction takes
the values and the salt and leaves their digest, so the chain of seals still holds and nobody can
guess what was there.
"""

from collections.abc import Mapping
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from shop.models import new_id


class ClockTimestamp(Func):
    """The database's clock at the moment a row is written, also late in a transaction."""

    function = "clock_timestamp"
    template = "%(function)s()"
    output_field = models.DateTimeField()


class SealedRow(models.Model):
    """A row that seals cover. ``created_at`` is always the database's, so no row comes early."""

    #: Columns that a redaction takes, with what it leaves there as SQL.
    redacted: ClassVar[Mapping[str, str]]
    #: Columns that stay, beside the id and the time.
    facts: ClassVar[tuple[str, ...]]

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(_("when"), db_default=ClockTimestamp(), editable=False)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    salt = models.UUIDField(null=True, db_default=RandomUUID(), editable=False)
    values_digest = models.BinaryField(null=True, editable=False)
    redaction_id = models.UUIDField(
        null=True, editable=False, help_text=_("The entry that says why the values are gone.")
    )

    class Meta:
        abstract = True


def values_text(columns: Mapping[str, str], row: str = "") -> str:
    """SQL for the text that the digest of a row's values is made of."""
    named = ", ".join(f"{row}{name}" for name in ("salt", *columns))
    return f"jsonb_build_array({named})::text"


def facts_text(facts: tuple[str, ...], row: str = "") -> str:
    """SQL for the text that the digest of a row's facts is made of."""
    # Microseconds, because the text of a time depends on the session's time zone.
    moment = f"(extract(epoch FROM {row}created_at) * 1000000)::bigint"
    named = ", ".join(f"{row}{name}" for name in facts)
    return f"jsonb_build_array({row}id, {moment}, {named})::text"


def sealed_triggers(columns: Mapping[str, str]) -> list[pgtrigger.Trigger]:
    """Rows are added and never removed; an UPDATE may do exactly one thing, redact, and once."""
    blanks = ", ".join(f"'{name}', {value}" for name, value in columns.items())
    return [
        pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        pgtrigger.Trigger(
            name="only_redacted",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=f"""
                IF OLD.redaction_id IS NULL
                    AND to_jsonb(NEW) = to_jsonb(OLD) || jsonb_build_object(
                        {blanks}, 'salt', null, 'redaction_id', NEW.redaction_id,
                        'values_digest',
                        sha256(convert_to({values_text(columns, "OLD.")}, 'UTF8')))
                    AND EXISTS (
                        SELECT FROM audit_auditlog redaction WHERE redaction.id = NEW.redaction_id
                            AND redaction.action = 'REDACT'
                            AND redaction.after -> 'entries' ? OLD.id::text)
                THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
            """,
        ),
        never_truncated(),
    ]


def never_truncated() -> pgtrigger.Trigger:
    """TRUNCATE is refused."""
    return pgtrigger.Trigger(
        name="never_truncated",
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
    )
