"""What others see of PayPal: its page to approve a payment, and signed notices."""

import hmac
import json
from html import escape
from urllib.parse import urlencode

from django.utils import timezone

from payments.tests.doubles.faults import Reply
from payments.tests.doubles.paypal_words import seal, told

WEBHOOK = "WH-of-the-shop"
PAGE = """<!doctype html><html lang="en"><title>Double of PayPal</title>
<link rel="icon" href="data:,">
<h1>Pay {amount}?</h1><p>{description}</p>
<p><a href="/checkoutnow/approve?token={id}">Pay now</a></p>
<p><a href="/checkoutnow/cancel?token={id}">Cancel and return</a></p></html>"""


class PayPalPages:
    """The part of the double that browsers and the shop's webhook see."""

    def _page(self, request):
        order = self.orders[request.query["token"]]
        amount = f"{order['unit']['amount']['value']} {order['unit']['amount']['currency_code']}"
        words = {"id": order["id"], "description": order["unit"]["description"], "amount": amount}
        page = PAGE.format(**{name: escape(text) for name, text in words.items()})
        return Reply(page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})

    def _approve(self, request):
        order = self.orders[request.query["token"]]
        self.approve(order["id"])
        return self._lead(order["context"]["return_url"], token=order["id"], PayerID="BUYER")

    def _cancel(self, request):
        order = self.orders[request.query["token"]]
        return self._lead(order["context"]["cancel_url"], token=order["id"])

    def _lead(self, address, **words):
        joint = "&" if "?" in address else "?"
        return Reply(b"", 302, {"Location": f"{address}{joint}{urlencode(words)}"})

    def notice(self, name, resource, *, at=None, event_id="WH-1"):
        """Headers and body of a notice, signed."""
        body = json.dumps(
            {
                "id": event_id,
                "event_type": name,
                "create_time": (at or timezone.now()).isoformat(),
                "resource": resource,
            },
            indent=1,
        ).encode()
        signed = {"transmission_id": event_id, "transmission_time": told(at or timezone.now())}
        headers = {
            "Paypal-Transmission-Id": signed["transmission_id"],
            "Paypal-Transmission-Time": signed["transmission_time"],
            "Paypal-Transmission-Sig": seal(signed, WEBHOOK, body),
            "Paypal-Cert-Url": "https://api.paypal.com/v1/notifications/certs/CERT-1",
            "Paypal-Auth-Algo": "SHA256withRSA",
        }
        return headers, body

    def _verify(self, request):
        question, _, event = request.body.partition(b', "webhook_event": ')
        signed, event = json.loads(question + b"}"), event[:-1]
        is_right = signed["webhook_id"] == WEBHOOK and hmac.compare_digest(
            signed["transmission_sig"], seal(signed, WEBHOOK, event)
        )
        return Reply({"verification_status": "SUCCESS" if is_right else "FAILURE"})
