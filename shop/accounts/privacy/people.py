"""Whose data it is: a member, or the owner of addresses without an account."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import reduce
from operator import or_
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q

from shop.accounts.models import ErasureRequest, User

#: Addresses below it stand in place of those that were erased; no mail can go there (RFC 2606).
ERASED_DOMAIN = "@erased.invalid"
#: What stands in place of a name.
ERASED_NAME = "Former customer"
#: Nothing matches it.
NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Person:
    """Who is asked about. ``emails`` are in lower case and proven to be theirs.

    ``alias`` stands in place of their addresses once they are erased; with ``is_anyone_erased``
    it is everybody who was.
    """

    user_id: UUID | None = None
    emails: frozenset[str] = frozenset()
    alias: str = ""
    is_anyone_erased: bool = False

    @property
    def addresses(self) -> frozenset[str]:
        """Their addresses, and the alias that rows may have already."""
        return self.emails | ({self.alias} if self.alias else set())

    def owns(self, *, user: str = "user", email: str = "email") -> Q:
        """Rows that name the account in column ``user``, or without one an address of theirs."""
        if self.is_anyone_erased:
            return Q(**{f"{email}__endswith": ERASED_DOMAIN})
        guests = self.writes(email) & Q(**{user: None})
        return guests | Q(**{user: self.user_id}) if self.user_id else guests

    def is_user(self, column: str = "user") -> Q:
        """Rows that name the account."""
        return Q(**{column: self.user_id}) if self.user_id else NOTHING

    def writes(self, column: str = "email") -> Q:
        """Rows with an address of theirs, in whatever case it was typed."""
        if self.is_anyone_erased:
            return Q(**{f"{column}__endswith": ERASED_DOMAIN})
        conditions = [Q(**{f"{column}__iexact": address}) for address in sorted(self.addresses)]
        return reduce(or_, conditions, NOTHING)


#: Everybody whose data was erased but for what law keeps.
ERASED = Person(is_anyone_erased=True)


def alias_of(request: ErasureRequest) -> str:
    """The address that stands in place of those of whom ``request`` erases."""
    return f"{request.pk.hex}{ERASED_DOMAIN}"


def member(user: User, *, alias: str = "") -> Person:
    """The person of an account, with the addresses that were confirmed."""
    rows = EmailAddress.objects.filter(user=user, verified=True)
    proven = rows.values_list("email", flat=True)
    return Person(user.pk, frozenset(address.lower() for address in proven), alias)


def guest(email: str) -> Person:
    """Whoever owns the mailbox; rows of accounts are not theirs."""
    return Person(None, frozenset({email.strip().lower()}))


def person_hash(user_id: UUID) -> str:
    """What a record of an erasure keeps of an account."""
    return _keyed(f"user:{user_id.hex}")


def email_hash(email: str) -> str:
    """What a record of an erasure keeps of an address."""
    return _keyed(f"email:{email.strip().lower()}")


def _keyed(text: str) -> str:
    key = settings.ERASURE_KEY.encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
