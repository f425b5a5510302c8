"""What iyzico reports of payments: one, those of a day, and notices."""

import json
import time
import uuid

from payments.tests.doubles.iyzico_forms import given, shown, transaction
from payments.tests.doubles.iyzico_wire import SECRET_KEY, reply_of, signature


class IyzicoReports:
    """The part of the double that tells what was."""

    def _report(self, asked):
        number, key = asked.get("paymentId"), asked.get("paymentConversationId")
        rows = [
            {
                **shown(form),
                # Numbers here, and a basket of iyzico's own: as documented.
                "paymentId": int(form.payment_id),
                "basketId": "16733998",
                "paymentStatus": 1,
                "paymentConversationId": form.key,
                "cancels": [{"refundStatus": 1}] if form.is_canceled else [],
                "itemTransactions": [{"refunds": [given(form, row) for row in form.refunds]}],
            }
            for form in self.forms.values()
            if form.status == "SUCCESS"
            and form.is_reported
            and (form.payment_id == number if number else form.key == key)
        ]
        if not rows:
            return self._failure({}, "5088", "Payment not found")
        return reply_of({"status": "success", "locale": "en", "payments": rows})

    def _day(self, asked):
        """The transactions of a day, one on a page."""
        rows = [
            transaction(form, kind)
            for form in self.forms.values()
            for kind in ("PAYMENT", "CANCEL")[: 1 + form.is_canceled]
            if form.status == "SUCCESS" and form.at.date().isoformat() == asked["transactionDate"]
        ]
        page = int(asked["page"])
        told = {"status": "success", "currentPage": page, "totalPageCount": max(1, len(rows))}
        return reply_of({**told, "transactions": rows[page - 1 : page]})

    def notice(self, token, *, event="CHECKOUT_FORM_AUTH", is_page=True, secret=SECRET_KEY):
        """Headers and body of a notice about a page, or else about a call without one."""
        form = self.forms[token]
        told = {
            "paymentConversationId": form.key,
            "merchantId": 1,
            "token": token,
            "status": form.status,
            "iyziReferenceCode": str(uuid.uuid4()),
            "iyziEventType": event,
            "iyziEventTime": int(time.time() * 1000),
            "iyziPaymentId": int(form.payment_id or 0),
        }
        names = ["iyziEventType", "iyziPaymentId", "token", "paymentConversationId", "status"]
        if not is_page:
            told["paymentId"] = told.pop("iyziPaymentId")
            del told["token"]
            names = ["iyziEventType", "paymentId", "paymentConversationId", "status"]
        words = secret + "".join(str(told[name]) for name in names)
        return {"X-IYZ-SIGNATURE-V3": signature(secret, words)}, json.dumps(told).encode()
