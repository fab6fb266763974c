"""The table of every route and who may use it, as docs/permissions.md shows it: `make permissions`."""

from __future__ import annotations

import tempfile

from flask import Flask

from app import create_app
from app.config import from_environment
from app.core.access import Permission, permission_of

ABOUT = """\
# Who may do what

Written by `make permissions` from the routes; a test holds the two together. Every route declares one permission. \
It opens the door; the rows behind it are reached through queries that take the person, so another city's \
coordinator, another course's trainer or another person finds nothing there (404).

| permission | who has it |
| --- | --- |
"""

WHO = {
    Permission.ANYONE: "everyone, signed in or not",
    Permission.SIGNED_IN: "anyone with an account, also while it is not confirmed or waits for a city",
    Permission.LEARN: "everyone whose account is confirmed and active: practitioners, and so all roles",
    Permission.TRANSLATE: "trainers, administrators, and who translates a course; each reaches the own courses",
    Permission.TEACH: "trainers and administrators; a trainer reaches the own courses",
    Permission.REPORT: "coordinators and administrators; a coordinator reaches the own city",
    Permission.FOLLOW: "coordinators, trainers and administrators; each sees figures of the own city or courses",
    Permission.ADMINISTER: "administrators",
    Permission.DEVELOP: "everyone, in a demonstration (`DEMO=yes`, `MAIL=folder`); elsewhere there is no such page",
}

HIDDEN_METHODS = {"HEAD", "OPTIONS"}


def document(app: Flask) -> str:
    """The whole of docs/permissions.md."""
    lines = [f"| {permission} | {WHO[permission]} |" for permission in Permission]
    return ABOUT + "\n".join(lines) + "\n\n" + table(app)


def table(app: Flask) -> str:
    """Every route, by path: endpoint, methods, path, permission."""
    rows = sorted(
        (rule.rule, " ".join(sorted((rule.methods or set()) - HIDDEN_METHODS)), rule.endpoint)
        for rule in app.url_map.iter_rules()
    )
    lines = ["| path | methods | endpoint | permission |", "| --- | --- | --- | --- |"]
    lines += [
        f"| `{path}` | {methods} | {endpoint} | {permission_of(app, endpoint)} |" for path, methods, endpoint in rows
    ]
    return "\n".join(lines) + "\n"


def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(from_environment({"DATA_DIR": folder}))
        print(document(app), end="")


if __name__ == "__main__":
    _main()
