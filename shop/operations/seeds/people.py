"""Staff and customers of the demo shop."""

import tomllib
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group

from shop.accounts.address_book import book
from shop.accounts.models import Address, User
from shop.accounts.newsletter import subscriptions
from shop.accounts.roles import Role, sync_roles
from shop.operations.demo import DEMO_ACCOUNTS, demo_password

PEOPLE = tomllib.loads((Path(__file__).parent / "people.toml").read_text("utf-8"))


def plant_people() -> int:
    """The demo log-ins and the customers, each with a role and an address; returns how many."""
    roles = sync_roles()
    made = 0
    for account in DEMO_ACCOUNTS:
        person = {
            "email": account.email,
            "first_name": account.first_name,
            "last_name": account.last_name,
            "is_staff": account.role != Role.CUSTOMER,
            "is_superuser": account.role == Role.ADMIN,
        }
        is_new = _plant(person, PEOPLE["demo_address"], roles[account.role], demo_password())
        if is_new and account.role == Role.CUSTOMER:
            owner = User.objects.get(email=account.email)
            work = {"full_name": owner.get_full_name(), **PEOPLE["demo_work"]}
            book.add(user_id=owner.pk, parts=work, label="Work")
        made += is_new
    for row in PEOPLE["customer"]:
        names = ("email", "first_name", "last_name", "has_marketing_consent")
        person = {name: row[name] for name in names if name in row}
        home = {name: value for name, value in row.items() if name not in names}
        # Customers are there to be looked at; nobody signs in as them.
        made += _plant(person, home, roles[Role.CUSTOMER], None)
    return made


def _plant(person: dict[str, Any], home: dict[str, str], role: Group, password: str | None) -> bool:
    if User.all_objects.filter(email__iexact=person["email"]).exists():
        return False
    user = User.objects.create_user(password=password, **person)
    user.groups.add(role)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if user.has_marketing_consent:
        subscriptions.choose(user=user, is_wanted=True)
    Address.objects.create(
        user=user,
        label="Home",
        full_name=user.get_full_name(),
        is_default=True,
        **home,
    )
    return True
