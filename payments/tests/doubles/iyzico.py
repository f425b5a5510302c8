"""iyzico on loopback: the part of its published interface that the shop uses.

Signatures are reckoned here from the description of them, with nothing of the SDK. As the real one
it has no idempotency keys: what is asked twice is done twice, or refused because it was done.
"""

import uuid
from decimal import Decimal
from html import escape

from payments.providers.base import Method
from payments.tests.doubles.faults import Double
from payments.tests.doubles.iyzico_forms import (
    Form,
    currency_of,
    holds,
    minor,
    problem_of,
    shown,
)
from payments.tests.doubles.iyzico_reports import IyzicoReports
from payments.tests.doubles.iyzico_wire import (
    API_KEY,
    SECRET_KEY,
    is_authorized,
    page_of,
    reply_of,
    signature,
    written,
)

_OPEN = "/payment/iyzipos/checkoutform/initialize/preauth/ecom"
_PAGE = "/payment/iyzipos/checkoutform/auth/ecom/detail"
_CALLS = {
    _OPEN: "authorize",
    _PAGE: "finish",
    "/payment/postauth": "capture",
    "/payment/cancel": "void",
    "/v2/payment/refund": "refund",
    "/payment/detail": "fetch",
    "/v2/reporting/payment/details": "fetch",
    "/v2/reporting/payment/transactions": "fetch",
    "/cardstorage/card": "fetch",
}
_BACK = ("paymentId", "price", "currency", "conversationId")
_PAYMENT = ("paymentId", "currency", "basketId", "conversationId", "paidPrice", "price")
#: Groups of errors by code, for refusals of banks.
BANK_ERRORS = {"10051": "NOT_SUFFICIENT_FUNDS", "10054": "EXPIRED_CARD", "10005": "DO_NOT_HONOUR"}


