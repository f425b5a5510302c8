"""PayPal on loopback, as far as its published contract of orders v2 and payments v2 goes.

Strict where PayPal is: keys are signed in for, ``PayPal-Request-Id`` gives the same answer again
(refusals too), an invoice is taken once, amounts have the digits of their currency. Its page to
approve a payment is ``/checkoutnow``.
"""

import base64
import json
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from payments.providers.base import Method
from payments.tests.doubles.faults import Double, Reply
from payments.tests.doubles.paypal_account import PayPalAccount
from payments.tests.doubles.paypal_money import PayPalMoney
from payments.tests.doubles.paypal_pages import WEBHOOK, PayPalPages
from payments.tests.doubles.paypal_vault import PayPalVault
from payments.tests.doubles.paypal_words import Refused, is_done, minor, told
from payments.tests.doubles.using import in_use

CLIENT, SECRET = "client-of-the-shop", "secret-of-the-shop"
ROUTES = [
    ("POST", r"/v1/oauth2/token", "", "_token"),
    ("POST", r"/v1/notifications/verify-webhook-signature", "notice", "_verify"),
    ("POST", r"/v2/checkout/orders", "authorize", "_create"),
    ("GET", r"/v2/checkout/orders/(\w+)", "fetch", "_show"),
    ("POST", r"/v2/checkout/orders/(\w+)/authorize", "finish", "_authorize"),
    ("POST", r"/v2/payments/authorizations/(\w+)/capture", "capture", "_capture"),
    ("POST", r"/v2/payments/authorizations/(\w+)/void", "void", "_void"),
    ("POST", r"/v2/payments/captures/(\w+)/refund", "refund", "_refund"),
    ("POST", r"/v2/payments/authorizations/(\w+)/reauthorize", "reauthorize", "_reauthorize"),
    ("POST", r"/v3/vault/setup-tokens", "keep", "set_up"),
    ("GET", r"/v3/vault/setup-tokens/(\w+)", "fetch", "show_setup"),
    ("POST", r"/v3/vault/payment-tokens", "keep", "exchange"),
    ("DELETE", r"/v3/vault/payment-tokens/([\w-]+)", "fetch", "forget_account"),
    ("GET", r"/v1/reporting/transactions", "fetch", "list_transactions"),
    ("GET", r"/v1/customer/disputes/([\w-]+)", "fetch", "show_dispute"),
    ("POST", r"/v1/customer/disputes/([\w-]+)/provide-evidence", "evidence", "take_evidence"),
    ("POST", r"/v1/customer/disputes/([\w-]+)/accept-claim", "evidence", "take_acceptance"),
    ("GET", r"/agreements/approve", "", "agreement_page"),
    ("GET", r"/checkoutnow", "", "_page"),
    ("GET", r"/checkoutnow/approve", "", "_approve"),
    ("GET", r"/checkoutnow/cancel", "", "_cancel"),
]
OPEN_PATHS = ("/checkoutnow", "/agreements", "/v1/oauth2", "/v1/notifications")


