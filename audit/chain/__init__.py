"""The chain of seals over the log: made each minute, and checked from its first to its last row.

Writers know nothing of it: they insert, and the database gives each row its time. A seal covers all
rows of a span of time, once nobody can add one to it any more, and the seal before it.
"""
