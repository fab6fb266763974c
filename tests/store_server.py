"""An S3-compatible store as a process of its own, which speaks the real protocol."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

BUCKET = "academy"
KEY, SECRET = "academy-key", "academy-secret"
PATIENCE = 60  # seconds


@contextmanager
def an_s3_server() -> Iterator[str]:
    """The address of a server with an empty bucket."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _make_bucket(address, time.monotonic() + PATIENCE)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _make_bucket(address: str, until: float) -> None:
    request = urllib.request.Request(
        f"{address}/{BUCKET}", method="PUT", headers={"Authorization": f"AWS {KEY}:signature"}
    )
    while True:
        try:
            urllib.request.urlopen(request, timeout=10).close()
            return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
