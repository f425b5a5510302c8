"""What iyzico keeps beside single payments: the transactions of a day, and cards of shoppers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final

import iyzipay  # type: ignore[import-untyped]
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now

from payments.errors import ProviderAway
from payments.providers.base import Known
from payments.providers.iyzico import seen, wire
from payments.providers.iyzico.seen import Report
from payments.providers.listed import Listed

#: iyzico's answer about a card that it does not hold.
_NO_CARD: Final = frozenset({"3001", "3002", "3005"})
_SUCCEEDED: Final = 1
_TURKEY: Final = timezone(timedelta(hours=3))
#: Transactions by which all or a part of a payment went back.
_BACK: Final = ("CANCEL", "REFUND")


def charges(since: datetime) -> Iterator[Listed]:
    """See :class:`~payments.providers.interface.Listing`; the days are those of UTC."""
    day, today = since.astimezone(UTC).date(), now().astimezone(UTC).date()
    found: list[Listed] = []
    back: Counter[str] = Counter()
    while day <= today:
        for row in filter(_has_succeeded, _day(day)):
            listed = _listed(row, day)
            if row.get("transactionType") == "PAYMENT":
                found.append(listed)
            elif row.get("transactionType") in _BACK:
                back[listed.reference] += listed.amount
        day += timedelta(days=1)
    for listed in found:
        if back[listed.reference] < listed.amount:
            yield listed


def find(reference: str) -> Known | None:
    """See :class:`~payments.providers.interface.VoidsListed`."""
    # The SDK asks by the first of the two that is not empty.
    asked = {"paymentId": reference, "paymentConversationId": ""}
    answer = wire.ask(iyzipay.RetrievePaymentDetails, "retrieve", asked)
    for row in filter(Report.has_succeeded, seen.rows(answer.get("payments"))):
        currency = str(row.get("currency") or "")
        found = Report.read(row, currency)
        if found.payment_id == reference and found.price > 0:
            key = str(row.get("paymentConversationId") or reference)
            return None if found.is_given_back else Known(key, reference, found.price, currency)
    raise ProviderAway("iyzico: has not reported the payment yet")


def forget_card(*, token: str, customer: str) -> None:
    """See :class:`~payments.providers.interface.Keeping`."""
    asked = {"locale": "en", "cardUserKey": customer, "cardToken": token}
    answer = wire.ask(iyzipay.Card, "delete", asked)
    if answer["status"] == "failure" and str(answer.get("errorCode")) not in _NO_CARD:
        raise ProviderAway(f"iyzico does not forget the card: {answer.get('errorCode')}")


def _day(day: date) -> Iterator[Mapping[str, Any]]:
    page, pages = 1, 1
    while page <= pages:
        asked = {"transactionDate": day.isoformat(), "page": str(page)}
        answer = wire.ask(iyzipay.RetrieveTransactions, "retrieve", asked)
        if answer["status"] == "failure":
            raise ProviderAway(f"iyzico gives no list: {answer.get('errorCode')}")
        yield from seen.rows(answer.get("transactions"))
        found = answer.get("totalPageCount")
        pages = found if isinstance(found, int) else 1
        page += 1


def _has_succeeded(row: Mapping[str, Any]) -> bool:
    return row.get("transactionStatus") in (_SUCCEEDED, str(_SUCCEEDED), None)


def _listed(row: Mapping[str, Any], day: date) -> Listed:
    currency = str(row.get("transactionCurrency") or "")
    amount = seen.minor(row.get("price"), currency)
    return Listed(
        reference=str(row.get("paymentId") or ""),
        key=str(row.get("conversationId") or ""),
        amount=max(0, amount),
        currency=currency,
        captured=max(0, amount) if row.get("paymentPhase") in seen.TAKEN else 0,
        at=_moment(row.get("transactionDate"), day),
    )


def _moment(told: object, day: date) -> datetime:
    """When it was, written in iyzico's own time; else the beginning of the day."""
    try:
        found = parse_datetime(str(told))
    except ValueError:
        found = None
    if found is None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=_TURKEY)
