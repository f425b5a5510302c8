"""Writing security events."""

from typing import Any
from uuid import UUID

from audit.models import SecurityEvent
from audit.recording import masked, plain
from shop.actor import current_actor


def note(
    kind: SecurityEvent.Kind,
    *,
    user_id: UUID | None = None,
    payload: dict[str, Any] | None = None,
) -> None:
    """Write down what happened to ``user_id``, or to nobody we know.

    Address, device and request are those of who acts now; who acts is named where it is not
    ``user_id``. Secrets in ``payload`` are masked. In a transaction it shares its fate.
    """
    actor = current_actor()
    SecurityEvent.objects.create(
        kind=kind,
        user_id=user_id,
        actor_id=None if actor.user_id == user_id else actor.user_id,
        payload=masked(plain(payload or {})),
        ip_address=actor.ip,
        user_agent=actor.user_agent,
        request_id=actor.request_id,
    )
