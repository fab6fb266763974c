"""Structured logs: one JSON object a line, each with the request's id."""

from __future__ import annotations

import logging
import re
import sys
import time
import uuid
from typing import Any

import structlog
from flask import Flask, Response, g, request

QUIET = ("/static/", "/healthz")
# One list for all applications of a process: a logger that was used keeps it, and what captures logs changes it.
PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(),
]
SHORTEST_TOKEN = 90  # characters; longer than any slug, code or hash in an address


def init_app(app: Flask) -> None:
    """Configure logging and give each request an id, its own or its proxy's, sent back as `X-Request-ID`."""
    level = logging.getLevelNamesMapping().get(app.config["SETTINGS"].log_level, logging.INFO)
    structlog.configure(
        processors=PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=not app.testing,
    )
    log = structlog.get_logger()

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if re.fullmatch(r"[\w.-]{8,80}", given) else uuid.uuid4().hex
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        if "request_id" in g:
            response.headers["X-Request-ID"] = g.request_id
            if not request.path.startswith(QUIET):
                log.info(
                    "request",
                    method=request.method,
                    path=loggable(request.path),
                    status=response.status_code,
                    ms=round((time.perf_counter() - g.began) * 1000, 1),
                )
        return response


def loggable(path: str) -> str:
    """`path` without what opens a door: the tokens of links in mails, known by their length."""
    return re.sub(rf"[^/]{{{SHORTEST_TOKEN},}}", "…", path)
