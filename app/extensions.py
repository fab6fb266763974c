"""The Flask extensions, unbound."""

from __future__ import annotations

from typing import Any

import click
from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from app.core.base import Base


class _Commands(click.Command):
    """`flask db …`: Flask-Migrate's own commands, loaded when one is asked for."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        from flask_migrate.cli import db as commands

        return commands.make_context(*args, **extra)


class Migrations:
    """Stands for Flask-Migrate until somebody migrates, and gives way to it then.

    Alembic takes ten megabytes, which a process that serves pages need not hold.
    """

    def init_app(self, app: Flask, database: SQLAlchemy, *, directory: str) -> None:
        """Migrate `database` by what stands in `directory`."""
        self._bound = app, database, directory
        app.extensions["migrate"] = self
        app.cli.add_command(_Commands("db", help="Perform database migrations."))

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate

        app, database, directory = self.__dict__["_bound"]
        Migrate(render_as_batch=True).init_app(app, database, directory=directory)
        return getattr(app.extensions["migrate"], name)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
babel = Babel()
csrf = CSRFProtect()
compress = Compress()
login = LoginManager()
