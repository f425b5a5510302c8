"""Colleagues come by invitation: they choose their own password, and nobody else ever knows it."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from shop.accounts.letters.queue import queue
from shop.accounts.models import User
from shop.accounts.rights import giving
from shop.accounts.rights.giving import Rights
from shop.accounts.roles import Role
from shop.accounts.sign_in.errors import AddressTaken


def invite(*, email: str, first_name: str, last_name: str, role: Role, by: User) -> User:
    """Open an account for a new colleague in ``role``, and write to them.

    No password opens it until they open the link, which proves their address. Raises
    :class:`AddressTaken` for an address that has an account, and the refusals of ``giving.give``.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                user: User = User.objects.create_user(
                    email, first_name=first_name, last_name=last_name
                )
        except IntegrityError as error:
            raise AddressTaken from error
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
        rights = Rights(is_staff=True, roles=frozenset({role.value}), extras=frozenset())
        giving.give(person_id=user.pk, rights=rights, by=by)
        queue("invitation", to=email, user=user, facts={})
    return user
