"""What must end before somebody can be erased: each app says what it is waiting for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shop.accounts.models import User
from shop.accounts.privacy.people import Person


@dataclass(frozen=True)
class Obstacle:
    """Something that is still open: ``kind`` is one of the words of the page, as "order"."""

    kind: str
    number: str
    state: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.number}".strip()


_finders: list[Callable[[Person], Iterator[Obstacle]]] = []


def register_obstacle(find: Callable[[Person], Iterator[Obstacle]]) -> None:
    """Let ``find`` be asked, too."""
    if find not in _finders:
        _finders.append(find)


def obstacles(person: Person) -> list[Obstacle]:
    """All that is in the way now. A few queries for each app."""
    return [*_of_staff(person), *(found for find in _finders for found in find(person))]


def _of_staff(person: Person) -> Iterator[Obstacle]:
    # What somebody does at work is in the shop's own books: they leave the staff first.
    if person.user_id and User.all_objects.filter(pk=person.user_id, is_staff=True).exists():
        yield Obstacle("staff", "")
