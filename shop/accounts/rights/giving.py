"""Giving and taking rights: a role, more beside it, the back office as a whole, an account's life.

Nobody changes their own rights, gives what they do not have, or touches who has more than they
have; and somebody who manages people always remains.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

from audit import recording
from audit.models import SecurityEvent
from audit.security import note
from shop.accounts.models import User
from shop.accounts.rights.errors import AboveOwn, LastAdmin, OwnRights
from shop.accounts.roles import PERMISSIONS, ROLES, Role
from shop.accounts.sign_in import sessions

_ALL_NAMES = {code for codes in PERMISSIONS.values() for code in codes}


@dataclass(frozen=True)
class Rights:
    """What somebody may: the roles, and beside them rights as ``domain:action``."""

    is_staff: bool
    roles: frozenset[str]
    extras: frozenset[str]

    def told(self) -> dict[str, Any]:
        """As the log keeps it."""
        return {
            "is_staff": self.is_staff,
            "roles": sorted(self.roles),
            "extras": sorted(self.extras),
        }


def rights_of(person: User) -> Rights:
    """What was given to ``person``. An extra counts when all that belongs to it was given."""
    given = set(_codes(person.user_permissions.all()))
    return Rights(
        is_staff=person.is_staff,
        roles=frozenset(person.groups.values_list("name", flat=True)),
        extras=frozenset(name for name, codes in PERMISSIONS.items() if given.issuperset(codes)),
    )


def above(giver: User, codes: Iterable[str]) -> list[str]:
    """Rights that hold some of ``codes`` and that ``giver`` does not have, by name."""
    if giver.is_superuser:
        return []
    lacking = set(codes) - giver.get_all_permissions()
    named = [name for name, needed in PERMISSIONS.items() if lacking.intersection(needed)]
    return sorted(named) + sorted(lacking - _ALL_NAMES)


def is_within_reach(giver: User, person: User) -> bool:
    """Whether ``giver`` may change the rights of ``person``: someone else, with no more rights."""
    if giver.pk == person.pk or (person.is_superuser and not giver.is_superuser):
        return False
    return not above(giver, _granted(person))


def check(*, person: User, rights: Rights, by: User) -> None:
    """Raise what :func:`give` would refuse as things stand."""
    if person.pk == by.pk:
        raise OwnRights
    if person.is_superuser and not by.is_superuser:
        raise AboveOwn(["superuser"])
    names = set(rights.extras).union(*(ROLES[Role(name)] for name in rights.roles))
    wanted = {code for name in names for code in PERMISSIONS[name]}
    if lacking := above(by, wanted | _granted(person)):
        raise AboveOwn(lacking)
    stays_admin = rights.is_staff and (person.is_superuser or Role.ADMIN in rights.roles)
    if not stays_admin:
        _refuse_last_admin(person)


def give(*, person_id: UUID, rights: Rights, by: User) -> bool:
    """Let somebody have exactly ``rights``; False when they had them before.

    Permissions that belong to no right that has a name stay as they are. Raises
    :class:`OwnRights`, :class:`AboveOwn` for what ``by`` does not have, also where it would be
    taken, and :class:`LastAdmin`. What changed is a security event. Locks the role of admins, so
    that two of them never take each other's rights at once, then the person.
    """
    with recording.batch():
        person = _locked(person_id)
        before = rights_of(person)
        if before == rights:
            return False
        check(person=person, rights=rights, by=by)
        _write(person, rights)
        payload = {"before": before.told(), "after": rights.told()}
        note(SecurityEvent.Kind.PERMISSION_CHANGED, user_id=person.pk, payload=payload)
        return True


def check_status(*, person: User, status: User.Status, by: User) -> None:
    """Raise what :func:`set_status` would refuse as things stand."""
    if person.pk == by.pk:
        raise OwnRights
    if not is_within_reach(by, person):
        raise AboveOwn(above(by, _granted(person)) or ["superuser"])
    if status != User.Status.ACTIVE:
        _refuse_last_admin(person)


def set_status(*, person_id: UUID, status: User.Status, by: User) -> bool:
    """Suspend somebody, or let them in again; False when it was so before.

    Raises :class:`OwnRights`, :class:`AboveOwn` and :class:`LastAdmin`. Locks as :func:`give`.
    """
    with recording.batch():
        person = _locked(person_id)
        if person.status == status:
            return False
        check_status(person=person, status=status, by=by)
        payload = {"before": {"status": person.status}, "after": {"status": status.value}}
        person.status = status
        person.save(update_fields=["status"])
        if not person.is_active:
            sessions.end_all(person)
        note(SecurityEvent.Kind.PERMISSION_CHANGED, user_id=person.pk, payload=payload)
        return True


def is_last_admin(person: User) -> bool:
    """Whether nobody else could manage people and settings."""
    admins = _admins()
    return admins.filter(pk=person.pk).exists() and not admins.exclude(pk=person.pk).exists()


def _refuse_last_admin(person: User) -> None:
    if is_last_admin(person):
        raise LastAdmin


def _admins() -> "QuerySet[User]":
    found: QuerySet[User] = User.objects.filter(status=User.Status.ACTIVE, is_staff=True)
    # The role is looked for among all, as a join would repeat people.
    return found.filter(Q(is_superuser=True) | Q(pk__in=_of_role(Role.ADMIN)))


def _of_role(role: Role) -> "QuerySet[Any]":
    return User.groups.through.objects.filter(group__name=role).values("user_id")


def _locked(person_id: UUID) -> User:
    list(Group.objects.select_for_update().filter(name=Role.ADMIN))
    person: User = User.objects.select_for_update().get(pk=person_id)
    return person


def _granted(person: User) -> set[str]:
    """Every permission given to ``person``, also while they may not use it."""
    direct = Permission.objects.filter(user=person.pk)
    by_role = Permission.objects.filter(group__user=person.pk)
    return {*_codes(direct), *_codes(by_role)}


def _codes(rows: "QuerySet[Permission]") -> Iterable[str]:
    pairs = rows.values_list("content_type__app_label", "codename")
    return [f"{app}.{codename}" for app, codename in pairs]


def _write(person: User, rights: Rights) -> None:
    person.groups.set(Group.objects.filter(name__in=rights.roles))
    wanted = {code for name in rights.extras for code in PERMISSIONS[name]}
    kept = set(_codes(person.user_permissions.all())) - _ALL_NAMES
    rows = Permission.objects.select_related("content_type").filter(
        codename__in={code.partition(".")[2] for code in wanted | kept}
    )
    person.user_permissions.set(
        row for row in rows if f"{row.content_type.app_label}.{row.codename}" in wanted | kept
    )
    if person.is_staff != rights.is_staff:
        person.is_staff = rights.is_staff
        # Announces it to what is remembered of members.
        person.save(update_fields=["is_staff"])