class PayPalDouble(PayPalMoney, PayPalPages, PayPalVault, PayPalAccount, Double):
    """See the module's text. ``refuse`` and ``turn_out`` script the next answer of a call."""

    provider = "PAYPAL"

    def __init__(self):
        super().__init__()
        self.orders = {}
        self.tokens = []
        #: By call: what PayPal refuses it for, and the status of what it makes; once each.
        self.refuse = {}
        self.turn_out = {}
        self._answers = {}
        self._invoices = set()
        self._made = 0
        self.open_account()
        self.open_vault()

    # --- what the fault matrix asks for ---

    def options(self):
        return {
            "PAYPAL_CLIENT_ID": CLIENT,
            "PAYPAL_SECRET": SECRET,
            "PAYPAL_WEBHOOK_ID": WEBHOOK,
            "PAYPAL_API_URL": self.url,
        }

    def call_of(self, request):
        return self._route(request)[0]

    def key_of(self, request):
        return request.headers.get("paypal-request-id", "")

    def method(self):
        return Method(token="", brand="PayPal")

    def shopper_pays(self, payment):
        self.approve(payment.provider_reference)
        return {"token": payment.provider_reference, "PayerID": "BUYER"}

    def charges(self):
        """Of orders whose money was reserved."""
        found = []
        for order in self.orders.values():
            if not order["authorizations"]:
                continue
            unit = order["unit"]
            code = unit["amount"]["currency_code"]
            found.append(
                (
                    unit["custom_id"],
                    minor(unit["amount"]),
                    code,
                    sum(minor(row["amount"]) for row in order["captures"] if is_done(row)),
                    sum(minor(row["amount"]) for row in order["refunds"] if is_done(row)),
                )
            )
        return sorted(found)

    def held_amount(self):
        """What can still be captured."""
        found = 0
        for order in self.orders.values():
            for held in order["authorizations"][-1:]:
                if held["status"] in ("CREATED", "PARTIALLY_CAPTURED"):
                    taken = sum(minor(row["amount"]) for row in order["captures"] if is_done(row))
                    found += minor(held["amount"]) - taken
        return found

    # --- what tests do to it ---

    def approve(self, order_id):
        """The shopper has chosen and confirmed."""
        with self.lock:
            order = self.orders[order_id]
            order["update_time"] = self._now()
            if not order["authorizations"]:
                order["status"] = "APPROVED"

    def forget_keys(self):
        """Hours later no key is known any more."""
        self._answers.clear()

    def settle(self, kind, status):
        """What PayPal thought about is decided: the last row of this kind gets a new status."""
        for order in self.orders.values():
            for row in order[kind][-1:]:
                row["status"] = status

    def only_order(self):
        (order,) = self.orders.values()
        return order

    # --- the work ---

    def respond(self, request):
        _call, name, words = self._route(request)
        if not name:
            return Reply({"name": "RESOURCE_NOT_FOUND"}, 404)
        work = getattr(self, name)
        if request.path.startswith(OPEN_PATHS):
            return work(request, *words)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return Reply({"error": "invalid_token"}, 401)
        if request.method != "POST" or request.path.startswith("/v1/customer/disputes"):
            return work(request, *words)
        known = (self.key_of(request), request.path)
        if known not in self._answers:
            self._answers[known] = self._work(request, work, words)
        return self._answers[known]

    def _work(self, request, work, words):
        call = self.call_of(request)
        if not self.key_of(request):
            return Refused("PAYPAL_REQUEST_ID_REQUIRED", 400).reply
        try:
            if call in self.refuse:
                raise self._refusal(self.refuse.pop(call), request)
            return work(request, *words)
        except Refused as refused:
            return refused.reply

    def _refusal(self, issue, request):
        if issue != "INSTRUMENT_DECLINED":
            return Refused(issue)
        address = f"{self.url}/checkoutnow?token={request.path.split('/')[4]}"
        return Refused(issue, links=[{"href": address, "rel": "redirect", "method": "GET"}])

    def _route(self, request):
        for method, pattern, call, name in ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                return call, name, found.groups()
        return "", "", ()

    def _token(self, request):
        given = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic "))
        if given != f"{CLIENT}:{SECRET}".encode():
            return Reply({"error": "invalid_client"}, 401)
        if request.form() != {"grant_type": "client_credentials"}:
            return Reply({"error": "unsupported_grant_type"}, 400)
        self.tokens.append(f"A21AA{len(self.tokens)}")
        return Reply({"access_token": self.tokens[-1], "expires_in": 32400})

    def _create(self, request):
        asked = request.json()
        (unit,) = asked["purchase_units"]
        if asked["intent"] != "AUTHORIZE" or not unit["custom_id"] or not unit["invoice_id"]:
            raise Refused("MISSING_REQUIRED_PARAMETER", 400)
        minor(unit["amount"])
        source = asked["payment_source"]["paypal"]
        context = source["experience_context"]
        is_kept = self.is_kept(source)
        order_id = self._id("ORDER")
        self.orders[order_id] = {
            "id": order_id,
            "unit": unit,
            "status": "PAYER_ACTION_REQUIRED",
            "source": source,
            "vault": None,
            "update_time": "",
            "context": context,
            "authorizations": [],
            "captures": [],
            "refunds": [],
        }
        if is_kept:
            # Whoever keeps the account has approved: PayPal authorizes at once.
            self.orders[order_id]["status"] = "APPROVED"
            self._reserve(self.orders[order_id])
        return Reply(self._shown(self.orders[order_id]))

    def _show(self, request, order_id):
        if order_id not in self.orders:
            return Reply({"name": "RESOURCE_NOT_FOUND"}, 404)
        return Reply(self._shown(self.orders[order_id]))

    def _authorize(self, request, order_id):
        order = self.orders[order_id]
        if order["authorizations"]:
            raise Refused("ORDER_ALREADY_AUTHORIZED")
        if order["status"] != "APPROVED":
            raise Refused("ORDER_NOT_APPROVED")
        self._reserve(order)
        return Reply(self._shown(order), 201)

    def _shown(self, order):
        shown = {
            "id": order["id"],
            "intent": "AUTHORIZE",
            "status": order["status"],
            "purchase_units": [{"reference_id": "default", **order["unit"]}],
            "links": [],
        }
        if order["vault"]:
            source = {"email_address": "ada@example.com", "attributes": {"vault": order["vault"]}}
            shown["payment_source"] = {"paypal": source}
        if order["update_time"]:
            shown["update_time"] = order["update_time"]
        if order["authorizations"]:
            kinds = ("authorizations", "captures", "refunds")
            shown["purchase_units"][0]["payments"] = {kind: order[kind] for kind in kinds}
        if order["status"] == "PAYER_ACTION_REQUIRED":
            address = f"{self.url}/checkoutnow?token={order['id']}"
            shown["links"] = [{"href": address, "rel": "payer-action", "method": "GET"}]
        return json.loads(json.dumps(shown))

    def _id(self, kind):
        self._made += 1
        return f"{kind}{self._made}"

    def _now(self):
        self._made += 1
        return told(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._made))


@contextmanager
def paypal_in_use(settings):
    """The double as a second means beside the sandbox's cards."""
    with in_use(PayPalDouble(), settings) as double:
        settings.PAYMENT_PROVIDERS = ["SANDBOX", "PAYPAL"]
        yield double
