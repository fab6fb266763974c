"""The secret of an installation, which several processes may want first."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from app.config import _kept_secret


def test_processes_that_start_at_once_share_one_secret_and_never_read_half_of_it(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(200)]
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        read = list(processes.map(_secrets, [paths] * 3))
    assert read[0] == read[1] == read[2]
    assert all(len(secret) == 64 for secret in read[0])
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert len(list(tmp_path.iterdir())) == len(paths)


def _secrets(paths: list[Path]) -> list[str]:
    return [_kept_secret(path) for path in paths]
