"""The sandbox behind a wire that fails as the doubles of the other providers do."""

from payments import providers
from payments.errors import ProviderAway
from payments.models import SandboxCharge
from payments.providers.sandbox import AUTHORIZED, Sandbox
from payments.tests.cards import ASKS, method
from payments.tests.doubles.faults import AFTER_WORK, FAULTS


class SandboxDouble:
    """Stands where the sandbox does while it is entered; the same words as ``Double``."""

    name = provider = "SANDBOX"
    can = Sandbox.can
    calls = ("authorize", "capture", "void", "refund", "fetch")

    def __init__(self):
        self.sandbox = Sandbox()
        self.seen = []
        self._faults = {}

    def __enter__(self):
        self._before = providers._PROVIDERS.get(self.name)
        providers._PROVIDERS[self.name] = self
        return self

    def __exit__(self, *error):
        providers._PROVIDERS.pop(self.name)
        if self._before is not None:
            providers._PROVIDERS[self.name] = self._before

    def options(self):
        return {"PAYMENT_PROVIDERS": [self.name]}

    def method(self):
        return method()

    def shopper_pays(self, payment):
        return {"approved": "yes"}

    def charges(self):
        return [
            (
                row.idempotency_key,
                row.amount,
                row.currency,
                row.captured_amount,
                row.refunded_amount,
            )
            for row in SandboxCharge.objects.all()
        ]

    def held_amount(self):
        rows = SandboxCharge.objects.filter(status=AUTHORIZED)
        return sum(row.amount - row.captured_amount for row in rows)

    def fail(self, call, how):
        if how not in FAULTS:
            raise ValueError(how)
        self._faults[call] = how

    def heal(self):
        self._faults.clear()

    def keys(self, call):
        return [key for name, key in self.seen if name == call]

    def _call(self, call, asked, **words):
        how = self._faults.get(call)
        self.seen.append((call, words.get("key", asked.key)))
        if how and how not in AFTER_WORK:
            raise ProviderAway(how)
        answer = getattr(self.sandbox, call)(asked, **words)
        if how:
            raise ProviderAway(how)
        return answer

    def tokenize(self, card):
        return self.sandbox.tokenize(card)

    def authorize(self, charge):
        return self._call("authorize", charge)

    def finish(self, charge, **words):
        return self._call("finish", charge, **words)

    def capture(self, payment, **words):
        return self._call("capture", payment, **words)

    def void(self, payment, **words):
        return self._call("void", payment, **words)

    def release(self, payment, **words):
        return self._call("release", payment, **words)

    def refund(self, payment, **words):
        return self._call("refund", payment, **words)

    def fetch(self, charge, **words):
        return self._call("fetch", charge, **words)

    def read_notice(self, headers, body):
        return self.sandbox.read_notice(headers, body)


class AskingSandboxDouble(SandboxDouble):
    """The same with a card whose bank asks first."""

    calls = ("finish",)

    def method(self):
        return method(ASKS)
