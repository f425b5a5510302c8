"""Accounts in PayPal's vault: kept without a payment, and forgotten.

Their owner confirms on PayPal's page what is set up; then it is exchanged for a token to charge.
PayPal remembers keys of its vault for three hours.
"""

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from payments.errors import ProviderAway
from payments.providers.base import Answer, Kept, Method, Outcome
from payments.providers.paypal import answers
from payments.providers.paypal.wire import Reply, Wire, check_address, link

TOKENS: Final = "/v3/vault/payment-tokens"
SETUPS: Final = "/v3/vault/setup-tokens"
#: A setup that its owner has not confirmed yet.
_UNCONFIRMED: Final = frozenset({"CREATED", "PAYER_ACTION_REQUIRED"})


def add(wire: Wire, method: Method, *, key: str, return_url: str) -> Answer:
    """See :class:`~payments.providers.interface.AddsCards`."""
    context = {
        "return_url": return_url,
        "cancel_url": f"{return_url}?approved=no",
        "shipping_preference": "NO_SHIPPING",
    }
    source = {"usage_type": "MERCHANT", "customer_type": "CONSUMER", "experience_context": context}
    body: dict[str, Any] = {"payment_source": {"paypal": source}}
    if method.customer:
        body["customer"] = {"id": method.customer}
    reply = wire.post(SETUPS, body, key=key)
    if reply.is_refused:
        return Answer(Outcome.DECLINED, "", code=answers.code(reply))
    return _to_confirm(reply)


def added(wire: Wire, reference: str) -> Answer:
    """See :class:`~payments.providers.interface.AddsCards`."""
    found = wire.get(f"{SETUPS}/{quote(reference, safe='')}")
    if found.body.get("status") in _UNCONFIRMED:
        return _to_confirm(found)
    # Exchanged before it is gone, and the same key gives the same answer.
    source = {"token": {"id": reference, "type": "SETUP_TOKEN"}}
    made = wire.post(TOKENS, {"payment_source": source}, key=f"{reference}:keep")
    if made.is_refused:
        return Answer(Outcome.DECLINED, reference, code=answers.code(made))
    return Answer(Outcome.APPROVED, reference, kept=_kept(made))


def forget(wire: Wire, token: str) -> None:
    """See :class:`~payments.providers.interface.Keeping`."""
    reply = wire.delete(f"{TOKENS}/{quote(token, safe='')}")
    if reply.is_refused and reply.status != HTTPStatus.NOT_FOUND:
        raise ProviderAway(f"PayPal does not forget the account: {reply.issue}")


def _to_confirm(reply: Reply) -> Answer:
    reference, address = str(reply.body.get("id") or ""), link(reply.body, "approve")
    if not reference or not address:
        raise ProviderAway("PayPal's answer cannot be understood")
    check_address(address)
    return Answer(Outcome.CHALLENGE, reference, redirect_url=address)


def _kept(made: Reply) -> Kept:
    try:
        source = made.body["payment_source"]["paypal"]
        return Kept(
            token=str(made.body["id"]),
            customer=str(made.body["customer"]["id"]),
            brand="PayPal",
            holder=str(source.get("email_address") or "")[:200],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ProviderAway("PayPal's answer cannot be understood") from error