class IyzicoDouble(IyzicoReports, Double):
    provider = "IYZICO"

    def __init__(self):
        super().__init__()
        self.forms = {}
        #: What the last page was opened with.
        self.opened = None
        self.signs, self.status = True, 200
        #: Cards that are held, by the shopper's key.
        self.cards = {}
        self._numbers = iter(range(25_000_001, 26_000_000))

    def options(self):
        return {
            "PAYMENT_PROVIDERS": [self.provider],
            "IYZICO_API_KEY": API_KEY,
            "IYZICO_SECRET_KEY": SECRET_KEY,
            "IYZICO_API_URL": self.url,
        }

    def method(self):
        return Method(token="", brand="iyzico")

    def call_of(self, request):
        return _CALLS.get(request.path, "")

    def key_of(self, request):
        if request.method == "GET":
            return request.query.get("paymentConversationId", request.query.get("paymentId", ""))
        return request.json().get("conversationId", "") if self.call_of(request) else ""

    def charges(self):
        with self.lock:
            return [
                (
                    form.key,
                    minor(form.price),
                    form.request["currency"],
                    minor(min(form.paid, form.price)) if holds(form) else 0,
                    minor(min(form.refunded, form.price)),
                )
                for form in self.forms.values()
                if form.status == "SUCCESS"
            ]

    # --- what the shopper does on the page ---

    def shopper_pays(self, payment):
        return self.pay(payment.provider_reference)

    def pay(self, token, *, installment=1, surcharge="0", fraud=1, price=None, keeps=False):
        """The shopper pays, and may tick to keep the card; what comes back to the shop."""
        with self.lock:
            form = self.forms[token]
            if keeps:
                owner = form.request.get("cardUserKey") or str(uuid.uuid4())
                card = str(uuid.uuid4())
                self.cards.setdefault(owner, []).append(card)
                form.kept = (owner, card)
            form.status, form.payment_id = "SUCCESS", str(next(self._numbers))
            form.installment, form.fraud = installment, fraud
            form.price = Decimal(price or form.request["price"])
            form.paid = Decimal(form.request["paidPrice"]) + Decimal(surcharge)
        return {"token": token}

    def refuse(self, token, *, error="10005", three_d="1"):
        """The bank refuses the card; another may be tried on the same page."""
        with self.lock:
            form = self.forms[token]
            form.status, form.error, form.three_d = "FAILURE", error, three_d
        return {"token": token}

    def form_of(self, payment_id):
        return next(form for form in self.forms.values() if form.payment_id == str(payment_id))

    # --- what the shop asks ---

    def respond(self, request):
        if request.path == "/pay":
            return self._shown(request)
        if not is_authorized(request):
            return self._failure({}, "1000", "Invalid signature")
        if request.path.endswith("/transactions"):
            return self._day(request.query)
        if request.method == "GET":
            return self._report(request.query)
        asked = request.json()
        if request.method == "DELETE":
            return self._forget(asked)
        act = {
            "authorize": self._open,
            "finish": self._page,
            "capture": self._take,
            "void": self._cancel,
            "refund": self._refund,
            "fetch": self._detail,
        }[self.call_of(request)]
        reply = act(asked)
        reply.status = self.status
        return reply

    def _open(self, asked):
        if problem := problem_of(asked):
            return self._failure(asked, "11", problem)
        form = Form(str(uuid.uuid4()), asked)
        self.forms[form.token] = self.opened = form
        answer = {
            "token": form.token,
            "tokenExpireTime": 1800,
            "paymentPageUrl": f"{self.url}/pay?token={form.token}",
        }
        return self._success(asked, answer, ("conversationId", "token"))

    def _page(self, asked):
        form = self.forms.get(asked["token"])
        if form is None or not form.status:
            return self._failure(asked, "5122", "No payment for this token")
        if form.status == "FAILURE":
            group = BANK_ERRORS.get(form.error, "UNKNOWN")
            more = {"token": form.token, "paymentStatus": "FAILURE", "errorGroup": group}
            more["mdStatus"] = int(form.three_d)
            return self._failure(asked, form.error, "Refused", **more)
        answer = {"token": form.token, "paymentStatus": "SUCCESS", **shown(form)}
        if form.kept:
            answer |= {"cardUserKey": form.kept[0], "cardToken": form.kept[1]}
        return self._success(asked, answer, ("paymentStatus", *_PAYMENT, "token"))

    def _detail(self, asked):
        form = self._paid(asked)
        if form is None:
            return self._failure(asked, "5088", "Payment not found")
        return self._success(asked, {"paymentStatus": "SUCCESS", **shown(form)}, _PAYMENT)

    def _take(self, asked):
        form = self._paid(asked)
        amount = Decimal(asked["paidPrice"])
        if form is None or form.is_taken or form.is_canceled or not 0 < amount <= form.paid:
            return self._failure(asked, "5092", "Not a pre-authorization")
        form.phase, form.paid = "POST_AUTH", amount
        return self._success(asked, shown(form), _PAYMENT)

    def _cancel(self, asked):
        form = self._paid(asked)
        if form is None or form.is_canceled or form.refunds or form.day_is_over:
            return self._failure(asked, "5093", "Not cancelable")
        form.is_canceled = True
        answer = {"paymentId": form.payment_id, "price": form.paid, "currency": currency_of(form)}
        return self._success(asked, answer, _BACK)

    def _refund(self, asked):
        form = self._paid(asked)
        amount = Decimal(asked["price"])
        is_open = form is not None and form.is_taken and not form.is_canceled
        if not is_open or not 0 < amount <= form.paid - form.refunded:
            return self._failure(asked, "5094", "Not refundable", retryable=False)
        form.refunds.append((asked["conversationId"], amount))
        answer = {"paymentId": form.payment_id, "price": amount, "currency": currency_of(form)}
        return self._success(asked, answer, _BACK)

    def _forget(self, asked):
        held = self.cards.get(asked["cardUserKey"], [])
        if asked["cardToken"] not in held:
            return self._failure(asked, "3005", "Card not found")
        held.remove(asked["cardToken"])
        return reply_of({"status": "success"})

    def _paid(self, asked):
        found = [
            form
            for form in self.forms.values()
            if form.status == "SUCCESS" and form.payment_id == asked["paymentId"]
        ]
        return found[0] if found else None

    def _success(self, asked, answer, signed):
        told = {"status": "success", "conversationId": asked["conversationId"], **answer}
        secret = SECRET_KEY if self.signs else "another"
        words = ":".join(written(told[name]) for name in signed)
        told["signature"] = signature(secret, words)
        return reply_of(told)

    def _failure(self, asked, code, words, **more):
        told = {"errorCode": code, "errorMessage": words, **more}
        return reply_of(
            {"status": "failure", "conversationId": asked.get("conversationId"), **told}
        )

    # --- the page ---

    def _shown(self, request):
        if request.method == "GET":
            token = escape(request.query["token"], quote=True)
            return page_of(
                f'<form method="post"><input type="hidden" name="token" value="{token}">'
                '<button name="do" value="pay">Pay</button>'
                '<button name="do" value="refuse">Be refused</button></form>'
            )
        typed = request.form()
        act = self.pay if typed["do"] == "pay" else self.refuse
        back = act(typed["token"])
        to = escape(self.forms[typed["token"]].request["callbackUrl"], quote=True)
        return page_of(
            f'<form method="post" action="{to}">'
            f'<input type="hidden" name="token" value="{back["token"]}">'
            "<button>Back to the shop</button></form>"
        )
