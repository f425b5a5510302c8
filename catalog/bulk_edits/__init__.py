"""Changing many products at once: chosen, previewed, written in one transaction, taken back.

A plan waits in the cache for a day; what was done stands in the audit log, under the plan's id.
"""

#: Products handled together.
CHUNK = 500
#: Products that one edit may change.
MOST = 20_000
#: From more products on a job does it.
AT_ONCE = 500
#: Names of the jobs in ``catalog.tasks``.
APPLY, UNDO = "catalog.apply_bulk_edit", "catalog.undo_bulk_edit"
#: Two numbers name the advisory lock of a plan; this one is the same for all.
LOCK = 7301
