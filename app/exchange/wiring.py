"""What exchange sets up: the commands."""

from __future__ import annotations

from flask import Flask

from . import commands


def init_app(app: Flask) -> None:
    """Register `flask courses …`."""
    app.cli.add_command(commands.group)
