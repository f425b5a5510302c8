"""Steps staff may take with a document, each behind a page that says what it does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise


@dataclass(frozen=True)
class Step:
    """Offered from any status in ``before`` to who has ``permission``; ``act`` refuses the rest.

    ``is_signed`` acts are told who takes them.
    """

    name: str
    before: tuple[str, ...]
    label: str | Promise
    consequence: str | Promise
    act: Callable[..., Any]
    permission: str
    is_signed: bool = False
    is_destructive: bool = False

    def take(self, document_id: UUID, *, actor_id: Any, **facts: Any) -> Any:
        """What the act gives, told ``facts`` too. Raises what it refuses with."""
        signed = {"actor_id": actor_id} if self.is_signed else {}
        return self.act(document_id, **signed, **facts)


def offered(steps: Iterable[Step], document: Any, user: Any) -> list[Step]:
    """The steps that ``user`` may take from where the document is."""
    return [
        step for step in steps if document.status in step.before and user.has_perm(step.permission)
    ]
