"""Requests that arrive in the same moment, each in a thread of its own, as the server has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Barrier, Thread
from typing import TypeVar

T = TypeVar("T")


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What each call gave, all begun together; raises what the first of them raised."""
    gate = Barrier(len(calls))
    given: list[T | BaseException | None] = [None] * len(calls)

    def run(place: int) -> None:
        gate.wait()
        try:
            given[place] = calls[place]()
        except BaseException as error:
            given[place] = error

    threads = [Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if any(thread.is_alive() for thread in threads):
        raise TimeoutError("not every call came to an end")
    for outcome in given:
        if isinstance(outcome, BaseException):
            raise outcome
    return given  # type: ignore[return-value]
