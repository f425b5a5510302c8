"""Which column of a bank's file says what."""

import re
from collections.abc import Sequence
from typing import TypedDict

#: Banks put some lines about the account above the header.
_HEADER_WITHIN = 40


class Columns(TypedDict, total=False):
    """Places of columns, from 0; ``text`` has all that a customer may have written into."""

    header: int
    day: int
    amount: int
    direction: int
    currency: int
    name: int
    account: int
    status: int
    text: list[int]


#: What banks call their columns, the likeliest first, without signs and in lower case: CAMT as CSV
#: of German savings and cooperative banks, DKB, ING, comdirect, N26, Wise, Revolut, and in English.
KNOWN: dict[str, tuple[str, ...]] = {
    "day": (
        "buchungstag",
        "buchungsdatum",
        "buchung",
        "bookingdate",
        "datum",
        "date",
        "transactiondate",
        "datecompletedutc",
        "completeddate",
        "valutadatum",
        "valuta",
        "wertstellung",
        "valuedate",
    ),
    "amount": (
        "betrag",
        "betrageur",
        "betragineur",
        "umsatz",
        "umsatzineur",
        "amount",
        "amounteur",
        "paidin",
        "moneyin",
        "credit",
        "creditamount",
        "gutschrift",
        "haben",
    ),
    "direction": ("sollhaben", "sh", "debitcredit", "creditdebit", "creditdebitindicator", "dc"),
    "currency": ("waehrung", "währung", "currency", "paymentcurrency"),
    "name": (
        "namezahlungsbeteiligter",
        "beguenstigterzahlungspflichtiger",
        "begünstigterzahlungspflichtiger",
        "auftraggeberempfänger",
        "auftraggeberempfaenger",
        "auftraggeberbegünstigter",
        "zahlungspflichtiger",
        "zahlungspflichtigeer",
        "auftraggeber",
        "partnername",
        "payername",
        "payer",
        "counterparty",
        "counterpartyname",
        "name",
    ),
    "account": (
        "ibanzahlungsbeteiligter",
        "kontonummeriban",
        "partneriban",
        "iban",
        "counterpartyiban",
        "payeriban",
        "account",
    ),
    "status": ("status", "umsatzstatus", "buchungsstatus", "state", "info"),
}
_TEXTS = (
    "verwendungszweck",
    "kundenreferenzendtoend",
    "kundenreferenz",
    "endtoendreferenz",
    "paymentreference",
    "reference",
    "remittanceinformation",
    "description",
    "details",
    "buchungstext",
    "memo",
)


def find(rows: Sequence[Sequence[str]]) -> Columns | None:
    """The columns of a file whose header is known; None where a person must say."""
    for place, cells in enumerate(rows[:_HEADER_WITHIN]):
        names = [_plain(cell) for cell in cells]
        if not (set(names) & set(KNOWN["day"]) and set(names) & set(KNOWN["amount"])):
            continue
        found = Columns(header=place, text=[names.index(name) for name in _TEXTS if name in names])
        for role, known in KNOWN.items():
            at = next((names.index(name) for name in known if name in names), None)
            if at is not None:
                found[role] = at  # type: ignore[literal-required]
        return found if found["text"] else None
    return None


def header_of(rows: Sequence[Sequence[str]]) -> int:
    """The row that is the header most likely: the first with as many cells as any."""
    widest = max((len([cell for cell in cells if cell]) for cells in rows), default=0)
    for place, cells in enumerate(rows):
        if cells and len([cell for cell in cells if cell]) >= max(2, widest - 1):
            return place
    return 0


def _plain(cell: str) -> str:
    return re.sub(r"[\W_\d]", "", cell.casefold())
