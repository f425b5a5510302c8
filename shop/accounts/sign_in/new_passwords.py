"""What follows a new password: whoever else is in is out, and the owner hears of it.

A change of the address that was asked for before ends, too: it may be the thief's.
"""

from django.http import HttpRequest

from audit.models import SecurityEvent
from audit.security import note
from shop.accounts.models import User
from shop.accounts.security_letters import tell
from shop.accounts.sign_in import email_changes, sessions, throttle


def was_changed(*, user: User, keep: str | None) -> None:
    """By who is signed in: end all sessions but the one with the key ``keep``."""
    sessions.end_others(user, keep=keep)
    email_changes.forget_waiting(user)
    throttle.forgive(user.email)
    note(SecurityEvent.Kind.PASSWORD_CHANGED, user_id=user.pk)
    tell(user=user, kind="password_changed", context={})


def was_reset(*, user: User, request: HttpRequest) -> None:
    """By who opened a link: end all sessions. The link proved the address it was sent to."""
    sessions.end_all(user)
    email_changes.forget_waiting(user)
    throttle.forgive(user.email)
    note(SecurityEvent.Kind.PASSWORD_RESET, user_id=user.pk)
    email_changes.was_reached(user=user, request=request)
    tell(user=user, kind="password_changed", context={})
