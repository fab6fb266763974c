"""Who may use a route, as data on the view. `auth.permissions` says what each permission asks of a person."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """What a route may ask for. The row itself is then reached through a query that takes the person."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    LEARN = "learn"
    TRANSLATE = "translate"
    TEACH = "teach"
    REPORT = "report"
    FOLLOW = "follow"
    ADMINISTER = "administer"
    DEVELOP = "develop"


def allow(permission: Permission) -> Callable[[View], View]:
    """Declare who may use a view. A route without it keeps the site from starting."""

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def permission_of(app: Flask, endpoint: str) -> Permission:
    """The permission that the view of `endpoint` declares."""
    declared: Permission = getattr(app.view_functions[endpoint], "permission")  # noqa: B009  (a function's own attribute)
    return declared


def check_routes(app: Flask) -> None:
    """Raise `RuntimeError` if any route does not declare who may use it."""
    bare = sorted(e for e, view in app.view_functions.items() if not hasattr(view, "permission"))
    if bare:
        raise RuntimeError("these routes do not declare who may use them with @allow: " + ", ".join(bare))
