"""E-mail addresses: one spelling for each, and the domains that may place their owner in a city."""

from __future__ import annotations

import re

LONGEST = 254

_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def folded(address: str) -> str:
    """The one spelling of an address that is stored: trimmed, case-folded, its domain in ASCII.

    What is no address comes back as it was, trimmed and folded.
    """
    spelled = address.strip().casefold()
    if spelled.isascii():
        return spelled
    local, at, domain = spelled.rpartition("@")
    try:
        return local + at + domain.encode("idna").decode()
    except UnicodeError:
        return local + at + domain


def is_address(address: str) -> bool:
    """Whether `address`, folded, is one that mail can be sent to: `name@domain.tld`."""
    local, _, domain = address.rpartition("@")
    labels = domain.split(".")
    return (
        len(address) <= LONGEST
        and _LOCAL.fullmatch(local) is not None
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
    )


def domains(address: str) -> list[str]:
    """The domain of a folded address and those above it, most specific first."""
    labels = address.rpartition("@")[2].split(".")
    return [".".join(labels[i:]) for i in range(len(labels))]
