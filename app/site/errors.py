"""Errors as pages: what happened, that nothing was lost, and what to do."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.auth.identity import for_anyone
from app.core.errors import DomainError
from app.core.form_pages import find_form_page

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """One handler for what the domain refuses, one for what HTTP knows, one for what nobody foresaw."""
    app.register_error_handler(DomainError, for_anyone(_refused))
    app.register_error_handler(StaleDataError, for_anyone(_overtaken))
    app.register_error_handler(HTTPException, for_anyone(_http))
    app.register_error_handler(MethodNotAllowed, for_anyone(_only_a_form))
    app.register_error_handler(Exception, for_anyone(_unforeseen))


def wants_json() -> bool:
    """Whether a script asks, not a page."""
    return request.headers.get("X-Requested-With") == "fetch" or request.accept_mimetypes.best == "application/json"


def _page(status: int, title: str, message: str, next_url: str | None = None, next_label: object = None) -> Response:
    if wants_json():
        response = jsonify(error=message)
    else:
        response = make_response(
            render_template(
                "errors/error.html",
                title=title,
                message=message,
                next_url=next_url,
                next_label=next_label,
                request_id=g.get("request_id") if status >= 500 else None,
            )
        )
    response.status_code = status
    return response


def _refused(error: DomainError) -> Response:
    titles = {404: _("Not found"), 403: _("Not for your role")}
    title = str(error.title or titles.get(error.status, _("That did not work")))
    return _page(error.status, title, str(error), error.next_url, error.next_label)


def _overtaken(_error: StaleDataError) -> Response:
    message = _(
        "Someone else changed this in the same moment. Nothing of theirs was overwritten: go back and try again."
    )
    return _page(409, _("That did not work"), message)


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    status = error.code or 500
    words = {
        400: (_("That could not be read"), _("The request was not complete. Go back and try again.")),
        403: (_("Not for your role"), _("Your role does not allow this.")),
        404: (_("Not found"), _("There is no such page, or it is not for you to see.")),
        405: (_("Not found"), _("This address does not take that. Go back and try again.")),
        413: (_("Too large"), _("What you sent is larger than the site takes.")),
        429: (_("Too many tries"), _("That was tried too often in a short time. Wait a few minutes, then try again.")),
    }
    title, message = words.get(status, (_("That did not work"), _("Something went wrong. Go back and try again.")))
    response = _page(status, title, message)
    if error.response is not None and "Retry-After" in error.response.headers:
        response.headers["Retry-After"] = error.response.headers["Retry-After"]
    return response


def _only_a_form(error: MethodNotAllowed) -> Response:
    """Who asks for an address that takes only a form is led to the page where the form stands."""
    page = find_form_page() if request.method in ("GET", "HEAD") and not wants_json() else None
    return make_response(redirect(page)) if page else _http(error)


def _unforeseen(error: Exception) -> Response:
    log.error("unforeseen", exc_info=error)
    return _page(
        500,
        _("Something broke on our side"),
        _("What you saved before is kept; the last step was not done. Try again in a moment."),
    )
