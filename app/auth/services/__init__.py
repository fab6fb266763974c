"""What people do with their accounts, and administrators with people's places and roles."""

from .accounts import (
    Confirmed,
    ask_email_change,
    ask_password_reset,
    change_email,
    change_password,
    confirm,
    register,
    reset_password,
    send_confirmation,
    send_registration_again,
    update_profile,
)
from .erasing import erase, erase_oneself
from .invitations import accept, invite, invite_again
from .inviting_many import Invited, invite_many
from .people import close, end_role, grant_role, move_to_city, place, refuse
from .sign_ins import end_other_sign_ins, end_sign_in, open_sign_in, sign_in, touch

__all__ = [
    "Confirmed",
    "Invited",
    "accept",
    "ask_email_change",
    "ask_password_reset",
    "change_email",
    "change_password",
    "close",
    "confirm",
    "end_other_sign_ins",
    "end_role",
    "end_sign_in",
    "erase",
    "erase_oneself",
    "grant_role",
    "invite",
    "invite_again",
    "invite_many",
    "move_to_city",
    "open_sign_in",
    "place",
    "refuse",
    "register",
    "reset_password",
    "send_confirmation",
    "send_registration_again",
    "sign_in",
    "touch",
    "update_profile",
]
