"""How Stripe writes down what it knows of a charge."""

import re

from payments.tests.doubles.stripe_cards import MASTERCARD


class StripeWords:
    """The part of the double that shows PaymentIntents."""

    def _searched(self, query):
        key = re.fullmatch(r'metadata\["payment"\]:"([^"]+)"', query)[1]
        found = [] if self.unsearchable else self.intents.values()
        return [self._shown(one) for one in found if one.metadata.get("payment") == key]

    def _refunded(self, intent):
        rows = [row for row in self.refunds if row["payment_intent"] == intent.id]
        return sum(row["amount"] for row in rows if row["status"] == "succeeded")

    def _shown(self, one, *, bare=False):
        """A PaymentIntent with what our requests expand; ``bare`` without it, as in errors."""
        card = card_of(one)
        card["capture_before"] = one.created + 7 * 86400
        card["multicapture"] = {"status": "available" if one.is_divisible else "unavailable"}
        charge = {
            "id": one.charge,
            "object": "charge",
            "amount_refunded": self._refunded(one),
            "payment_method_details": {"type": "card", "card": card},
            "outcome": self.outcome,
        }
        action = {"type": "redirect_to_url", "redirect_to_url": {"url": f"{self.url}/3ds/{one.id}"}}
        method = self.shown_method(one.payment_method, card_of(one))
        return {
            "id": one.id,
            "object": "payment_intent",
            "status": one.status,
            "amount": one.amount,
            "amount_received": one.received,
            "currency": one.currency,
            "metadata": one.metadata,
            "created": one.created,
            "setup_future_usage": one.usage,
            "next_action": action if one.status == "requires_action" else None,
            "last_payment_error": one.error,
            "latest_charge": (one.charge if bare else charge) if one.charge else None,
            "payment_method": one.payment_method if bare else method,
        }


def card_of(intent):
    brand = "mastercard" if intent.behaves == MASTERCARD else "visa"
    return {"brand": brand, "last4": "4444" if brand == "mastercard" else "4242"}


def tree_of(form):
    """Stripe's way to write what is nested: ``metadata[payment]=…``."""
    tree = {}
    for name, text in form.items():
        first, *rest = re.findall(r"[^\[\]]+", name)
        if not rest:
            tree[first] = text
        else:
            branch = tree.setdefault(first, {})
            for word in rest[:-1]:
                branch = branch.setdefault(word, {})
            branch[rest[-1]] = text
    return tree
