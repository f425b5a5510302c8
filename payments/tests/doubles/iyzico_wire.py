"""How iyzico's double signs and answers, by the description of it and with nothing of the SDK."""

import base64
import hashlib
import hmac
import json
from decimal import Decimal

from payments.tests.doubles.faults import Reply

API_KEY, SECRET_KEY = "double-api-key", "double-secret-key"


def written(value):
    if not isinstance(value, Decimal):
        return str(value)
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def signature(secret, words):
    return hmac.new(secret.encode(), words.encode(), hashlib.sha256).hexdigest()


def is_authorized(request):
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    parts = dict(part.split(":", 1) for part in base64.b64decode(sent).decode().split("&"))
    words = request.headers["x-iyzi-rnd"] + request.path + request.body.decode()
    return (
        scheme == "IYZWSv2"
        and parts["apiKey"] == API_KEY
        and parts["randomKey"] == request.headers["x-iyzi-rnd"]
        and hmac.compare_digest(parts["signature"], signature(SECRET_KEY, words))
    )


def reply_of(told):
    return Reply(json.dumps(told, default=float).encode())


def page_of(html):
    head = "<!doctype html><meta charset=utf-8><title>iyzico (double)</title>"
    return Reply(f"{head}{html}".encode(), headers={"Content-Type": "text/html"})
