"""The demo log-ins: one for each role, for a shop on a developer's own machine only."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.accounts.roles import Role

PASSWORD = "selvedge-demo"  # noqa: S105


@dataclass(frozen=True)
class DemoAccount:
    """Someone to sign in as."""

    role: Role
    first_name: str
    last_name: str

    @property
    def email(self) -> str:
        return f"{self.role}@selvedge.example"


DEMO_ACCOUNTS = (
    DemoAccount(Role.ADMIN, "Ada", "Lindqvist"),
    DemoAccount(Role.MANAGER, "Milan", "Oberholz"),
    DemoAccount(Role.EMPLOYEE, "Edda", "Kirsch"),
    DemoAccount(Role.CUSTOMER, "Clara", "Winterfeld"),
)


def demo_password() -> str:
    """The password of every demo account.

    Raises ImproperlyConfigured with DEBUG off: a shop that others can reach has no demo accounts.
    """
    if not settings.DEBUG:
        raise ImproperlyConfigured("Demo accounts exist only where DEBUG is on.")
    return PASSWORD


def open_demo_accounts() -> list[str]:
    """E-mail addresses of live accounts that still let anyone in with the demo password."""
    addresses = [account.email for account in DEMO_ACCOUNTS]
    people = User.objects.filter(email__in=addresses, status=User.Status.ACTIVE)
    return [person.email for person in people if check_password(PASSWORD, person.password)]


def refuse_open_accounts() -> None:
    """Raises ImproperlyConfigured in production while a demo account can be signed in to."""
    if settings.DEBUG:
        return
    emails: list[str] = []
    # A database that is away or empty is for /health/ready to tell.
    with suppress(DatabaseError):
        emails = open_demo_accounts()
    if emails:
        raise ImproperlyConfigured(
            f"Demo accounts with the demo password exist: {', '.join(emails)}. "
            "Delete them or give them passwords of their own before going live."
        )


@register(Tags.database)
def refuse_demo_accounts(
    app_configs: Any = None, databases: Sequence[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """In production, an error for every demo account that can be signed in to."""
    if settings.DEBUG or not databases:
        return []
    if User._meta.db_table not in connection.introspection.table_names():
        return []
    return [
        Error(
            _("The demo account %s exists and has the demo password.") % email,
            hint=_("Delete it or give it a password of its own before going live."),
            id="operations.E001",
        )
        for email in open_demo_accounts()
    ]
