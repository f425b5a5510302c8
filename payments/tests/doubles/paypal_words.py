"""How PayPal writes: refusals, amounts, times and seals."""

import hashlib
import hmac
import re
import zlib
from datetime import UTC
from decimal import Decimal

from payments.tests.doubles.faults import Reply
from shop.money import to_minor

#: PayPal signs with a certificate; here a keyed hash does.
SEAL = b"seal of the double"
WHOLE_ONLY = {"HUF", "JPY", "TWD"}


class Refused(Exception):
    def __init__(self, issue, status=422, links=()):
        super().__init__(issue)
        body = {
            "name": "UNPROCESSABLE_ENTITY",
            "details": [{"issue": issue, "description": f"{issue}: no."}],
            "links": links,
        }
        self.reply = Reply(body, status)


def told(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def up(kind, row_id):
    return {"href": f"https://paypal.invalid/v2/payments/{kind}/{row_id}", "rel": "up"}


def is_done(row):
    return row["status"] in ("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED")


def minor(money):
    """Minor units; refuses text with the wrong digits, as PayPal does."""
    digits = 0 if money["currency_code"] in WHOLE_ONLY else 2
    pattern = r"\d+" if digits == 0 else rf"\d+\.\d{{{digits}}}"
    if not re.fullmatch(pattern, money["value"]):
        raise Refused("DECIMAL_PRECISION")
    return to_minor(Decimal(money["value"]), money["currency_code"])


def seal(signed, webhook, body):
    parts = (signed["transmission_id"], signed["transmission_time"], webhook, zlib.crc32(body))
    text = "|".join(str(part) for part in parts)
    return hmac.new(SEAL, text.encode(), hashlib.sha256).hexdigest()
