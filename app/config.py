"""Settings, read from the environment once, in one typed object."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting is missing or cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the site takes from outside. `docs/settings.md` explains each; a test holds the two together."""

    secret_key: str
    data: Path
    database_url: str
    base_url: str
    mail: str
    mail_from: str
    smtp_host: str
    smtp_port: int
    smtp_user: str
    smtp_password: str
    smtp_tls: bool
    demo: bool
    secure_cookies: bool
    trusted_proxies: int
    rate_limits: str
    log_level: str
    media_store: str
    media_endpoint: str
    media_key: str
    media_secret: str
    media_region: str
    quiz_slack: int = 60
    testing: bool = False

    @property
    def media_folder(self) -> Path:
        return self.data / "media"

    @property
    def mail_folder(self) -> Path:
        return self.data / "mail"

    @property
    def jobs_file(self) -> Path:
        return self.data / "jobs.sqlite"


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environment`, by default the process's.

    Raises `SettingsError` with the name of the setting that is wrong.
    """
    env = os.environ if environment is None else environment
    data = Path(env.get("DATA_DIR", str(ROOT / "var"))).resolve()
    data.mkdir(parents=True, exist_ok=True)
    base_url = env.get("BASE_URL", f"http://127.0.0.1:{env.get('PORT', '8000')}").rstrip("/")
    mail = env.get("MAIL", "folder")
    if mail not in ("folder", "smtp"):
        raise SettingsError(f"MAIL is {mail!r}; it can be 'folder' or 'smtp'")
    if mail == "smtp" and not env.get("SMTP_HOST"):
        raise SettingsError("MAIL is 'smtp', so SMTP_HOST must name the mail server")
    return Settings(
        secret_key=env.get("SECRET_KEY") or _kept_secret(data / "secret-key"),
        data=data,
        database_url=_database_url(env.get("DATABASE_URL", f"sqlite:///{data / 'academy.sqlite'}")),
        base_url=base_url,
        mail=mail,
        mail_from=env.get("MAIL_FROM", "Strong Cities Academy <academy@localhost>"),
        smtp_host=env.get("SMTP_HOST", ""),
        smtp_port=_integer(env, "SMTP_PORT", 587),
        smtp_user=env.get("SMTP_USER", ""),
        smtp_password=env.get("SMTP_PASSWORD", ""),
        smtp_tls=_yes(env, "SMTP_TLS", True),
        demo=_yes(env, "DEMO", False),
        secure_cookies=_yes(env, "SECURE_COOKIES", base_url.startswith("https://")),
        trusted_proxies=_integer(env, "TRUSTED_PROXIES", 0),
        rate_limits=env.get("RATE_LIMITS", "memory://"),
        log_level=env.get("LOG_LEVEL", "INFO").upper(),
        media_store=_media_store(env.get("MEDIA_STORE") or "folder"),
        media_endpoint=env.get("MEDIA_ENDPOINT", "").rstrip("/"),
        media_key=env.get("MEDIA_KEY", ""),
        media_secret=env.get("MEDIA_SECRET", ""),
        media_region=env.get("MEDIA_REGION") or "us-east-1",
        quiz_slack=_integer(env, "QUIZ_SLACK", 60),
    )


def _database_url(url: str) -> str:
    """`postgres://` and `postgresql://` mean psycopg 3 here."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _media_store(store: str) -> str:
    if store != "folder" and not re.fullmatch(r"s3://[\w.-]+(/[\w./-]*)?", store):
        raise SettingsError(f"MEDIA_STORE is {store!r}; it can be 'folder' or 's3://bucket/prefix'")
    return store


def _kept_secret(path: Path) -> str:
    """A secret of this installation, made on first start and readable by its owner only."""
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # readable by its owner only
        file.write(secrets.token_urlsafe(48))
        file.flush()
        with suppress(FileExistsError):  # another process was quicker; its secret counts
            os.link(file.name, path)  # whole at once
    return path.read_text()


def _yes(env: Mapping[str, str], name: str, default: bool) -> bool:
    value = env.get(name, "").strip().lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    if not value:
        return default
    raise SettingsError(f"{name} is {value!r}; it can be 'yes' or 'no'")


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "")
    try:
        return int(value) if value else default
    except ValueError:
        raise SettingsError(f"{name} is {value!r}; it must be a whole number") from None
