"""How the application is put together: extensions, gates, kinds, blueprints, commands."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

from flask import Flask, Response, g
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

from app import extensions
from app.config import ROOT, Settings
from app.core import access, assets, formats, fragments, health, jobs, logs, mail, skyline, store, transactions, turns  # noqa: F401

# Those that set something up, in the order of the architecture: a package may import those before it.
FEATURES = ("auth", "messages", "courses", "progress", "quizzes", "grants", "reports", "exchange", "site")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class RowId(IntegerConverter):
    """A number in an address. One that no integer column can hold is no address, rather than a database error."""

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, **{"max": 2**31 - 1, **options})


class Name(UnicodeConverter):
    """A name in an address. One with control characters is no address: PostgreSQL cannot even look up NUL."""

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, **options)
        self.regex = self.regex.replace("[^/]", r"[^/\x00-\x1f\x7f]")


def wire(app: Flask, settings: Settings) -> None:
    """Make `app` the academy. A feature that has something to set up has `init_app` in its `wiring.py`."""
    _configure(app, settings)
    app.url_map.converters.update(int=RowId, default=Name, string=Name)
    logs.init_app(app)
    assets.init_app(app)
    transactions.init_app(app)
    store.init_app(app)
    extensions.db.init_app(app)
    extensions.Migrations().init_app(app, extensions.db, directory=str(ROOT / "migrations"))
    extensions.login.init_app(app, add_context_processor=False)
    extensions.csrf.init_app(app)
    extensions.compress.init_app(app)
    app.register_blueprint(health.bp)
    formats.init_app(app)
    fragments.init_app(app)
    app.jinja_env.globals.update(skyline=skyline.skyline, network_skyline=skyline.network)
    for feature in FEATURES:
        import_module(f"app.{feature}.wiring").init_app(app)
    jobs.init_app(app)
    app.after_request(_protect)
    access.check_routes(app)


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        TESTING=settings.testing,
        CONTENT_SECURITY_POLICY=CONTENT_SECURITY_POLICY,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": 20,
            "max_overflow": 20,
            "hide_parameters": True,  # an error's text goes to the log, and must not take people's data there
            "pool_pre_ping": settings.database_url.startswith("postgresql"),
            **({"connect_args": {"factory": turns.Connection}} if settings.database_url.startswith("sqlite") else {}),
        },
        SESSION_COOKIE_NAME="academy",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        SESSION_REFRESH_EACH_REQUEST=False,  # `auth.sessions.note_use` does it, once an hour
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "app" / "translations"),
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_STREAMS=False,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _protect(response: Response) -> Response:
    framed = "; frame-src " + " ".join(g.frames) if g.get("frames") else ""
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY + framed)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.update(["Cookie", "Accept-Language"])
    return response
