"""How the sandbox finds and keeps its charges: one statement each."""

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from payments.errors import ProviderAway
from payments.models import SandboxCharge
from shop import prepared

_INSERT = """
    INSERT INTO payments_sandboxcharge (
        id, idempotency_key, method_token, currency, amount, status, code, captured_amount,
        refunded_amount, silent_until, created_at
    )
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (idempotency_key) DO NOTHING
"""


def get_or_create(charge: SandboxCharge) -> tuple[SandboxCharge, bool]:
    """``charge``, stored, or the one that has its key already; and whether it is new."""
    values = [
        charge.pk,
        charge.idempotency_key,
        charge.method_token,
        charge.currency,
        charge.amount,
        charge.status,
        charge.code,
        charge.captured_amount,
        charge.refunded_amount,
        charge.silent_until,
        charge.created_at,
    ]
    if prepared.run(_INSERT, values).rowcount:
        charge._state.adding, charge._state.db = False, DEFAULT_DB_ALIAS
        return charge, True
    return SandboxCharge.objects.get(idempotency_key=charge.idempotency_key), False


_CHARGE: prepared.Rows[SandboxCharge] = prepared.Rows(
    lambda: SandboxCharge.objects.filter(idempotency_key=prepared.Given("key")).select_for_update()
)


def locked(key: str) -> SandboxCharge:
    """The charge of ``key`` under lock; raises ProviderAway for none, and for a silent one."""
    found = _CHARGE.read(key=key)
    if not found:
        raise ProviderAway("the sandbox never heard of this payment")
    (charge,) = found
    refuse_while_silent(charge)
    return charge


def refuse_while_silent(charge: SandboxCharge) -> None:
    """Raise ProviderAway for a charge of which nobody hears yet."""
    if charge.silent_until is not None and charge.silent_until > timezone.now():
        raise ProviderAway("the sandbox takes its time")
