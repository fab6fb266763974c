"""Passwords: which may be chosen, and that hashing never holds up anybody else's write."""

from __future__ import annotations

import threading
import time

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask

from app.auth import passwords
from app.core.transactions import TransactionOpen, unit_of_work
from app.extensions import db
from tests.factories import PASSWORD, PASSWORD_HASH


@pytest.mark.parametrize("password", ["a fine long one", "élan vital 42", "x1" * 250])
def test_any_password_of_ten_characters_will_do(app: Flask, password: str) -> None:
    assert passwords.fault(password, "amina@city.example") is None


@pytest.mark.parametrize(
    "password",
    [
        "nine char",
        "Amina@City.example",
        "Password123",
        " qwertyuiop ",
        "demo-demo-demo",
        "x1" * 251,
        "",
    ],
)
def test_what_others_would_try_first_is_refused(app: Flask, password: str) -> None:
    assert passwords.fault(password, "amina@city.example")


def test_a_hash_is_argon2id_and_matches_its_password_only(app: Flask) -> None:
    made = passwords.hash_password("a fine long one")
    assert made.startswith("$argon2id$")
    assert passwords.matches(made, "a fine long one")
    assert not passwords.matches(made, "a fine long two")
    assert not passwords.is_outdated(made)


def test_nobody_has_no_password(app: Flask) -> None:
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches("not a hash", "anything at all")


def test_the_hash_of_nobody_costs_what_a_real_one_does() -> None:
    assert PasswordHasher().verify(passwords.DUMMY, "nobody has this password")
    assert not passwords.is_outdated(passwords.DUMMY)
    assert passwords.is_outdated(PASSWORD_HASH)


def test_hashing_within_a_writing_transaction_is_refused(app: Flask) -> None:
    with unit_of_work():
        passwords.matches(PASSWORD_HASH, PASSWORD)  # nothing was read or written yet, so nobody waits
        db.session.execute(sa.select(1))
        with pytest.raises(TransactionOpen):
            passwords.hash_password("a fine long one")
        with pytest.raises(TransactionOpen):
            passwords.matches(PASSWORD_HASH, PASSWORD)


def test_two_hashes_at_a_time_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    class Counting(PasswordHasher):
        running = most = 0

        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            Counting.running += 1
            Counting.most = max(Counting.most, Counting.running)
            time.sleep(0.02)
            Counting.running -= 1
            return ""

    monkeypatch.setattr(passwords, "_hasher", Counting())
    threads = [threading.Thread(target=passwords.hash_password, args=("a fine long one",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counting.most == 2
