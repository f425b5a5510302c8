"""Asks the European Commission's register whether a VAT number exists (``VAT_REGISTER``)."""

import json
import logging
from http.client import HTTPException, HTTPSConnection

HOST = "ec.europa.eu"
PATH = "/taxation_customs/vies/rest-api/ms/{country}/vat/{number}"
#: Shoppers wait for the answer: then the number is taken at its word.
TIMEOUT_SECONDS = 3
OK = 200
log = logging.getLogger(__name__)


def vies(number: str) -> bool | None:
    """Whether the checked ``number`` is registered; None when the register gave no answer."""
    connection = HTTPSConnection(HOST, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", PATH.format(country=number[:2], number=number[2:]))
        answer = connection.getresponse()
        found = json.loads(answer.read(10_000)) if answer.status == OK else {}
    except (OSError, HTTPException, ValueError) as error:
        log.warning("the register of VAT numbers gave no answer: %s", error)
        return None
    finally:
        connection.close()
    # A country whose own register is away says so here, too.
    said = {"VALID": True, "INVALID": False}
    return said.get(found.get("userError", "")) if isinstance(found, dict) else None
