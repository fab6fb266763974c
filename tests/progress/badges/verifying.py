"""Badges put before an implementation of others (`verify.mjs`), with the documents that the site gives out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

SCRIPT = Path(__file__).with_name("verify.mjs")
BASE = "http://localhost"
DURING = "2026-06-01T00:00:00Z"


def verified(client: FlaskClient, credential: dict[str, Any], now: str = DURING) -> dict[str, Any]:
    """What the verifier finds: `verified`, `revoked`, `errors`."""
    at = (f"{BASE}/issuer.json", credential.get("credentialStatus", {}).get("statusListCredential"))
    documents = {address: client.get(address.removeprefix(BASE)).json for address in at if address}
    node = shutil.which("node") or str(Path(sys.executable).with_name("node"))
    done = subprocess.run(
        [node, SCRIPT],
        input=json.dumps({"credential": credential, "documents": documents, "now": now}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
