"""What each permission asks of a person, and the gate that asks it before every view."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, current_app, redirect, request, url_for

from app.core.access import Permission, permission_of
from app.core.errors import Forbidden, NotFound
from app.core.transactions import SAFE_METHODS

from .identity import Identity, current_person
from .models import PersonState

Predicate = Callable[[Identity | None], bool]


def anyone(person: Identity | None) -> bool:
    return True


def is_signed_in(person: Identity | None) -> bool:
    return person is not None


def may_learn(person: Identity | None) -> bool:
    """Confirmed, and placed in a city or given a role by an administrator."""
    return person is not None and person.state == PersonState.ACTIVE


def may_teach(person: Identity | None) -> bool:
    return may_learn(person) and person is not None and (person.is_trainer or person.is_administrator)


def may_translate(person: Identity | None) -> bool:
    """Trainers too: what they may do with a course, its row says."""
    return may_teach(person) or (may_learn(person) and person is not None and person.is_translator)


def may_report(person: Identity | None) -> bool:
    return may_learn(person) and person is not None and (person.is_administrator or person.is_coordinator)


def may_follow(person: Identity | None) -> bool:
    """See the figures of cities or courses: coordinators, trainers, administrators; whose, the queries say."""
    return may_report(person) or (may_learn(person) and person is not None and person.is_trainer)


def may_administer(person: Identity | None) -> bool:
    return may_learn(person) and person is not None and person.is_administrator


def in_demonstration(person: Identity | None) -> bool:
    """Pages that only a demonstration or a developer's machine has."""
    settings = current_app.config["SETTINGS"]
    return bool(settings.demo and settings.mail == "folder")


PREDICATES: dict[Permission, Predicate] = {
    Permission.ANYONE: anyone,
    Permission.SIGNED_IN: is_signed_in,
    Permission.LEARN: may_learn,
    Permission.TRANSLATE: may_translate,
    Permission.TEACH: may_teach,
    Permission.REPORT: may_report,
    Permission.FOLLOW: may_follow,
    Permission.ADMINISTER: may_administer,
    Permission.DEVELOP: in_demonstration,
}


def init_app(app: Flask) -> None:
    """Ask before every view."""
    app.before_request(_gate)


def _gate() -> Response | None:
    if request.endpoint is None:
        return None  # no such route: the error page says so
    permission = permission_of(current_app, request.endpoint)
    if permission is Permission.ANYONE:
        return None
    person = current_person()
    if PREDICATES[permission](person):
        return None
    if permission is Permission.DEVELOP:
        raise NotFound
    if person is None:
        if request.method in SAFE_METHODS:
            return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
        from .resend import ask_to_sign_in

        return ask_to_sign_in()
    if person.state != PersonState.ACTIVE and request.method in SAFE_METHODS:
        return redirect(url_for("auth.waiting"))  # type: ignore[return-value]
    raise Forbidden
