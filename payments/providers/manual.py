"""Money that people move: staff note what came, and send back what is to go back.

Nobody can be asked, so every answer is yes: what staff say has been done. Shoppers cannot choose
it.
"""

from collections.abc import Mapping

from payments.errors import CardRefused, NoticeRefused
from payments.providers.base import (
    Answer,
    Capabilities,
    Card,
    Charge,
    Known,
    Method,
    Outcome,
    RemoteState,
)
from payments.providers.news import Notice


class Manual:
    """See the module's text."""

    name = "MANUAL"
    can = Capabilities(captures_in_parts=True)

    def tokenize(self, card: Card) -> Method:
        raise CardRefused("number", "not_taken")

    def authorize(self, charge: Charge) -> Answer:
        return Answer(Outcome.DECLINED, "", code="not_taken")

    def finish(self, charge: Charge, *, reference: str, answer: Mapping[str, str]) -> Answer:
        return Answer(Outcome.DECLINED, "", code="not_taken")

    def capture(self, payment: Known, *, key: str, amount: int, is_last: bool = True) -> Answer:
        return Answer(Outcome.APPROVED, payment.reference, amount=amount)

    def void(self, payment: Known, *, key: str) -> Answer:
        return Answer(Outcome.APPROVED, payment.reference)

    def refund(self, payment: Known, *, key: str, amount: int) -> Answer:
        return Answer(Outcome.APPROVED, payment.reference, amount=amount)

    def fetch(self, charge: Charge, *, reference: str) -> RemoteState | None:
        return None

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        raise NoticeRefused("nobody sends notices")
