"""Who buys in a load: invented people, told by seed, kind and number."""

from dataclasses import dataclass, replace
from random import Random

from django.utils.text import slugify

from shop.operations.load import tables, words
from shop.operations.load.keys import own_key

#: Country, postcode and town of a hundred people, those with most first.
_TOWNS = (
    *(("DE", "10999", "Berlin"),) * 24,
    *(("DE", "20357", "Hamburg"),) * 15,
    *(("DE", "80469", "München"),) * 13,
    *(("DE", "50823", "Köln"),) * 10,
    *(("DE", "04229", "Leipzig"),) * 8,
    *(("AT", "1070", "Wien"),) * 8,
    *(("FR", "69001", "Lyon"),) * 6,
    *(("NL", "1012 AB", "Amsterdam"),) * 6,
    *(("IT", "20121", "Milano"),) * 4,
    *(("ES", "08002", "Barcelona"),) * 3,
    *(("PL", "00-031", "Warszawa"),) * 3,
)


@dataclass(frozen=True)
class Person:
    """A buyer; ``key`` is that of the account, empty for a guest."""

    key: str
    email: str
    first_name: str
    last_name: str
    line1: str
    postal_code: str
    city: str
    country: str

    @property
    def label(self) -> tuple[str, ...]:
        """The address in the columns of the tables that hold one."""
        name = f"{self.first_name} {self.last_name}"
        return (name, self.line1, self.city, self.postal_code, self.country)


def member(seed: int, number: int) -> Person:
    """A person with an account."""
    return _person("member", seed, number, key=own_key(tables.MEMBERS, seed, number))


def guest(seed: int, number: int) -> Person:
    """A person without an account."""
    return _person("guest", seed, number, key="")


def neighbor(seed: int, number: int) -> Person:
    """A guest whose address reads like anyone's, for a shop that people look around in."""
    person = guest(seed, number)
    name = f"{slugify(person.first_name)}.{slugify(person.last_name)}"
    return replace(person, email=f"{name}{number}@mail.example")


def _person(kind: str, seed: int, number: int, *, key: str) -> Person:
    random = Random(f"{kind} {seed} {number}")  # noqa: S311
    country, postal_code, city = random.choice(_TOWNS)
    return Person(
        key=key,
        email=f"{kind}-{seed}-{number}@load.example",
        first_name=random.choice(words.FIRST_NAMES),
        last_name=random.choice(words.LAST_NAMES),
        line1=f"{random.choice(words.STREETS)} {random.randrange(1, 120)}",
        postal_code=postal_code,
        city=city,
        country=country,
    )
