"""People as providers know them: made known once, by a key that stays."""

from typing import cast
from uuid import UUID

from audit import recording
from payments.models import ProviderCustomer
from payments.providers import provider
from payments.providers.interface import Registering


def customer_of(*, user_id: UUID, provider_name: str) -> str:
    """Who the person is to the provider, which learns of them now if it must know.

    "" where it has not said so and need not. Raises :class:`~payments.errors.ProviderAway`; asked
    again it is the same person. Must not run inside a transaction.
    """
    known = ProviderCustomer.objects.filter(user=user_id, provider=provider_name).first()
    remote = provider(provider_name)
    if known is not None and known.token:
        return known.token
    if not remote.can.needs_customer:
        return ""
    row = known or _opened(user_id, provider_name)
    token = cast("Registering", remote).open_customer(key=str(row.pk))
    learn(user_id=user_id, provider_name=provider_name, token=token)
    return token


def learn(*, user_id: UUID | None, provider_name: str, token: str) -> None:
    """Note what the provider calls the person; the first name stays."""
    if user_id is None or not token:
        return
    with recording.batch():
        row, _is_new = ProviderCustomer.objects.get_or_create(
            user_id=user_id, provider=provider_name
        )
        if not row.token:
            row.token = token
            row.save(update_fields=["token"])


def forget(*, provider_name: str, token: str) -> None:
    """The provider knows the person no more; who comes again is made known anew."""
    with recording.batch():
        ProviderCustomer.objects.filter(provider=provider_name, token=token).delete()


def _opened(user_id: UUID, provider_name: str) -> ProviderCustomer:
    with recording.batch():
        row, _is_new = ProviderCustomer.objects.get_or_create(
            user_id=user_id, provider=provider_name
        )
    return row
