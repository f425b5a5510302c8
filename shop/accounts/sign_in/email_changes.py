"""What follows a change of the e-mail address, and taking it back.

Who steals an account changes its address first. So the address before gets a letter with a link
that puts it back, whatever was changed since: sessions end, the password and what was added to
sign in with since then go, and the owner chooses a new password.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from audit.models import SecurityEvent
from audit.security import note
from shop.accounts.letters.queue import queue
from shop.accounts.models import User
from shop.accounts.newsletter import subscriptions
from shop.accounts.security_letters import tell
from shop.accounts.sign_in import sessions, throttle
from shop.accounts.sign_in.errors import AddressTaken

#: The link in the letter works for so many days.
UNDO_DAYS: Final = 7
_SALT: Final = "accounts.email_change.undo"


@dataclass(frozen=True)
class Change:
    """A change that can be taken back: whose, the address before, and when it was."""

    user_id: UUID
    before: str
    at: datetime


def ask(*, user: User, new: str) -> None:
    """Have the owner of the mailbox ``new`` confirm that it is to be the address of ``user``.

    An address of another account gets a letter that says so; here nothing tells the difference.
    A change that waited is forgotten. Locks the account.
    """
    is_taken = User.objects.with_address(new) is not None
    with transaction.atomic():
        # Sent twice at once, the second finds what the first wrote.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        forget_waiting(user)
        address = EmailAddress.objects.create(user=user, email=new)
        if throttle.may_write_to(new):
            facts = {"address": address.pk, "is_new_account": False}
            queue("known_already" if is_taken else "confirm", to=new, facts=facts)


def waiting_for(user: User) -> str:
    """The address that waits to be confirmed, or nothing."""
    address = _waiting(user).first()
    return address.email if address else ""


def forget_waiting(user: User) -> None:
    """Let the link to a new address open nothing any more."""
    _waiting(user).delete()


def was_reached(*, user: User, request: HttpRequest) -> None:
    """A letter to the address of ``user`` was answered: that proves it like the link for that."""
    mine = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=False)
    address = mine.first()
    if address is not None:
        get_adapter(request).confirm_email(request, address)


def note_change(*, user: User, before: str) -> None:
    """Write to both addresses that ``before`` was replaced by the one that ``user`` has now."""
    now = timezone.now()
    token = signing.dumps([str(user.pk), before, now.timestamp()], salt=_SALT)
    path = reverse("accounts:email_undo", args=[token])
    note(SecurityEvent.Kind.EMAIL_CHANGED, user_id=user.pk)
    tell(user=user, kind="email_changed", context={"old_email": before, "path": path})


def read(token: str) -> Change | None:
    """What a link takes back; None if it is forged, too old, or was used."""
    try:
        user_id, before, at = signing.loads(token, salt=_SALT, max_age=timedelta(days=UNDO_DAYS))
    except signing.BadSignature:
        return None
    change = Change(UUID(user_id), before, datetime.fromtimestamp(at, UTC))
    return None if _was_undone_since(change) else change


def undo(change: Change) -> User:
    """Give the account its address before back, and shut out whoever is in.

    The person needs a new password then. Second factors and passkeys that were added after the
    change are gone. Locks the account; raises :class:`AddressTaken` if another account proved
    the address meanwhile, and User.DoesNotExist if there is nothing to give back.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=change.user_id)
        if _was_undone_since(change):
            raise User.DoesNotExist
        others = EmailAddress.objects.filter(email__iexact=change.before, verified=True)
        taken = User.objects.with_address(change.before)
        if others.exclude(user=user).exists() or (taken is not None and taken.pk != user.pk):
            raise AddressTaken
        user.emailaddress_set.exclude(email=change.before).delete()
        EmailAddress.objects.update_or_create(
            user=user, email=change.before, defaults={"verified": True, "primary": True}
        )
        lost, user.email = user.email, change.before
        user.set_unusable_password()
        user.save(update_fields=["email", "password"])
        subscriptions.follow(user=user, before=lost)
        Authenticator.objects.filter(user=user, created_at__gte=change.at).delete()
        sessions.end_all(user)
        payload = {"undone": True, "of": change.at.timestamp()}
        note(SecurityEvent.Kind.EMAIL_CHANGED, user_id=user.pk, payload=payload)
        tell(user=user, kind="email_restored", context={"path": reverse("account_reset_password")})
    return user


def _waiting(user: User) -> QuerySet[EmailAddress]:
    return EmailAddress.objects.filter(user=user, verified=False).exclude(email__iexact=user.email)


def _was_undone_since(change: Change) -> bool:
    """Whether ``change``, or one before it, was taken back since.

    A later one does not count: a thief who changes the address twice has a link of their own.
    """
    return SecurityEvent.objects.filter(
        user_id=change.user_id,
        kind=SecurityEvent.Kind.EMAIL_CHANGED,
        payload__undone=True,
        payload__of__lte=change.at.timestamp(),
        created_at__gte=change.at,
    ).exists()
