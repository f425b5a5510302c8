"""Which second factors somebody has, and taking one away."""

from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.db import transaction

from shop.accounts.factors.errors import LastFactor, LastWayIn
from shop.accounts.models import User

Type = Authenticator.Type
#: What can be a second step; recovery codes only stand in for these.
LASTING = (Type.TOTP, Type.WEBAUTHN)


@dataclass
class Held:
    """The factors of one person; passkeys the oldest first."""

    app: Authenticator | None = None
    codes: Authenticator | None = None
    passkeys: list[Authenticator] = field(default_factory=list)

    @property
    def lasting(self) -> list[Authenticator]:
        """All but the recovery codes."""
        return [*([self.app] if self.app else []), *self.passkeys]

    @property
    def codes_left(self) -> int:
        """Recovery codes that were not used yet."""
        return len(RecoveryCodes(self.codes).get_unused_codes()) if self.codes else 0


def held_by(user: User) -> Held:
    """The factors of ``user``, in one query."""
    held = Held()
    for factor in Authenticator.objects.filter(user=user).order_by("pk"):
        if factor.type == Type.TOTP:
            held.app = factor
        elif factor.type == Type.WEBAUTHN:
            held.passkeys.append(factor)
        else:
            held.codes = factor
    return held


def has_factor(user: User) -> bool:
    """Whether ``user`` has an authenticator app or a passkey."""
    return Authenticator.objects.filter(user=user, type__in=LASTING).exists()


def is_needed_by(user: User) -> bool:
    """Whether ``user`` has to have a second factor: who works here does (STAFF_SECOND_FACTOR)."""
    return bool(settings.STAFF_SECOND_FACTOR and user.is_staff)


def remove(factor: Authenticator) -> None:
    """Take ``factor``, an app or a passkey, from its owner.

    The last one takes the recovery codes along. Locks the owner, so that of two removals at once
    the second sees the first. Raises :class:`LastFactor` for the last of somebody who needs one,
    :class:`LastWayIn` if nothing were left to sign in with.
    """
    with transaction.atomic():
        owner = User.objects.select_for_update(no_key=True).get(pk=factor.user_id)
        left = [each for each in held_by(owner).lasting if each.pk != factor.pk]
        if not left and is_needed_by(owner):
            raise LastFactor
        has_passkey = any(each.type == Type.WEBAUTHN for each in left)
        if factor.type == Type.WEBAUTHN and not (owner.has_usable_password() or has_passkey):
            raise LastWayIn
        factor.delete()
        if not left:
            Authenticator.objects.filter(user=owner).delete()


def remove_all(user: User) -> None:
    """Take every factor from ``user``, the recovery codes too."""
    Authenticator.objects.filter(user=user).delete()
