"""``python -m tests.faults``: crowds of real buyers against a real shop; docs/reliability.md."""
