"""What tests of accounts share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from flask import Flask

from app.auth import passwords
from app.config import Settings
from tests.factories import PASSWORD_HASH


@pytest.fixture
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id with parameters that take no time; other than those of the factories, so that hashes are renewed."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    monkeypatch.setattr(passwords, "DUMMY", PASSWORD_HASH)


@pytest.fixture
def demonstration(app: Flask, settings: Settings) -> Iterator[Settings]:
    """The application in demonstration mode; gives its settings."""
    app.config["SETTINGS"] = replace(settings, demo=True)
    yield app.config["SETTINGS"]
    app.config["SETTINGS"] = settings
