"""Money: our ledger against that of the provider."""

from shop.operations.invariants.base import UNDER_WAY, Invariant

_LIVE = "'INITIATED', 'AUTHORIZED', 'CAPTURED', 'SETTLED', 'PARTIALLY_REFUNDED', 'DISPUTED'"

INVARIANTS = (
    Invariant(
        "I3",
        "refunded is within captured, and captured within authorized",
        """
        SELECT format('payment %s: authorized %s, captured %s, refunded %s', id, authorized_amount,
                      captured_amount, refunded_amount) AS what
        FROM payments_payment
        WHERE NOT (0 <= refunded_amount AND refunded_amount <= captured_amount
            AND captured_amount <= authorized_amount AND authorized_amount <= amount)
        """,
    ),
    Invariant(
        "I3",
        "money that we took, the provider took: as much, in the same currency",
        """
        SELECT format('payment %s: %s %s captured, the provider has %s', payment.id,
                      payment.captured_amount, payment.currency,
                      coalesce(charge.captured_amount || ' ' || charge.currency, 'nothing')) AS what
        FROM payments_payment payment
        LEFT JOIN payments_sandboxcharge charge ON charge.idempotency_key = payment.id::text
        WHERE payment.provider = 'SANDBOX' AND payment.status IN ('CAPTURED', 'SETTLED')
            AND (charge.captured_amount, charge.currency)
                IS DISTINCT FROM (payment.captured_amount, payment.currency)
        """,
    ),
    Invariant(
        "I3",
        "money that the provider took, we know of",
        f"""
        SELECT format('charge %s: %s %s taken, our payment is %s', charge.id,
                      charge.captured_amount, charge.currency,
                      coalesce(payment.status, 'missing')) AS what
        FROM payments_sandboxcharge charge
        LEFT JOIN payments_payment payment ON payment.id::text = charge.idempotency_key
        WHERE charge.captured_amount > 0 AND charge.created_at < now() - {UNDER_WAY}
            AND (payment.id IS NULL OR payment.captured_amount < charge.captured_amount
                OR payment.status IN ('FAILED', 'VOIDED', 'EXPIRED'))
        """,  # noqa: S608 - both parts are written here
    ),
    Invariant(
        "I3",
        "money that was taken belongs to an order that is served",
        f"""
        SELECT format('payment %s is captured, order %s is %s', payment.id, placed.number,
                      placed.status) AS what
        FROM payments_payment payment JOIN orders_order placed ON placed.id = payment.order_id
        WHERE payment.status IN ('CAPTURED', 'SETTLED') AND placed.paid_at IS NULL
            AND payment.updated_at < now() - {UNDER_WAY}
        """,  # noqa: S608 - both parts are written here
    ),
    Invariant(
        "I3",
        "an order that is served has its money, where a payment was tried",
        """
        SELECT format('%s is %s, its payments hold %s of %s', placed.number, placed.status,
                      sum(payment.captured_amount), placed.total) AS what
        FROM orders_order placed JOIN payments_payment payment ON payment.order_id = placed.id
        WHERE placed.status NOT IN ('PENDING', 'CANCELED')
        GROUP BY placed.id HAVING sum(payment.captured_amount) < placed.total
        """,
    ),
    Invariant(
        "I4",
        "an order has one live payment at most",
        f"""
        SELECT format('order %s has %s live payments', order_id, count(*)) AS what
        FROM payments_payment WHERE status IN ({_LIVE}) GROUP BY order_id HAVING count(*) > 1
        """,  # noqa: S608 - both parts are written here
    ),
    Invariant(
        "I4",
        "one operation at the provider has one key for ever",
        """
        SELECT format('key %s has %s charges', idempotency_key, count(*)) AS what
        FROM payments_sandboxcharge GROUP BY idempotency_key HAVING count(*) > 1
        """,
    ),
)
