"""What people agreed to: each yes and each no with its words, place and time, for ever appended."""

from typing import Any
from uuid import UUID

from django.db.models.functions import Lower

from shop.accounts.models import ConsentRecord, User
from shop.actor import current_actor

Purpose = ConsentRecord.Purpose


def note(
    purpose: ConsentRecord.Purpose,
    *,
    is_given: bool,
    words: str = "",
    place: str = "",
    user_id: UUID | None = None,
    email: str = "",
) -> ConsentRecord:
    """Write down a yes with the ``words`` that were shown, or a no, in the caller's transaction."""
    record: ConsentRecord = ConsentRecord.objects.create(
        purpose=purpose,
        is_given=is_given,
        words=words,
        place=place,
        user_id=user_id,
        email=email.strip().lower(),
        ip_address=current_actor().ip,
    )
    return record


def of_address(
    purpose: ConsentRecord.Purpose, email: str, *, is_given: bool, **told: Any
) -> ConsentRecord:
    """Write down what the owner of a mailbox said, for their account if they proved it is theirs.

    What hangs on an account goes with it, also with one that a stranger opened in their name.
    """
    proven = User.objects.filter(emailaddress__verified=True).alias(address=Lower("email"))
    rows = proven.filter(address=email.strip().lower())
    known = rows.values_list("pk", flat=True).first()
    return note(purpose, is_given=is_given, email=email, user_id=known, **told)


def history(user: User) -> list[ConsentRecord]:
    """All that a member said, the latest first. One query."""
    return list(ConsentRecord.objects.filter(user=user))


def in_force(records: list[ConsentRecord]) -> list[ConsentRecord]:
    """Of a ``history``, the latest yes of each purpose that no later no took back."""
    latest: dict[str, ConsentRecord] = {}
    for record in reversed(records):
        latest[record.purpose] = record
    return [record for record in latest.values() if record.is_given]
