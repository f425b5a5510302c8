"""A wire to the sandbox on which requests and replies get lost, as a test scripts it."""

from payments.errors import ProviderAway
from payments.providers.sandbox import Sandbox


class Wire:
    """Stands where a real provider would: ``unreachable`` and ``mute`` name calls that fail.

    An unreachable call never arrives; the reply to a mute one is lost after the work was done.
    ``meanwhile`` runs once, after the provider did the named call and before its reply.
    """

    name = "STRIPE"
    can = Sandbox.can

    def __init__(self):
        self.sandbox = Sandbox()
        self.unreachable = set()
        self.mute = set()
        self.meanwhile = {}

    def _call(self, call, *args, **kwargs):
        if call in self.unreachable:
            raise ProviderAway("no connection")
        answer = getattr(self.sandbox, call)(*args, **kwargs)
        if call in self.meanwhile:
            self.meanwhile.pop(call)()
        if call in self.mute:
            raise ProviderAway("reply lost")
        return answer

    def tokenize(self, card):
        return self._call("tokenize", card)

    def authorize(self, charge):
        return self._call("authorize", charge)

    def finish(self, charge, **kwargs):
        return self._call("finish", charge, **kwargs)

    def capture(self, payment, **kwargs):
        return self._call("capture", payment, **kwargs)

    def void(self, payment, **kwargs):
        return self._call("void", payment, **kwargs)

    def release(self, payment, **kwargs):
        return self._call("release", payment, **kwargs)

    def refund(self, payment, **kwargs):
        return self._call("refund", payment, **kwargs)

    def fetch(self, charge, **kwargs):
        return self._call("fetch", charge, **kwargs)
