"""Old months of the log as files, which say the same and are covered by the same seals.

A file is NDJSON, compressed: a line for each entry with the texts its digest is made of. Beside it
lies a manifest. Files are written, checked, and people who have the right to be forgotten are taken
out of them; all of it stands in the log itself.
"""
