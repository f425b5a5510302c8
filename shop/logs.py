"""Structured logs: readable lines in development, one JSON object a line in production.

Every line carries what is bound for the request (its id). Secrets and personal data do not
belong in logs; should one slip in, keys that name a secret are masked and e-mail addresses and
card numbers are taken out of texts and tracebacks.
"""

import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_SECRET_KEYS = re.compile(
    r"passw|secret|token|authorization|cookie|session|card|cvc|cvv|pan$|iban|api_?key|signature",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CARD_NUMBER = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_MASK = "***"

#: The id of the request that is answered now, or "".
request_id: ContextVar[str] = ContextVar("request_id", default="")


def add_request_id(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Say which request a line is about."""
    # structlog's own way looks through all variables of the context, a hundred of libraries too.
    if known := request_id.get():
        event.setdefault("request_id", known)
    return event


def mask_secrets(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Mask the values of telling keys, and addresses and card numbers in all texts."""
    for key, value in event.items():
        if not key.startswith("_"):
            event[key] = _masked(key, value)
    return event


def _masked(key: object, value: Any) -> Any:
    if isinstance(key, str) and _is_secret(key):
        return _MASK
    if isinstance(value, str):
        text = _EMAIL.sub(_MASK, value) if "@" in value else value
        return _CARD_NUMBER.sub(_MASK, text)
    if isinstance(value, Mapping):
        return {inner: _masked(inner, item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(None, item) for item in value]
    return value


@lru_cache(maxsize=512)
def _is_secret(key: str) -> bool:
    return _SECRET_KEYS.search(key) is not None


class PathFilter(logging.Filter):
    """Takes the path out of Django's own request messages: order links carry a secret in it.

    The route and the status stand in the line that ``RequestIdMiddleware`` writes.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.msg == "%s: %s" and isinstance(record.args, tuple):
            record.msg, record.args = str(record.args[0]), ()
        return True


def logging_settings(json: bool) -> dict[str, Any]:
    """The value of the setting LOGGING; sets up structlog alike, so that both write the same."""
    shared: list[Processor] = [
        add_request_id,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(allow=["status", "route", "milliseconds"]),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            *shared[:3],
            *shared[4:],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    # Exceptions become text before the masking, and never show local variables.
    rendering: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        mask_secrets,
    ]
    if json:
        rendering.append(structlog.processors.JSONRenderer(ensure_ascii=False))
    else:
        rendering.append(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0))
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"without_path": {"()": "shop.logs.PathFilter"}},
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": rendering,
            }
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "structured",
                "filters": ["without_path"],
            }
        },
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            # Replaces Django's own handlers; the request line below tells of 4xx answers.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # Tells of each task it registers and each job it looks for.
            "procrastinate": {"level": "WARNING"},
            # Tells of each table of a font that goes into a PDF.
            "fontTools": {"level": "WARNING"},
        },
    }
