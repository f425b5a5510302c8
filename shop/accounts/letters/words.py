"""What a letter about an account says, before it is set in HTML and in plain text."""

from dataclasses import dataclass, field
from urllib.parse import urljoin

from django.conf import settings


@dataclass(frozen=True)
class Words:
    """``facts`` are pairs of label and value; ``notes`` stand small below the button.

    ``code`` is what the reader types in; ``to`` is who gets it instead of the address asked for.
    """

    subject: str
    lead: str
    title: str = ""
    code: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    action_label: str = ""
    action_url: str = ""
    notes: list[str] = field(default_factory=list)
    to: str = ""


def in_shop(path: str) -> str:
    """The whole address of a page. The shop's own, whatever host a request named."""
    return urljoin(settings.SHOP_URL, path)
