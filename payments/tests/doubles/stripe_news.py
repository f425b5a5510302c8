"""What Stripe tells by itself: signed events, and disputes."""

import json
import secrets
import time

from stripe import WebhookSignature

WEBHOOK_SECRET = "whsec_double"


class StripeNews:
    """The part of the double that sends events."""

    def event(self, name, about, *, event_id="", at=None, secret=WEBHOOK_SECRET):
        """Headers and body of a notice, signed at ``at`` (seconds since 1970; now)."""
        at = int(time.time() if at is None else at)
        event = {
            "id": event_id or f"evt_{secrets.token_hex(8)}",
            "object": "event",
            "type": name,
            "created": at,
            "data": {"object": about},
        }
        body = json.dumps(event)
        signature = WebhookSignature.generate_signature_header(body, secret, at)
        return {"Stripe-Signature": signature}, body.encode()

    def told(self, reference, name="payment_intent.amount_capturable_updated", **kwargs):
        """A notice about one of its PaymentIntents."""
        return self.event(name, self._shown(self.intents[reference], bare=True), **kwargs)

    def dispute(self, reference, *, status="needs_response", due_by=None):
        """What it shows of a dispute over one of its PaymentIntents."""
        intent = self.intents[reference]
        return {
            "id": f"dp_{intent.id[3:]}",
            "object": "dispute",
            "amount": intent.received,
            "currency": intent.currency,
            "payment_intent": intent.id,
            "reason": "fraudulent",
            "status": status,
            "evidence_details": {"due_by": due_by},
        }
