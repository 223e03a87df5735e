"""Structured logs: one JSON object a line, with request and tenant, and no secret."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.core import clock
from app.core.tenant import find_tenant_id
from app.core.words import has_card_number, without_card_numbers

HIDDEN = "[hidden]"
_SECRET = re.compile(
    r"pass(word|wd)?|secret|token|cookie|csrf|pin$|pin_|authori[sz]ation|hash"
    r"|(^|_)otp|recovery|pairing|^code$",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"(://[^:/@\s]*):\S+@")
_IN_CONNINFO = re.compile(r"\b(password=)('[^']*'|[^\s'&]+)")


def set_up_logs(level: str = "INFO") -> None:
    """Send structlog and the standard library's loggers to standard error as JSON lines."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _stamp,
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [*filter(_is_foreign, root.handlers), handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _is_foreign(handler: logging.Handler) -> bool:
    """Whether somebody else put it there: a second application replaces its own handler only."""
    return not isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)


def _stamp(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    entry["at"] = clock.now().isoformat(timespec="milliseconds")
    tenant_id = find_tenant_id()
    if tenant_id is not None:
        entry["tenant"] = str(tenant_id)
    return entry


def redact(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Hide values under names that tell of secrets, passwords in addresses, and card numbers."""
    return {name: _redacted(name, value) for name, value in entry.items()}


def names_secret(name: str) -> bool:
    """Whether something of this name is nobody's to read: in a log, or in a page again."""
    return bool(_SECRET.search(name))


def _redacted(name: str, value: Any) -> Any:
    if names_secret(name):
        return HIDDEN
    if isinstance(value, dict):
        return {inner: _redacted(str(inner), item) for inner, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redacted(name, item) for item in value]
    if isinstance(value, str):
        hidden = _IN_CONNINFO.sub(rf"\1{HIDDEN}", _IN_URL.sub(rf"\1:{HIDDEN}@", value))
        return without_card_numbers(hidden, HIDDEN)
    if isinstance(value, int) and has_card_number(str(value)):
        return HIDDEN
    return value
