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
        WHERE payment.provider = 'SANDBOX'
            AND payment.status IN ('CAPTURED', 'SETTLED', 'PARTIALLY_REFUNDED')
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
        WHERE payment.status IN ('CAPTURED', 'SETTLED', 'PARTIALLY_REFUNDED')
            AND placed.paid_at IS NULL
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
        GROUP BY placed.id HAVING sum(payment.captured_amount) + placed.credit_applied
            -- What is captured when parcels leave, and what lapsed and nobody has paid yet.
            + coalesce(sum(payment.authorized_amount - payment.captured_amount
                - payment.released_amount) FILTER (WHERE payment.captures_at_shipment
                    AND payment.status IN
                        ('AUTHORIZED', 'CAPTURED', 'SETTLED', 'PARTIALLY_REFUNDED',
                            'DISPUTED')), 0)
            + coalesce(sum(payment.lapsed_amount) FILTER (WHERE NOT EXISTS (
                SELECT FROM payments_payment other WHERE other.instead_of_id = payment.id
                    AND other.status NOT IN ('INITIATED', 'FAILED', 'VOIDED', 'EXPIRED')
            )), 0)
            + coalesce((
                SELECT sum(entry.amount) FROM payments_creditentry entry
                WHERE entry.order_id = placed.id AND entry.kind = 'RETURNED'
                    AND entry.key LIKE 'back:%'
            ), 0)
            + coalesce((
                -- What an edit added and nobody has paid yet.
                SELECT edit.due FROM orders_orderedit edit
                WHERE edit.order_id = placed.id AND NOT EXISTS (
                    SELECT FROM payments_payment extra
                    WHERE extra.edit_id = edit.id AND extra.captured_amount > 0
                )
                ORDER BY edit.created_at DESC, edit.id DESC LIMIT 1
            ), 0) < placed.total
        """,
    ),
    Invariant(
        "I3",
        "what goes back of a payment is within what was captured",
        """
        SELECT format('payment %s: %s goes back of %s', payment.id, sum(part.amount),
                      payment.captured_amount) AS what
        FROM payments_payment payment
        JOIN payments_refundpart part ON part.payment_id = payment.id AND part.status <> 'FAILED'
        GROUP BY payment.id HAVING sum(part.amount) > payment.captured_amount
        """,
    ),
    Invariant(
        "I3",
        "what went back of a payment is what its refunds say",
        """
        SELECT format('payment %s: %s refunded, its refunds say %s', payment.id,
                      payment.refunded_amount, sum(part.amount)) AS what
        FROM payments_payment payment
        JOIN payments_refundpart part ON part.payment_id = payment.id
        JOIN payments_refund refund ON refund.id = part.refund_id
        WHERE part.status = 'SUCCEEDED' AND refund."to" = 'ORIGINAL'
        GROUP BY payment.id HAVING sum(part.amount) <> payment.refunded_amount
        """,
    ),
    Invariant(
        "I3",
        "money that we gave back, the provider gave back",
        """
        SELECT format('part %s: %s given back, the provider says %s', part.id, part.amount,
                      coalesce(given.amount::text, 'nothing')) AS what
        FROM payments_refundpart part
        JOIN payments_refund refund ON refund.id = part.refund_id
        JOIN payments_payment payment ON payment.id = part.payment_id
        LEFT JOIN payments_sandboxrefund given ON given.idempotency_key = part.id::text
        WHERE payment.provider = 'SANDBOX' AND part.status = 'SUCCEEDED'
            AND refund."to" = 'ORIGINAL' AND given.amount IS DISTINCT FROM part.amount
            -- What a bank took is no refund of the provider.
            AND refund.reason <> 'DISPUTED'
        """,
    ),
    Invariant(
        "I3",
        "money that the provider gave back, we know of",
        f"""
        SELECT format('sandbox refund %s: %s given back, our part is %s', given.id, given.amount,
                      coalesce(part.status, 'missing')) AS what
        FROM payments_sandboxrefund given
        LEFT JOIN payments_refundpart part ON part.id::text = given.idempotency_key
        WHERE given.created_at < now() - {UNDER_WAY} AND part.status IS DISTINCT FROM 'SUCCEEDED'
        """,  # noqa: S608 - both parts are written here
    ),
    Invariant(
        "I3",
        "what a bank took is what a lost dispute says, and no more",
        """
        SELECT format('refund %s of %s, its dispute is %s of %s', refund.id, refund.amount,
                      coalesce(dispute.status, 'missing'), dispute.amount) AS what
        FROM payments_refund refund
        LEFT JOIN payments_dispute dispute ON dispute.taken_id = refund.id
        WHERE refund.reason = 'DISPUTED' AND (dispute.id IS NULL
            OR dispute.status NOT IN ('LOST', 'ACCEPTED') OR refund.amount > dispute.amount)
        """,
    ),
    Invariant(
        "I3",
        "a payment is disputed as long as a bank has not decided",
        """
        SELECT format('payment %s is disputed, nobody disputes it', payment.id) AS what
        FROM payments_payment payment
        WHERE payment.status = 'DISPUTED' AND NOT EXISTS (
            SELECT FROM payments_dispute dispute WHERE dispute.payment_id = payment.id
                AND dispute.status IN ('OPEN', 'EVIDENCE_SENT')
        )
        """,
    ),
    Invariant(
        "I3",
        "what was captured in parts is what the captures say",
        """
        SELECT format('payment %s: %s captured, its captures say %s', payment.id,
                      payment.captured_amount, coalesce(sum(part.amount), 0)) AS what
        FROM payments_payment payment
        LEFT JOIN payments_capture part
            ON part.payment_id = payment.id AND part.status = 'SUCCEEDED'
        WHERE payment.captures_at_shipment AND payment.status <> 'VOIDED'
        GROUP BY payment.id HAVING coalesce(sum(part.amount), 0) <> payment.captured_amount
        """,
    ),
    Invariant(
        "I3",
        "what was captured in parts, the provider took with the same key",
        """
        SELECT format('capture %s: %s taken, the provider says %s', part.id, part.amount,
                      coalesce(taken.amount::text, 'nothing')) AS what
        FROM payments_capture part JOIN payments_payment payment ON payment.id = part.payment_id
        LEFT JOIN payments_sandboxcapture taken ON taken.idempotency_key = part.id::text
        WHERE payment.provider = 'SANDBOX' AND part.status = 'SUCCEEDED'
            AND taken.amount IS DISTINCT FROM part.amount
        """,
    ),
    Invariant(
        "I3",
        "money that the provider holds belongs to a payment that is open",
        f"""
        SELECT format('charge %s: %s %s held, our payment is %s', charge.id, charge.amount,
                      charge.currency, coalesce(payment.status, 'missing')) AS what
        FROM payments_sandboxcharge charge
        LEFT JOIN payments_payment payment ON payment.id::text = charge.idempotency_key
        WHERE charge.status = 'authorized' AND charge.created_at < now() - {UNDER_WAY}
            AND (payment.id IS NULL OR payment.status IN ('FAILED', 'VOIDED', 'EXPIRED'))
        """,  # noqa: S608 - both parts are written here
    ),
    Invariant(
        "I4",
        "what the provider took, it was asked for with a key of ours",
        """
        SELECT format('sandbox capture %s: %s taken with the key %s', taken.id, taken.amount,
                      taken.idempotency_key) AS what
        FROM payments_sandboxcapture taken
        JOIN payments_sandboxcharge charge ON charge.id = taken.charge_id
        LEFT JOIN payments_capture part ON part.id::text = taken.idempotency_key
        WHERE part.id IS NULL AND taken.idempotency_key <> charge.idempotency_key || ':capture'
        """,
    ),
    Invariant(
        "I9",
        "a refund is the sum of its lines, and of the parts by which it goes",
        """
        SELECT format('refund %s of %s: lines %s and %s, parts %s', refund.id, refund.amount,
                      line.goods, line.extra, part.amount) AS what
        FROM payments_refund refund
        LEFT JOIN (
            SELECT refund_id, sum(amount) AS goods, sum(extra) AS extra
            FROM payments_refundline GROUP BY refund_id
        ) line ON line.refund_id = refund.id
        LEFT JOIN (
            SELECT refund_id, sum(amount) AS amount FROM payments_refundpart GROUP BY refund_id
        ) part ON part.refund_id = refund.id
        WHERE coalesce(line.goods, 0) <> refund.goods OR coalesce(line.extra, 0) <> refund.extra
            OR part.amount IS DISTINCT FROM refund.amount
        """,
    ),
    Invariant(
        "I4",
        "one refund at the provider has one key for ever",
        """
        SELECT format('key %s has %s refunds', idempotency_key, count(*)) AS what
        FROM payments_sandboxrefund GROUP BY idempotency_key HAVING count(*) > 1
        """,
    ),
    Invariant(
        "I4",
        "an order has one live payment at most, and one for what an edit added or what lapsed",
        f"""
        SELECT format('order %s has %s live payments', order_id, count(*)) AS what
        FROM payments_payment WHERE status IN ({_LIVE})
        GROUP BY order_id, edit_id, instead_of_id HAVING count(*) > 1
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
