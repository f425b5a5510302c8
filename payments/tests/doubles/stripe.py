"""Stripe's end of the wire by its published interface: PaymentIntents, refunds, signed events.

Keys are kept with what was sent, as Stripe does: the same again gets the same reply, and other
words under a known key are refused. What a request may not carry is refused too.
"""

import re
import secrets
import time
from email import message_from_bytes
from types import SimpleNamespace

from payments.providers.base import Method
from payments.tests.doubles.faults import Double, Reply
from payments.tests.doubles.stripe_cards import ASKS, CARDS, GOOD, REASONS
from payments.tests.doubles.stripe_lists import StripeLists
from payments.tests.doubles.stripe_news import WEBHOOK_SECRET, StripeNews
from payments.tests.doubles.stripe_pages import PAGES
from payments.tests.doubles.stripe_vault import Refused, StripeVault, listed
from payments.tests.doubles.stripe_words import StripeWords, card_of, tree_of

SECRET_KEY = "sk_test_double"
#: What each request may carry.
ALLOWED = {
    "create": {
        "amount",
        "currency",
        "payment_method",
        "allowed_payment_method_types",
        "capture_method",
        "confirm",
        "return_url",
        "metadata",
        "expand",
        "customer",
        "setup_future_usage",
        "payment_method_options",
    },
    "capture": {"amount_to_capture", "expand", "final_capture", "metadata"},
    "cancel": {"cancellation_reason", "expand"},
    "refunds": {"payment_intent", "amount", "metadata", "reason"},
}
INTENT = re.compile(r"/v1/payment_intents/(pi_\w+)(?:/(\w+))?")


