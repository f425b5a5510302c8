"""``make bench``: how fast the shop is, beside baselines of the same run.

``python -m tests.bench PART``. docs/performance.md says how it measures and how to read it.
"""
