"""What Stripe lists: PaymentIntents by day, and the lines of what it paid out."""

import secrets

from payments.tests.doubles.stripe_vault import listed


class StripeLists:
    """The part of the double that lists. Pages are as small as :attr:`page`."""

    page = 2

    def open_lists(self):
        #: Payouts, and by their id the lines in them.
        self.payouts = {}
        #: Those that the bank sent back.
        self.failed_payouts = set()

    def pay_out(self, *, arrival, fee=59):
        """Settle all that was captured and given back; the payout's id."""
        payout = f"po_{secrets.token_hex(6)}"
        done = {row["source"]["id"] for _p, rows in self.payouts.values() for row in rows}
        rows = [
            self._line("charge", one.received, fee, self._charge(one))
            for one in self.intents.values()
            if one.received and one.charge not in done
        ]
        rows += [
            self._line("refund", -row["amount"], 0, row)
            for row in self.refunds
            if row["id"] not in done
        ]
        self.payouts[payout] = (arrival, rows)
        return payout

    def work_on_lists(self, request, said):
        if request.path == "/v1/payouts":
            since = int(said["arrival_date[gte]"])
            rows = [
                {"id": name, "object": "payout", "arrival_date": arrival, "status": said["status"]}
                for name, (arrival, _rows) in self.payouts.items()
                if arrival >= since
                and said["status"] == ("failed" if name in self.failed_payouts else "paid")
            ]
            # The newest first, as Stripe does.
            rows.sort(key=lambda row: row["arrival_date"], reverse=True)
            return self._paged(rows, said, request)
        if request.path == "/v1/balance_transactions":
            _arrival, rows = self.payouts[said["payout"]]
            total = {"id": "txn_payout", "type": "payout", "amount": -1, "source": None}
            return self._paged([total, *rows], said, request)
        return None

    def list_intents(self, request, said):
        since = int(said["created[gte]"])
        rows = [self._shown(one) for one in self.intents.values() if one.created >= since]
        return self._paged(rows, said, request)

    def _paged(self, rows, said, request):
        after = [place for place, row in enumerate(rows) if row["id"] == said.get("starting_after")]
        rest = rows[after[0] + 1 :] if after else rows
        return {**listed(rest[: self.page]), "has_more": len(rest) > self.page, "url": request.path}

    def _charge(self, one):
        return {"id": one.charge, "payment_intent": one.id, "metadata": one.metadata}

    def _line(self, kind, amount, fee, source):
        return {
            "id": f"txn_{secrets.token_hex(6)}",
            "object": "balance_transaction",
            "type": kind,
            "amount": amount,
            "fee": fee,
            "currency": "eur",
            "source": source,
        }
