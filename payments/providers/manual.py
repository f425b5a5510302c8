"""Money that people move: staff note what came, and send back what is to go back.

Nobody can be asked, so every answer is yes: what staff say has been done. Shoppers cannot choose
it.
"""

from payments.errors import CardRefused
from payments.providers.base import Answer, Card, Method, Outcome, RemoteState


class Manual:
    """See the module's text."""

    name = "MANUAL"

    def tokenize(self, card: Card) -> Method:
        raise CardRefused("number", "not_taken")

    def authorize(self, *, key: str, method_token: str, amount: int, currency: str) -> Answer:
        return Answer(Outcome.DECLINED, "", code="not_taken")

    def answer_challenge(self, *, key: str, approved: bool) -> Answer:
        return Answer(Outcome.DECLINED, "", code="not_taken")

    def capture(self, *, key: str, amount: int) -> Answer:
        return Answer(Outcome.APPROVED, "", amount=amount)

    def void(self, *, key: str) -> Answer:
        return Answer(Outcome.APPROVED, "")

    def refund(self, *, key: str, payment_key: str, amount: int) -> Answer:
        return Answer(Outcome.APPROVED, "", amount=amount)

    def fetch(self, *, key: str) -> RemoteState | None:
        return None
