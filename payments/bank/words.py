"""What is wrong with a statement, in words for staff."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from payments.errors import LineRefused, StatementRefused


def refused(error: StatementRefused) -> list[str]:
    """Why the file cannot be read; one line for each problem."""
    if error.code == "lines":
        return _problems(error)
    words = {
        "too_large": _("The file is larger than %(most)s MB. Export fewer days at once."),
        "empty": _("The file is empty."),
        "no_text": _("The file is no text. Export the statement as CSV."),
        "too_many_rows": _("The file has more than %(most)s lines. Export fewer days at once."),
        "too_many_columns": _("Line %(line)s has more than %(most)s columns."),
        "unreadable": _("Line %(line)s cannot be read: a quotation mark is not closed."),
        "no_lines": _("The file has no line with an amount."),
        "all_pending": _("The bank has booked no line of the file yet. Bring it again later."),
    }
    return [words[error.code] % error.facts]


def line_refused(error: LineRefused) -> str:
    """Why a line cannot be booked, and what to do about it."""
    words = {
        "known": _("Line %(line)s was booked with another statement."),
        "not_due": _("Line %(line)s: nothing is to be paid of its order any more."),
        "sold_out": _(
            "Line %(line)s: the order's time was over, and others bought its units. "
            "Cancel the order and send the money back."
        ),
        "currency": _("Line %(line)s is in another currency than the order."),
        "booked": _("Line %(line)s is booked already."),
        "ours": _("Line %(line)s has nothing that is to be sent back."),
    }
    return words[error.code] % {"line": error.position}


def _problems(error: StatementRefused) -> list[str]:
    words = {
        "amount": _("Line %(line)s: “%(cell)s” is no amount."),
        "day": _("Line %(line)s: “%(cell)s” is no day."),
    }
    told = [
        words[what] % {"line": line, "cell": cell} for line, what, cell in error.facts["problems"]
    ]
    more = error.facts["count"] - len(told)
    if more:
        text = ngettext("And %(count)d line more.", "And %(count)d lines more.", more)
        told.append(text % {"count": more})
    return told
