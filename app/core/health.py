"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify

from app.config import ROOT
from app.extensions import db

from . import jobs
from .access import Permission, allow

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@allow(Permission.ANYONE)
def alive() -> Response:
    """The process answers."""
    return jsonify(status="alive")


@bp.get("/readyz")
@allow(Permission.ANYONE)
def ready() -> tuple[Response, int]:
    """The database answers with the tables this code needs, and media can be stored.

    A worker that is silent is a warning: pages are served without it, while mails and reminders wait.
    """
    faults: list[str] = []
    warnings: list[str] = []
    try:
        found = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
        if found != newest_migration():
            faults.append("the database is at another migration")
        else:
            warnings += _warnings(jobs.get_worker())
    except sa.exc.SQLAlchemyError:
        faults.append("the database does not answer")
    folder = current_app.config["SETTINGS"].data
    if not folder.is_dir():
        faults.append("the data folder is missing")
    status = "not ready" if faults else "ready"
    return jsonify(status=status, faults=faults, warnings=warnings), 503 if faults else 200


def _warnings(worker: jobs.Worker) -> list[str]:
    if worker.heard_at is None:
        return ["the worker has not run yet"]
    if worker.silent_for is not None:
        return [f"the worker has not run for {worker.silent_for} minutes"]
    return []


def newest_migration() -> str | None:
    """The revision that the code's own migrations lead to: their files are numbered, and a test asks Alembic too."""
    numbers = sorted(file.name[:4] for file in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    return numbers[-1] if numbers else None
