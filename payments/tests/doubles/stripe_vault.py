"""What Stripe keeps of cards: customers, the cards attached to them, and cards kept by themselves.

A card that a customer holds is charged for that customer only; one that nobody holds is spent with
its first charge.
"""

import re
import secrets

from payments.tests.doubles.faults import Reply

METHOD = re.compile(r"/v1/payment_methods/(pm_\w+)(/detach)?")
SETUP = re.compile(r"/v1/setup_intents/(seti_\w+)")
ASKS = "pm_card_threeDSecure2Required"
DECLINED = "pm_card_chargeDeclined"


class Refused(Exception):
    def __init__(self, status, **error):
        super().__init__(error)
        self.reply = Reply({"error": {"type": "invalid_request_error", **error}}, status)


class StripeVault:
    """The part of the double that keeps cards."""

    def open_vault(self):
        #: By id: who holds the card and how it behaves.
        self.methods = {}
        #: By id: our key.
        self.customers = {}
        self.setups = {}

    def held(self):
        """Cards that customers hold."""
        return [name for name, row in self.methods.items() if row["customer"]]

    def used(self, said, *, is_test_card):
        """The card that a charge names; Stripe's test cards are another one each time."""
        customer = said.get("customer")
        if customer and customer not in self.customers:
            raise Refused(400, code="resource_missing", param="customer", message="none such")
        if is_test_card and not customer:
            return said["payment_method"]
        if is_test_card:
            made = f"pm_{secrets.token_hex(8)}"
            self.methods[made] = {"customer": "", "behaves": said["payment_method"]}
            return made
        holder = self.methods[said["payment_method"]]["customer"]
        if not holder or holder != customer:
            raise Refused(400, code="payment_method_unexpected_state", message="not this customer")
        return said["payment_method"]

    def attach(self, intent):
        """A charge that went through leaves its card with the customer, where that was asked."""
        if intent.usage and intent.payment_method in self.methods:
            self.methods[intent.payment_method]["customer"] = intent.customer

    def shown_method(self, name, card):
        row = self.methods.get(name, {"customer": ""})
        shown = {**card, "exp_month": 12, "exp_year": 2040}
        customer = row["customer"] or None
        return {"id": name, "object": "payment_method", "customer": customer, "card": shown}

    def work_in_vault(self, request, said):
        """The answer to a request about customers and cards; None for any other."""
        if request.path == "/v1/customers":
            made = f"cus_{secrets.token_hex(8)}"
            self.customers[made] = said["metadata"]["person"]
            return {"id": made, "object": "customer"}
        if request.path == "/v1/customers/search":
            key = re.fullmatch(r'metadata\["person"\]:"([^"]+)"', said["query"])[1]
            known = [] if self.unsearchable else self.customers.items()
            return listed({"id": name, "object": "customer"} for name, one in known if one == key)
        if request.path == "/v1/setup_intents":
            return self._set_up(said)
        if found := SETUP.fullmatch(request.path):
            return self._shown_setup(self.setups[found[1]])
        if found := METHOD.fullmatch(request.path):
            return self._method(found[1], is_detach=bool(found[2]))
        return None

    def answer_setup(self, reference):
        """The bank has asked its customer, who said yes."""
        row = self.setups[reference]
        row["status"] = "succeeded"
        self.methods[row["method"]]["customer"] = row["customer"]

    def _set_up(self, said):
        if said["customer"] not in self.customers or said["usage"] != "on_session":
            raise Refused(400, code="parameter_invalid", message="whose?")
        if said["payment_method"] == DECLINED:
            raise Refused(402, type="card_error", code="card_declined", message="no")
        made = f"pm_{secrets.token_hex(8)}"
        self.methods[made] = {"customer": "", "behaves": said["payment_method"]}
        row = {
            "id": f"seti_{secrets.token_hex(8)}",
            "method": made,
            "customer": said["customer"],
            "status": "requires_action",
        }
        self.setups[row["id"]] = row
        if said["payment_method"] != ASKS:
            self.answer_setup(row["id"])
        return self._shown_setup(row)

    def _shown_setup(self, row):
        action = {"type": "redirect_to_url", "redirect_to_url": {"url": f"{self.url}/3ds/setup"}}
        return {
            "id": row["id"],
            "object": "setup_intent",
            "status": row["status"],
            "next_action": action if row["status"] == "requires_action" else None,
            "payment_method": self.shown_method(row["method"], {"brand": "visa", "last4": "4242"}),
        }

    def _method(self, name, *, is_detach):
        row = self.methods.get(name)
        if row is None:
            raise Refused(404, code="resource_missing", message="none such")
        if is_detach:
            if not row["customer"]:
                raise Refused(400, code="payment_method_unexpected_state", message="not attached")
            row["customer"] = ""
        return self.shown_method(name, {"brand": "visa", "last4": "4242"})


def listed(rows):
    return {"object": "list", "data": list(rows), "has_more": False, "url": "/v1/rows"}
