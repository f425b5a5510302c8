"""A person's address book: keeping, changing and removing addresses, and the default of each type.

Every act locks the person first, so that the limit and the one default of a type hold whoever
else writes at the same time. An address of somebody else is as unknown as one that never was.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from audit import recording
from shop.accounts.address_book.errors import BookFull
from shop.accounts.forms import PARTS
from shop.accounts.models import Address, User

#: Addresses that one person keeps at most.
MOST: Final = 30
#: A removed address can be brought back for this long.
UNDO: Final = timedelta(hours=1)


def of_person(user_id: UUID) -> "QuerySet[Address]":
    """The addresses of a person, defaults first."""
    rows: QuerySet[Address] = Address.objects.filter(user=user_id)
    return rows.order_by("-is_default", "type", "-created_at", "pk")


def add(
    *,
    user_id: UUID,
    parts: Mapping[str, str],
    type: Address.Type = Address.Type.SHIPPING,
    label: str = "",
    is_default: bool = False,
) -> Address:
    """Keep an address; the first of its type is the default of it.

    ``parts`` are those of a valid :class:`shop.accounts.forms.AddressForm`. Raises BookFull.
    """
    with recording.batch():
        _lock(user_id)
        _check_room(user_id)
        has_default = _defaults(user_id, type).exists()
        if is_default:
            _defaults(user_id, type).update(is_default=False)
        return Address.objects.create(
            user_id=user_id,
            type=type,
            label=label,
            is_default=is_default or not has_default,
            **_known(parts),
        )


def keep_once(*, user_id: UUID, parts: Mapping[str, str]) -> Address | None:
    """Keep an address for deliveries unless it is kept already or the book is full: then None."""
    with recording.batch():
        _lock(user_id)
        rows = list(of_person(user_id))
        if len(rows) >= MOST or _known(parts) in map(parts_of, rows):
            return None
        return add(user_id=user_id, parts=parts)


def change(
    *,
    user_id: UUID,
    address_id: UUID,
    parts: Mapping[str, str],
    type: Address.Type,
    label: str = "",
    is_default: bool = False,
) -> Address:
    """Replace what an address says. Raises Address.DoesNotExist for none of this person's."""
    with recording.batch():
        _lock(user_id)
        address = _own(user_id, address_id)
        if is_default:
            _defaults(user_id, type).exclude(pk=address.pk).update(is_default=False)
        for name, text in _known(parts).items():
            setattr(address, name, text)
        address.type, address.label, address.is_default = type, label, is_default
        address.save()
        return address


def make_default(*, user_id: UUID, address_id: UUID) -> Address:
    """Make an address the default of its type. Raises Address.DoesNotExist."""
    with recording.batch():
        _lock(user_id)
        address = _own(user_id, address_id)
        _defaults(user_id, address.type).exclude(pk=address.pk).update(is_default=False)
        if not address.is_default:
            address.is_default = True
            address.save(update_fields=["is_default"])
        return address


def remove(*, user_id: UUID, address_id: UUID) -> Address:
    """Take an address out of the book; orders keep their own copies.

    It can be brought back within ``UNDO``. Raises Address.DoesNotExist.
    """
    with recording.batch():
        _lock(user_id)
        address = _own(user_id, address_id)
        address.deleted_at = timezone.now()
        address.save(update_fields=["deleted_at"])
        return address


def restore(*, user_id: UUID, address_id: UUID) -> Address:
    """Bring back an address removed a moment ago, as default only if none took its place.

    One that was not removed stays as it is. Raises Address.DoesNotExist, BookFull.
    """
    with recording.batch():
        _lock(user_id)
        if (kept := of_person(user_id).filter(pk=address_id).first()) is not None:
            return kept
        address = removed(user_id).get(pk=address_id)
        _check_room(user_id)
        address.deleted_at = None
        address.is_default = address.is_default and not _defaults(user_id, address.type).exists()
        address.save(update_fields=["deleted_at", "is_default"])
        return address


def removed(user_id: UUID) -> "QuerySet[Address]":
    """What a person removed and can still bring back."""
    rows: QuerySet[Address] = Address.all_objects.filter(user=user_id)
    return rows.filter(deleted_at__gt=timezone.now() - UNDO)


def parts_of(address: Address) -> dict[str, str]:
    """An address as its form keeps it."""
    return {part: str(getattr(address, part) or "") for part in PARTS}


def _known(parts: Mapping[str, str]) -> dict[str, str]:
    return {part: parts.get(part, "") for part in PARTS}


def _lock(user_id: UUID) -> None:
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user_id)


def _own(user_id: UUID, address_id: UUID) -> Address:
    return of_person(user_id).get(pk=address_id)


def _defaults(user_id: UUID, type: str) -> "QuerySet[Address]":
    rows: QuerySet[Address] = Address.objects.filter(user=user_id, type=type, is_default=True)
    return rows


def _check_room(user_id: UUID) -> None:
    if of_person(user_id).count() >= MOST:
        raise BookFull(MOST)
