"""Pieces of pages that many people see alike, rendered once in each process.

The key holds everything the piece depends on, so nothing ever has to be thrown out for being stale:
editions never change, and a new build of the site is a new process.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from functools import lru_cache
from threading import Lock

from flask import Flask, request
from flask import url_for as plain_url_for
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

MOST_KEPT = 4000
# Where a piece wants the token. Nobody can write it into a lesson, to have the token put into a link of theirs.
TOKEN = secrets.token_urlsafe(16)

_kept: dict[Hashable, Markup] = {}
_lock = Lock()


def fragment(key: Hashable, render: Callable[[], str]) -> Markup:
    """The piece under `key`, rendered by `render` if this process does not have it yet."""
    found = _kept.get(key)
    if found is None:
        found = Markup(render())
        with _lock:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[key] = found
    return found


@pass_context
def kept(context: Context, template: str, *key: Hashable) -> Markup:
    """In a template: what `template` gives here, rendered once for each `key` and language of the page.

    It may hold forms: the token, which is each visit's own, is put in afterwards.
    """

    def render() -> str:
        values = {**context.get_all(), "csrf_token": lambda: TOKEN}
        return context.environment.get_template(template).render(values)

    piece = fragment((template, context.get("page_language"), *key), render)
    if TOKEN in piece:
        return Markup(str(piece).replace(TOKEN, context.resolve("csrf_token")()))
    return piece


@pass_context
def fresh(context: Context, template: str, *_key: Hashable) -> Markup:
    """`kept` for a page of what changes from one moment to the next: rendered each time, kept nowhere."""
    return Markup(context.environment.get_template(template).render(context.get_all()))


def forget() -> None:
    """Throw all pieces out: for tests, whose databases begin their ids anew."""
    _kept.clear()


def init_app(app: Flask) -> None:
    """Give templates `kept()`, and the quicker `url_for()`."""
    app.jinja_env.globals.update(kept=kept, url_for=url_for)


def url_for(endpoint: str, **values: object) -> str:
    """Flask's `url_for`, remembered: a page asks for dozens of addresses, and most of them on every page."""
    if endpoint.startswith("."):
        return plain_url_for(endpoint, **values)  # type: ignore[arg-type]
    try:
        return _url_for(request.script_root, endpoint, tuple(sorted(values.items())))
    except TypeError:  # a value that cannot be a key, such as a list
        return plain_url_for(endpoint, **values)  # type: ignore[arg-type]


@lru_cache(maxsize=20000)
def _url_for(_root: str, endpoint: str, values: tuple[tuple[str, object], ...]) -> str:
    return plain_url_for(endpoint, **dict(values))  # type: ignore[arg-type]
