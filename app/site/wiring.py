"""What the site sets up: navigation, errors, and the pages that speak of everything."""

from __future__ import annotations

from flask import Flask

from . import administration_views, bench_seed, demo, errors, navigation, network_views, views  # noqa: F401


def init_app(app: Flask) -> None:
    """Register the routes."""
    app.register_blueprint(views.bp)
    app.register_blueprint(administration_views.bp)
    app.jinja_env.globals["navigation"] = navigation.navigation
    errors.init_app(app)
    app.cli.add_command(demo.group)
    app.cli.add_command(bench_seed.group)
