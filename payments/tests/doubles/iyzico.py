"""iyzico on loopback: the part of its published interface that the shop uses.

Signatures are reckoned here from the description of them, with nothing of the SDK. As the real one
it has no idempotency keys: what is asked twice is done twice, or refused because it was done.
"""

import base64
import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape

from payments.providers.base import Method
from payments.tests.doubles.faults import Double, Reply

API_KEY, SECRET_KEY = "double-api-key", "double-secret-key"
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
}
_PERSON = ("id", "name", "surname", "email", "identityNumber", "registrationAddress", "city")
_BACK = ("paymentId", "price", "currency", "conversationId")
_PAYMENT = ("paymentId", "currency", "basketId", "conversationId", "paidPrice", "price")
#: Groups of errors by code, for refusals of banks.
BANK_ERRORS = {"10051": "NOT_SUFFICIENT_FUNDS", "10054": "EXPIRED_CARD", "10005": "DO_NOT_HONOUR"}


@dataclass
class Form:
    """A page that was opened, and the payment made on it."""

    token: str
    request: dict
    payment_id: str = ""
    status: str = ""
    error: str = ""
    three_d: str = "1"
    fraud: int = 1
    installment: int = 1
    phase: str = "PRE_AUTH"
    price: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    is_canceled: bool = False
    is_reported: bool = True
    day_is_over: bool = False
    refunds: list = field(default_factory=list)

    @property
    def key(self):
        return self.request["conversationId"]

    @property
    def is_taken(self):
        return self.phase == "POST_AUTH"

    @property
    def refunded(self):
        return sum((amount for _key, amount in self.refunds), Decimal(0))


class IyzicoDouble(Double):
    provider = "IYZICO"

    def __init__(self):
        super().__init__()
        self.forms = {}
        #: What the last page was opened with.
        self.opened = None
        self.signs, self.status = True, 200
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
                    _minor(form.price),
                    form.request["currency"],
                    _minor(min(form.paid, form.price)) if _holds(form) else 0,
                    _minor(min(form.refunded, form.price)),
                )
                for form in self.forms.values()
                if form.status == "SUCCESS"
            ]

    # --- what the shopper does on the page ---

    def shopper_pays(self, payment):
        return self.pay(payment.provider_reference)

    def pay(self, token, *, installment=1, surcharge="0", fraud=1, price=None):
        """The shopper pays; what comes back to the shop with them."""
        with self.lock:
            form = self.forms[token]
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
        if not _is_authorized(request):
            return self._failure({}, "1000", "Invalid signature")
        if request.method == "GET":
            return self._report(request.query)
        asked = request.json()
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
        if problem := _problem(asked):
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
        answer = {"token": form.token, "paymentStatus": "SUCCESS", **_payment(form)}
        return self._success(asked, answer, ("paymentStatus", *_PAYMENT, "token"))

    def _detail(self, asked):
        form = self._paid(asked)
        if form is None:
            return self._failure(asked, "5088", "Payment not found")
        return self._success(asked, {"paymentStatus": "SUCCESS", **_payment(form)}, _PAYMENT)

    def _take(self, asked):
        form = self._paid(asked)
        amount = Decimal(asked["paidPrice"])
        if form is None or form.is_taken or form.is_canceled or not 0 < amount <= form.paid:
            return self._failure(asked, "5092", "Not a pre-authorization")
        form.phase, form.paid = "POST_AUTH", amount
        return self._success(asked, _payment(form), _PAYMENT)

    def _cancel(self, asked):
        form = self._paid(asked)
        if form is None or form.is_canceled or form.refunds or form.day_is_over:
            return self._failure(asked, "5093", "Not cancelable")
        form.is_canceled = True
        answer = {"paymentId": form.payment_id, "price": form.paid, "currency": _currency(form)}
        return self._success(asked, answer, _BACK)

    def _refund(self, asked):
        form = self._paid(asked)
        amount = Decimal(asked["price"])
        is_open = form is not None and form.is_taken and not form.is_canceled
        if not is_open or not 0 < amount <= form.paid - form.refunded:
            return self._failure(asked, "5094", "Not refundable", retryable=False)
        form.refunds.append((asked["conversationId"], amount))
        answer = {"paymentId": form.payment_id, "price": amount, "currency": _currency(form)}
        return self._success(asked, answer, _BACK)

    def _report(self, asked):
        number, key = asked.get("paymentId"), asked.get("paymentConversationId")
        rows = [
            {
                **_payment(form),
                # Numbers here, and a basket of iyzico's own: as documented.
                "paymentId": int(form.payment_id),
                "basketId": "16733998",
                "paymentStatus": 1,
                "paymentConversationId": form.key,
                "cancels": [{"refundStatus": 1}] if form.is_canceled else [],
                "itemTransactions": [{"refunds": [_refunded(form, row) for row in form.refunds]}],
            }
            for form in self.forms.values()
            if form.status == "SUCCESS"
            and form.is_reported
            and (form.payment_id == number if number else form.key == key)
        ]
        if not rows:
            return self._failure({}, "5088", "Payment not found")
        return _reply({"status": "success", "locale": "en", "payments": rows})

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
        words = ":".join(_written(told[name]) for name in signed)
        told["signature"] = _hmac(secret, words)
        return _reply(told)

    def _failure(self, asked, code, words, **more):
        told = {"errorCode": code, "errorMessage": words, **more}
        return _reply({"status": "failure", "conversationId": asked.get("conversationId"), **told})

    # --- what iyzico tells by itself ---

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
        return {"X-IYZ-SIGNATURE-V3": _hmac(secret, words)}, json.dumps(told).encode()

    # --- the page ---

    def _shown(self, request):
        if request.method == "GET":
            token = escape(request.query["token"], quote=True)
            return _page(
                f'<form method="post"><input type="hidden" name="token" value="{token}">'
                '<button name="do" value="pay">Pay</button>'
                '<button name="do" value="refuse">Be refused</button></form>'
            )
        typed = request.form()
        act = self.pay if typed["do"] == "pay" else self.refuse
        back = act(typed["token"])
        to = escape(self.forms[typed["token"]].request["callbackUrl"], quote=True)
        return _page(
            f'<form method="post" action="{to}">'
            f'<input type="hidden" name="token" value="{back["token"]}">'
            "<button>Back to the shop</button></form>"
        )


