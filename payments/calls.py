"""Calls to providers: outside any transaction, each noted in the ledger of its payment."""

import time
from collections.abc import Callable

import structlog

from payments.charges import known
from payments.errors import ProviderAway
from payments.models import Payment, PaymentTransaction
from payments.providers import provider
from payments.providers.base import Answer, Outcome
from shop import closing

logger = structlog.get_logger(__name__)

Result = PaymentTransaction.Result
_RESULTS = {
    Outcome.APPROVED: Result.SUCCESS,
    Outcome.DECLINED: Result.DECLINED,
    Outcome.CHALLENGE: Result.CHALLENGE,
}


def ask(
    payment: Payment,
    kind: PaymentTransaction.Kind,
    call: Callable[[], Answer],
    *,
    amount: int | None = None,
) -> Answer | None:
    """Make ``call`` and note it; None when the provider is away, and what it did unknown.

    ``amount`` in minor units is what it was about, without it all of the payment.
    """
    answer, note = noted(payment, kind, call, amount=amount)
    closing.add(note)
    return answer


def void(payment: Payment) -> Answer | None:
    """Have the provider give back all of ``payment``; None while it is away."""
    remote = provider(payment.provider)
    return ask(
        payment,
        PaymentTransaction.Kind.VOID,
        lambda: remote.void(known(payment), key=f"{payment.pk}:void"),
    )


def noted(
    payment: Payment,
    kind: PaymentTransaction.Kind,
    call: Callable[[], Answer],
    *,
    amount: int | None = None,
) -> tuple[Answer | None, PaymentTransaction]:
    """The same with a note that the caller writes together with what follows from the answer."""
    started = time.monotonic()
    answer = None
    try:
        answer = call()
    except ProviderAway as error:
        logger.warning("provider away", payment=str(payment.pk), kind=kind, why=str(error))
    note = PaymentTransaction(
        payment=payment,
        kind=kind,
        result=_RESULTS[answer.outcome] if answer else Result.ERROR,
        amount=payment.amount if amount is None else amount,
        provider_reference=answer.reference if answer else "",
        code=answer.code if answer else "",
        latency_ms=int((time.monotonic() - started) * 1000),
    )
    return answer, note
