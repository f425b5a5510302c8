"""Shared pages without the indentation of their templates, which no browser shows."""

import re

#: What is shown, or sent back, as it was typed.
_AS_TYPED = re.compile(rb"(<(?:pre|textarea)\b.*?</(?:pre|textarea)>)", re.DOTALL)
#: Empty lines and blanks before a tag at the start of a line. In an attribute "<" is escaped.
_INDENTATION = re.compile(rb"\n\s++<")


def unindented(html: bytes) -> bytes:
    """``html`` with its tags at the start of lines, and no empty lines before them."""
    pieces = _AS_TYPED.split(html)
    pieces[::2] = [_INDENTATION.sub(b"\n<", piece) for piece in pieces[::2]]
    return b"".join(pieces)
