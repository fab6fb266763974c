"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify

from app.config import ROOT
from app.extensions import db

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
    """The database answers with the tables this code needs, and media can be stored."""
    faults = []
    try:
        found = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
        if found != newest_migration():
            faults.append("the database is at another migration")
    except sa.exc.SQLAlchemyError:
        faults.append("the database does not answer")
    folder = current_app.config["SETTINGS"].data
    if not folder.is_dir():
        faults.append("the data folder is missing")
    return jsonify(status="not ready" if faults else "ready", faults=faults), 503 if faults else 200


def newest_migration() -> str | None:
    """The revision that the code's own migrations lead to."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()