class StripeDouble(StripeVault, StripeLists, StripeNews, StripeWords, Double):
    provider = "STRIPE"
    calls = ("authorize", "capture", "void", "refund", "fetch")

    def __init__(self):
        super().__init__()
        self.intents = {}
        self.refunds = []
        self.disputes = {}
        #: What was uploaded as evidence.
        self.files = []
        #: Kept replies by key; Stripe forgets them after a day, see :meth:`forget_keys`.
        self._kept = {}
        #: What search does not find yet.
        self.unsearchable = False
        #: What its look for fraud found.
        self.outcome = {"risk_level": "normal"}
        #: Whether the account may capture in several parts.
        self.has_multicapture = False
        self.open_vault()
        self.open_lists()

    def options(self):
        return {
            "PAYMENT_PROVIDERS": ["STRIPE"],
            "STRIPE_SECRET_KEY": SECRET_KEY,
            "STRIPE_PUBLISHABLE_KEY": "pk_test_double",
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STRIPE_API_URL": self.url,
            "STRIPE_SCRIPT_URL": f"{self.url}/stripe.js",
        }

    def method(self):
        return Method(GOOD, "Visa", "4242")

    def forget_keys(self):
        self._kept.clear()

    def charges(self):
        return [
            (
                one.metadata["payment"],
                one.amount,
                one.currency.upper(),
                one.received,
                self._refunded(one),
            )
            for one in self.intents.values()
            if one.charge
        ]

    def held_amount(self):
        open_ones = (one for one in self.intents.values() if one.status == "requires_capture")
        return sum(one.amount - one.received for one in open_ones)

    # --- the shopper and the bank ---

    def shopper_pays(self, payment):
        """The bank is told yes; Stripe sends the shopper back with these words."""
        found = self.intents[payment.provider_reference]
        self.answer_bank(found.id, is_yes=True)
        return {
            "payment_intent": found.id,
            "payment_intent_client_secret": f"{found.id}_secret",
            "redirect_status": "succeeded",
        }

    def answer_bank(self, reference, *, is_yes):
        found = self.intents[reference]
        if is_yes:
            found.status, found.charge = "requires_capture", f"ch_{secrets.token_hex(8)}"
            self.attach(found)
        else:
            found.status = "requires_payment_method"
            found.error = {"code": "payment_intent_authentication_failure", "type": "card_error"}

    # --- the interface ---

    def call_of(self, request):
        if request.path == "/v1/payment_intents" and request.method == "POST":
            return "authorize"
        if request.path == "/v1/refunds" and request.method == "POST":
            return "refund"
        if request.path.endswith("/capture"):
            return "capture"
        return "void" if request.path.endswith("/cancel") else "fetch"

    def respond(self, request):
        if request.path in PAGES:
            kind, text = PAGES[request.path]
            return Reply(text.encode(), headers={"Content-Type": kind})
        if request.headers.get("authorization") != f"Bearer {SECRET_KEY}":
            return Refused(401, message="Invalid API Key provided").reply
        if request.method != "POST":
            return self._worked(request, request.query)
        key, said = self.key_of(request), (request.path, request.body)
        if key in self._kept:
            before, reply = self._kept[key]
            if before != said:
                return Refused(400, type="idempotency_error", message="another request").reply
            return reply
        is_file = request.path == "/v1/files"
        reply = self._worked(request, {} if is_file else tree_of(request.form()))
        if key:
            self._kept[key] = said, reply
        return reply

    def _worked(self, request, said):
        try:
            return Reply(self._work(request, said))
        except Refused as refused:
            return refused.reply

    def _work(self, request, said):
        is_post = request.method == "POST"
        if request.path == "/v1/payment_intents" and is_post:
            return self._create(_only("create", said))
        if request.path == "/v1/payment_intents":
            return self.list_intents(request, said)
        if request.path == "/v1/payment_intents/search":
            return listed(self._searched(said["query"]))
        if request.path == "/v1/refunds":
            if is_post:
                return self._refund(_only("refunds", said))
            rows = [row for row in self.refunds if row["payment_intent"] == said["payment_intent"]]
            return listed(rows)
        if found := INTENT.fullmatch(request.path):
            intent = self.intents.get(found[1])
            if intent is None:
                raise Refused(404, code="resource_missing", message="No such payment_intent")
            if is_post:
                act = {"capture": self._capture, "cancel": self._cancel}[found[2]]
                act(intent, _only(found[2], said))
            return self._shown(intent)
        return self._other(request, said)

    def _other(self, request, said):
        if request.path == "/v1/files":
            kind = request.headers["content-type"]
            form = message_from_bytes(
                b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.body
            )
            parts = {
                one.get_param("name", header="content-disposition"): one
                for one in form.get_payload()
            }
            assert parts["purpose"].get_payload().strip() == "dispute_evidence"
            self.files.append(parts["file"].get_payload(decode=True))
            return {"id": f"file_{len(self.files)}", "object": "file"}
        if found := re.fullmatch(r"/v1/disputes/dp_(\w+?)(/close)?", request.path):
            about = self.disputes.setdefault(found[1], self.dispute(f"pi_{found[1]}"))
            if found[2]:
                if about["status"] != "needs_response":
                    raise Refused(400, code="dispute_not_open", message="too late")
                about["status"] = "lost"
            elif request.method == "POST":
                if about["status"] != "needs_response":
                    raise Refused(400, code="dispute_already_submitted", message="too late")
                about |= {"status": "under_review", "evidence": said["evidence"]}
            return about
        answer = self.work_in_vault(request, said) or self.work_on_lists(request, said)
        if answer is None:
            raise Refused(404, message=f"Unrecognized request URL {request.path}")
        return answer

    def _create(self, said):
        is_test_card = said["payment_method"] in CARDS
        if not is_test_card and said["payment_method"] not in self.methods:
            raise Refused(400, code="resource_missing", param="payment_method", message="none such")
        method = self.used(said, is_test_card=is_test_card)
        made = SimpleNamespace(
            id=f"pi_{secrets.token_hex(12)}",
            amount=int(said["amount"]),
            currency=said["currency"],
            payment_method=method,
            behaves=self.methods[method]["behaves"] if method in self.methods else method,
            metadata=said.get("metadata", {}),
            return_url=said["return_url"],
            usage=said.get("setup_future_usage"),
            customer=said.get("customer", ""),
            is_divisible=self.has_multicapture and "payment_method_options" in said,
            created=int(time.time()),
            status="requires_capture",
            received=0,
            charge="",
            error=None,
        )
        self.intents[made.id] = made
        if made.behaves in REASONS:
            code, reason = REASONS[made.behaves]
            made.status = "requires_payment_method"
            made.error = {
                "type": "card_error",
                "code": code,
                "decline_code": reason or code,
                "message": "Your card does not do.",
            }
            card = {"payment_method": {"id": made.payment_method, "card": card_of(made)}}
            raise Refused(402, **made.error, **card, payment_intent=self._shown(made, bare=True))
        if made.behaves == ASKS:
            made.status = "requires_action"
        else:
            made.charge = f"ch_{secrets.token_hex(8)}"
            self.attach(made)
        return self._shown(made)

    def _capture(self, intent, said):
        amount = int(said.get("amount_to_capture", intent.amount))
        is_final = said.get("final_capture", "true") == "true"
        if intent.status != "requires_capture":
            raise Refused(400, code="payment_intent_unexpected_state", message=intent.status)
        if not 0 < amount <= intent.amount - intent.received:
            raise Refused(400, code="amount_too_large", message="too much")
        if not is_final and not intent.is_divisible:
            raise Refused(400, code="capture_charge_authorization_expired", message="no parts")
        intent.received += amount
        intent.metadata = {**intent.metadata, **said.get("metadata", {})}
        if is_final or intent.received == intent.amount:
            intent.status = "succeeded"

    def _cancel(self, intent, said):
        if intent.status in ("succeeded", "canceled"):
            raise Refused(400, code="payment_intent_unexpected_state", message=intent.status)
        # What was captured in parts stays.
        intent.status = "succeeded" if intent.received else "canceled"

    def _refund(self, said):
        intent = self.intents[said["payment_intent"]]
        amount = int(said["amount"])
        if not 0 < amount <= intent.received - self._refunded(intent):
            code = "charge_already_refunded" if intent.received else "charge_not_captured"
            raise Refused(400, code=code, message="more than is left")
        made = {
            "id": f"re_{secrets.token_hex(8)}",
            "object": "refund",
            "amount": amount,
            "currency": intent.currency,
            "payment_intent": intent.id,
            "status": "succeeded",
            "metadata": said.get("metadata", {}),
        }
        self.refunds.append(made)
        return made


def _only(name, said):
    for word in said:
        if word not in ALLOWED[name]:
            raise Refused(400, code="parameter_unknown", param=word, message=f"unknown {word}")
    return said
