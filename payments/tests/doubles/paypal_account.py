"""What PayPal keeps beside orders: the list of transactions, and disputes."""

import json
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from payments.tests.doubles.faults import Reply
from payments.tests.doubles.paypal_words import Refused

#: Transactions are listed a moment after they were made.
MINUTE = timedelta(minutes=1)


class PayPalAccount:
    """The part of the double that is not about one order."""

    #: Transactions of one page, and the days that one question may span.
    page, span = 2, timedelta(days=31)

    def open_account(self):
        #: Transactions that no order of this double made.
        self.foreign = []
        #: By dispute: its status, and what we said.
        self.disputes = {}

    def list_transactions(self, request):
        asked = request.query
        since, until = (parse_datetime(asked[name]) for name in ("start_date", "end_date"))
        if until - since > self.span or asked["fields"] != "transaction_info":
            return Refused("INVALID_REQUEST", 400).reply
        found = [
            row
            for row in [*self._transactions(), *self.foreign]
            if since <= parse_datetime(row["transaction_initiation_date"]) <= until
        ]
        start = (int(asked["page"]) - 1) * self.page
        return Reply(
            {
                "transaction_details": [
                    {"transaction_info": row} for row in found[start : start + self.page]
                ],
                "total_pages": max(1, -(-len(found) // self.page)),
                "page": int(asked["page"]),
            }
        )

    def transaction(self, name, code, value, *, key="", fee="0.00", status="S", at=None):
        """A row of the list."""
        money = {"currency_code": "EUR", "value": value}
        return {
            "transaction_id": name,
            "transaction_event_code": code,
            "transaction_status": status,
            "transaction_amount": money,
            "fee_amount": {**money, "value": fee},
            "custom_field": key,
            "transaction_initiation_date": (at or timezone.now() - MINUTE).isoformat(),
        }

    def _transactions(self):
        for order in self.orders.values():
            key = order["unit"]["custom_id"]
            for place, held in enumerate(order["authorizations"]):
                code, named = ("T1301", "") if place else ("T1300", key)
                yield self.transaction(held["id"], code, held["amount"]["value"], key=named)
            for row in order["captures"]:
                yield self.transaction(
                    row["id"], "T0006", row["amount"]["value"], key=key, fee="-1.25"
                )
            for row in order["refunds"]:
                value = str(-Decimal(row["amount"]["value"]))
                yield self.transaction(row["id"], "T1107", value, key=key)

    def show_dispute(self, request, name):
        return Reply({"dispute_id": name, "status": self._dispute(name)["status"]})

    def take_evidence(self, request, name):
        kind = request.headers["content-type"]
        form = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.body)
        parts = {
            one.get_param("name", header="content-disposition"): one.get_payload(decode=True)
            for one in form.get_payload()
        }
        (evidence,) = json.loads(parts.pop("input"))["evidences"]
        named = [row["name"] for row in evidence.get("documents", [])]
        if len(named) != len(parts) or evidence["evidence_type"] != "OTHER":
            return Refused("INVALID_EVIDENCE", 400).reply
        return self._answer(
            name, "UNDER_REVIEW", notes=evidence["notes"], files=list(parts.values())
        )

    def take_acceptance(self, request, name):
        asked = request.json()
        if not asked["note"] or asked["accept_claim_type"] != "REFUND":
            return Refused("INVALID_REQUEST", 400).reply
        return self._answer(name, "RESOLVED", notes=asked["note"])

    def _answer(self, name, status, **said):
        row = self._dispute(name)
        if row["status"] != "WAITING_FOR_SELLER_RESPONSE":
            return Refused("DISPUTE_NOT_OPEN").reply
        row.update(status=status, **said)
        return Reply({"links": []})

    def _dispute(self, name):
        return self.disputes.setdefault(name, {"status": "WAITING_FOR_SELLER_RESPONSE"})