def _problem(asked):
    """What the real one would not take."""
    missing = [name for name in _PERSON if not asked["buyer"].get(name)]
    if missing:
        return f"{missing[0]} is mandatory"
    if asked["currency"] not in ("TRY", "EUR", "USD", "GBP"):
        return "currency"
    prices = [Decimal(item["price"]) for item in asked["basketItems"]]
    if min(prices) <= 0 or sum(prices) != Decimal(asked["price"]):
        return "Basket items do not add up to the price"
    if not all(item["id"] and item["name"] and item["category1"] for item in asked["basketItems"]):
        return "an item without a name"
    return "" if asked["callbackUrl"].startswith("http") else "Callback URL is mandatory"


def _payment(form):
    return {
        "paymentId": form.payment_id,
        "currency": _currency(form),
        "basketId": form.request["basketId"],
        "price": form.price,
        "paidPrice": form.paid,
        "installment": form.installment,
        "fraudStatus": form.fraud,
        "phase": form.phase,
        "binNumber": "552608",
        "lastFourDigits": "0006",
        "cardAssociation": "MASTER_CARD",
        "cardType": "CREDIT_CARD",
        "authCode": "930115",
        "itemTransactions": [{"paymentTransactionId": "27225634", "paidPrice": form.paid}],
    }


def _refunded(form, row):
    key, amount = row
    return {
        "refundConversationId": key,
        "refundPrice": amount,
        "refundStatus": 1,
        "currencyCode": _currency(form),
    }


def _currency(form):
    return form.request["currency"]


def _holds(form):
    return form.is_taken and not form.is_canceled


def _minor(amount):
    return int(amount * 100)


def _written(value):
    if not isinstance(value, Decimal):
        return str(value)
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _hmac(secret, words):
    return hmac.new(secret.encode(), words.encode(), hashlib.sha256).hexdigest()


def _is_authorized(request):
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    parts = dict(part.split(":", 1) for part in base64.b64decode(sent).decode().split("&"))
    words = request.headers["x-iyzi-rnd"] + request.path + request.body.decode()
    return (
        scheme == "IYZWSv2"
        and parts["apiKey"] == API_KEY
        and parts["randomKey"] == request.headers["x-iyzi-rnd"]
        and hmac.compare_digest(parts["signature"], _hmac(SECRET_KEY, words))
    )


def _reply(told):
    return Reply(json.dumps(told, default=float).encode())


def _page(html):
    head = "<!doctype html><meta charset=utf-8><title>iyzico (double)</title>"
    return Reply(f"{head}{html}".encode(), headers={"Content-Type": "text/html"})
