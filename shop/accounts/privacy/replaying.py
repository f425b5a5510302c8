"""Erasing again, in a restored backup, everybody who was erased after it was made.

Who was erased before it was made is left alone: what the backup has of them came afterwards, when
they were customers again.
"""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from audit import recording
from shop.accounts.models import ErasureRecord, ErasureRequest, User
from shop.accounts.privacy import erasing, people, records
from shop.accounts.privacy.parts import all_parts
from shop.accounts.privacy.people import ERASED_DOMAIN
from shop.accounts.privacy.records import Erased
from shop.conflicts import retried


def replay(erased: Iterable[Erased]) -> int:
    """Erase whom the list names and this database does not know of; returns how many.

    They are found by the hashes of all keys and addresses: one pass over each. In the end the
    database knows of all on the list, so that later it finds nobody. What is open with them does
    not count: they are gone already.
    """
    missing = records.unknown_of(erased)
    persons = {one.person_hash for one in missing if one.person_hash}
    addresses = frozenset[str]().union(*(one.email_hashes for one in missing))
    count = 0
    for user_id in list(_accounts(persons)):
        count += _erase(user_id=user_id)
    for email in sorted(_guests(addresses)):
        # Who has opened an account since keeps what is theirs.
        if not User.objects.filter(email__iexact=email).exists():
            count += _erase(email=email)
    for one in missing:
        _take_over(one)
    return count


def _accounts(persons: set[str]) -> Iterator[UUID]:
    living = User.all_objects.exclude(email__endswith=ERASED_DOMAIN)
    for user_id in living.order_by("pk").values_list("pk", flat=True).iterator():
        if people.person_hash(user_id) in persons:
            yield user_id


def _guests(addresses: frozenset[str]) -> set[str]:
    """Addresses that stand in rows of no account, in lower case."""
    found: set[str] = set()
    for part in all_parts():
        for column in part.addresses:
            rows = part.model._base_manager.exclude(**{f"{column}__endswith": ERASED_DOMAIN})
            if any(field.name == "user" for field in part.model._meta.fields):
                rows = rows.filter(user=None)
            for email in rows.values_list(column, flat=True).distinct().iterator():
                if email and people.email_hash(email) in addresses:
                    found.add(email.lower())
    return found


def _erase(*, user_id: UUID | None = None, email: str = "") -> bool:
    request = _asked_again(user_id, email)
    return erasing.erase(request.pk)


@retried
def _take_over(one: Erased) -> None:
    """Let this database know of an erasure as if it had done it itself."""
    with recording.batch():
        request = ErasureRequest.objects.create(
            source=ErasureRequest.Source.REPLAY,
            status=ErasureRequest.Status.ERASED,
            due_at=one.erased_at,
            erased_at=one.erased_at,
        )
        ErasureRecord.objects.create(
            id=one.id,
            request=request,
            person_hash=one.person_hash,
            email_hashes=sorted(one.email_hashes),
            erased_at=one.erased_at,
        )


@retried
def _asked_again(user_id: UUID | None, email: str) -> ErasureRequest:
    """A request that is due at once and waits for nothing."""
    open_ones = ErasureRequest.objects.filter(status__in=ErasureRequest.OPEN)
    mine = Q(user=user_id) if user_id else Q(user=None, emails=[email])
    found: ErasureRequest = open_ones.filter(mine).first() or ErasureRequest(
        user_id=user_id, emails=[email] if email else []
    )
    found.source, found.due_at = ErasureRequest.Source.REPLAY, timezone.now()
    found.save()
    return found
