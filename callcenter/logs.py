"""Structured logs of every process: JSON lines in production, readable lines at a terminal, never personal data."""

from __future__ import annotations

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Fields that would tell about a person; they are withheld should somebody log them.
_PERSONAL = frozenset({"caller", "customer", "digits", "dtmf", "name", "number", "phone"})

#: A telephone number as people write it. A call's id (`<epoch>.<n>`) begins with 1 and stays readable.
_TELEPHONE = re.compile(r"(?<![\d.])(?:\+82[- ]?|0)\d{1,3}[- ]?\d{3,4}[- ]?\d{4}(?!\d)")


def _withhold(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for key, value in event.items():
        if key in _PERSONAL:
            event[key] = "[withheld]"
        elif isinstance(value, str):
            event[key] = _TELEPHONE.sub("[withheld]", value)
    return event


def configure_logs(*, as_json: bool, level: int = logging.INFO) -> None:
    """Send this process's own events and those of its libraries to standard error in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    renderer: Processor
    if as_json:
        shared.append(structlog.processors.format_exc_info)
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
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
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _withhold, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for library in ("uvicorn", "uvicorn.error", "uvicorn.access", "rq.worker"):
        logger = logging.getLogger(library)
        logger.handlers.clear()
        logger.propagate = library != "uvicorn.access"  # addresses may hold what people searched for
