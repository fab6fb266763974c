"""The pages of accounts: signing in and out, registering, links from mail, and the account itself."""

from . import account, erasing, links, registration, sign_in
from .blueprint import bp

__all__ = ["account", "bp", "erasing", "links", "registration", "sign_in"]
