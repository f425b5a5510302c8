"""Gift cards and store credit.

``codes`` (what a code looks like), ``ledger`` (entries and balances), ``cards`` (made, sent,
blocked, ended), ``accounts`` (store credit), ``chosen`` and ``spending`` (paying with them),
``returning`` (ways back), ``selling`` (cards that were bought), ``letters`` and ``reports``.
"""
