"""Gift cards and store credit: every balance is its ledger, and so is what paid an order."""

from shop.operations.invariants.base import UNDER_WAY, Invariant

INVARIANTS = (
    Invariant(
        "I5",
        "a gift card's balance is issued - spent + returned, and never below zero",
        """
        SELECT format('gift card %s: balance %s, ledger %s; issued %s, ledger %s', card.id,
                      card.balance, ledger.balance, card.issued_amount, ledger.issued) AS what
        FROM payments_giftcard card
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(entry.amount), 0) AS balance,
                coalesce(sum(entry.amount) FILTER (WHERE entry.kind = 'ISSUED'), 0) AS issued
            FROM payments_creditentry entry WHERE entry.card_id = card.id
        ) ledger
        WHERE card.balance < 0 OR card.balance <> ledger.balance
            OR card.issued_amount <> ledger.issued
        """,
    ),
    Invariant(
        "I5",
        "store credit is what its ledger says, and never below zero",
        """
        SELECT format('account %s: balance %s, ledger %s', account.id, account.balance,
                      coalesce(ledger.balance, 0)) AS what
        FROM payments_creditaccount account
        LEFT JOIN (
            SELECT account_id, sum(amount) AS balance FROM payments_creditentry GROUP BY account_id
        ) ledger ON ledger.account_id = account.id
        WHERE account.balance < 0 OR account.balance <> coalesce(ledger.balance, 0)
        """,
    ),
    Invariant(
        "I5",
        "what credit paid of an order is what the ledger says",
        """
        SELECT format('%s: %s paid by credit, ledger %s', placed.number, placed.credit_applied,
                      coalesce(ledger.paid, 0)) AS what
        FROM orders_order placed
        LEFT JOIN (
            SELECT order_id, -sum(amount) AS paid FROM payments_creditentry
            WHERE kind IN ('SPENT', 'RETURNED') GROUP BY order_id
        ) ledger ON ledger.order_id = placed.id
        WHERE placed.credit_applied <> coalesce(ledger.paid, 0)
        """,
    ),
    Invariant(
        "I5",
        "no more credit lies on an order than it costs, and none on one that was never paid",
        f"""
        SELECT format('%s is %s: %s of %s paid by credit', placed.number, placed.status,
                      placed.credit_applied, placed.total) AS what
        FROM orders_order placed
        WHERE placed.updated_at < now() - {UNDER_WAY} AND placed.credit_applied > 0
            AND (placed.credit_applied > placed.total
                OR (placed.status = 'CANCELED' AND placed.paid_at IS NULL))
        """,  # noqa: S608 - both parts are written here
    ),
    Invariant(
        "I5",
        "a paid order has a gift card for each that it bought",
        f"""
        SELECT format('%s: %s gift cards of %s', placed.number, count(card.id), item.quantity)
            AS what
        FROM orders_orderitem item
        JOIN orders_order placed ON placed.id = item.order_id
        JOIN catalog_productvariant variant ON variant.id = item.variant_id
        JOIN catalog_product product ON product.id = variant.product_id AND product.is_gift_card
        LEFT JOIN payments_giftcard card ON card.order_item_id = item.id
        WHERE placed.paid_at < now() - {UNDER_WAY} AND placed.status <> 'CANCELED'
        GROUP BY placed.id, item.id HAVING count(card.id) <> item.quantity
        """,  # noqa: S608 - both parts are written here
    ),
)
