"""Ledgers and the audit log: what guards them is in place."""

from shop.operations.invariants.base import Invariant

#: Tried by :mod:`audit.chain.verifying`, which no single statement could do.
CHAIN = Invariant("I11", "the last seals of the audit log hold", "")

INVARIANTS = (
    Invariant(
        "I11",
        "no guard of a ledger is switched off",
        """
        SELECT format('trigger %s of %s is off', tgname, tgrelid::regclass) AS what
        FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'
        """,
    ),
    Invariant(
        "I11",
        "the audit log and the ledgers refuse changes",
        """
        SELECT format('%s has no guard against changes', guarded.name) AS what
        FROM (VALUES ('audit_auditlog'), ('audit_securityevent'), ('audit_auditseal'),
            ('audit_auditarchive'), ('inventory_movement'), ('orders_orderitem'),
            ('orders_orderstatuschange'), ('orders_invoice'), ('payments_paymenttransaction'),
            ('payments_refundline'))
            AS guarded (name)
        WHERE NOT EXISTS (
            SELECT FROM pg_trigger WHERE tgrelid = guarded.name::regclass
                AND NOT tgisinternal AND (tgtype & 24) <> 0
        )
        """,
    ),
)
