"""What PayPal does with money: reserves it, asks for it anew, takes it and gives it back."""

from datetime import timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from payments.tests.doubles.faults import Reply
from payments.tests.doubles.paypal_words import Refused, minor, told, up


class PayPalMoney:
    """The part of the double that moves what an order is about."""

    def _reserve(self, order):
        order["authorizations"].append(
            {
                "id": self._id("AUTH"),
                "status": self.turn_out.pop("finish", "CREATED"),
                "amount": order["unit"]["amount"],
                "invoice_id": order["unit"]["invoice_id"],
                "custom_id": order["unit"]["custom_id"],
                "create_time": told(timezone.now()),
            }
        )
        order["status"] = "COMPLETED"
        self.keep_account(order)

    def _reauthorize(self, request, authorization_id):
        """Once, from the fourth day on, and before anything was captured."""
        order, held = self._find("authorizations", authorization_id)
        since = timezone.now() - parse_datetime(held["create_time"])
        if len(order["authorizations"]) > 1 or held["status"] != "CREATED":
            raise Refused("REAUTHORIZATION_NOT_SUPPORTED")
        if since < timedelta(days=3):
            raise Refused("REAUTHORIZATION_TOO_SOON")
        amount = request.json()["amount"]
        minor(amount)
        made = {**held, "id": self._id("AUTH"), "amount": amount}
        made["create_time"] = told(timezone.now())
        made["status"] = self.turn_out.pop("reauthorize", "CREATED")
        order["authorizations"].append(made)
        return Reply(made, 201)

    def _capture(self, request, authorization_id):
        order, held = self._find("authorizations", authorization_id)
        asked = request.json()
        if held["status"] in ("CAPTURED", "VOIDED", "DENIED", "EXPIRED"):
            words = {"CAPTURED": "ALREADY_CAPTURED"}
            raise Refused(f"AUTHORIZATION_{words.get(held['status'], held['status'])}")
        taken = sum(
            minor(row["amount"]) for row in order["captures"] if row["status"] != "DECLINED"
        )
        if taken + minor(asked["amount"]) > minor(held["amount"]):
            raise Refused("MAX_CAPTURE_AMOUNT_EXCEEDED")
        self._take_invoice(asked["invoice_id"])
        made = {
            "id": self._id("CAPTURE"),
            "status": self.turn_out.pop("capture", "COMPLETED"),
            "status_details": {"reason": "PENDING_REVIEW"},
            "amount": asked["amount"],
            "invoice_id": asked["invoice_id"],
            "custom_id": held["custom_id"],
            "create_time": self._now(),
            "links": [up("authorizations", authorization_id)],
        }
        order["captures"].append(made)
        if made["status"] != "DECLINED":
            is_all = taken + minor(asked["amount"]) == minor(held["amount"])
            is_last = asked["final_capture"] or is_all
            held["status"] = "CAPTURED" if is_last else "PARTIALLY_CAPTURED"
        return Reply(made, 201)

    def _void(self, request, authorization_id):
        order, held = self._find("authorizations", authorization_id)
        if held is not order["authorizations"][0]:
            raise Refused("CANNOT_BE_VOIDED")
        last = order["authorizations"][-1]
        if last["status"] not in ("CREATED", "PENDING", "PARTIALLY_CAPTURED"):
            raise Refused(f"PREVIOUSLY_{last['status']}")
        for row in order["authorizations"]:
            row["status"] = "VOIDED"
        return Reply(b"", 204)

    def _refund(self, request, capture_id):
        order, capture = self._find("captures", capture_id)
        asked = request.json()
        if capture["status"] == "PENDING":
            raise Refused("PENDING_CAPTURE")
        gone = sum(
            minor(row["amount"])
            for row in order["refunds"]
            if row["links"] == [up("captures", capture_id)] and row["status"] != "FAILED"
        )
        if gone == minor(capture["amount"]):
            raise Refused("CAPTURE_FULLY_REFUNDED")
        if gone + minor(asked["amount"]) > minor(capture["amount"]):
            raise Refused("REFUND_AMOUNT_EXCEEDED")
        self._take_invoice(asked["invoice_id"], "DUPLICATE_REFUND")
        made = {
            "id": self._id("REFUND"),
            "status": self.turn_out.pop("refund", "COMPLETED"),
            "amount": asked["amount"],
            "invoice_id": asked["invoice_id"],
            "custom_id": asked["custom_id"],
            "create_time": self._now(),
            "links": [up("captures", capture_id)],
        }
        order["refunds"].append(made)
        is_all = gone + minor(asked["amount"]) == minor(capture["amount"])
        capture["status"] = "REFUNDED" if is_all else "PARTIALLY_REFUNDED"
        return Reply(made, 201)

    def _find(self, kind, wanted):
        for order in self.orders.values():
            for row in order[kind]:
                if row["id"] == wanted:
                    return order, row
        raise Refused("RESOURCE_NOT_FOUND", 404)

    def _take_invoice(self, invoice, issue="DUPLICATE_INVOICE_ID"):
        if invoice in self._invoices:
            raise Refused(issue)
        self._invoices.add(invoice)
