"""What people type about their account."""

from __future__ import annotations

from typing import Any

import pytz  # type: ignore[import-untyped]
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from app.core.folding import folded
from app.core.forms import Form

from . import addresses, passwords
from .identity import LANGUAGES
from .names import erased_name

JOINERS = "\u200c\u200d"


def tidy(value: str | None) -> str | None:
    """Without control and other invisible characters, spaces made one.

    The two joiners stay: names in Persian and in the scripts of India are not spelled without them.
    """
    if value is None:
        return None
    return " ".join("".join(c if c.isprintable() or c in JOINERS else " " for c in value).split()).strip(JOINERS)


def is_email(form: Any, field: Any) -> None:
    """Refuse what mail cannot be sent to."""
    if not addresses.is_address(addresses.folded(field.data or "")):
        raise ValidationError(_("That does not look like an e-mail address. It has the form name@city.example."))


def is_of_somebody(form: Any, field: Any) -> None:
    """Refuse what pages say of who was erased, in any language of the site."""
    for tag in LANGUAGES:
        with force_locale(tag):
            taken = folded(erased_name())
        if folded(field.data or "") == taken:
            raise ValidationError(_("Type your name: this is what we call people whose account was erased."))


def _zones() -> list[SelectChoice]:
    """The time zones people live in, by region, as `Africa/Tunis` under Africa."""
    zones = [SelectChoice("UTC", "UTC")]
    for zone in pytz.common_timezones:
        area, _slash, place = zone.partition("/")
        if place and area != "US":
            zones.append(SelectChoice(zone, place.replace("_", " "), optgroup=area))
    return zones


ZONES = _zones()


def _required(message: Any) -> DataRequired:
    """Refuse what is empty once it is tidied."""
    return DataRequired(message)


class SignInForm(Form):
    email = EmailField(_l("E-mail"), filters=[tidy], validators=[_required(_l("Type your e-mail address.")), is_email])
    password = PasswordField(_l("Password"), validators=[_required(_l("Type your password."))])


class ProfileForm(Form):
    name = StringField(
        _l("Name"),
        filters=[tidy],
        validators=[
            _required(_l("Type your name, as it should stand on certificates.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
            is_of_somebody,
        ],
    )
    language = SelectField(
        _l("Language"), choices=LANGUAGES, invalid_choice_message=_l("Choose a language from the list.")
    )
    time_zone = SelectField(
        _l("Time zone"), choices=ZONES, invalid_choice_message=_l("Choose a time zone from the list.")
    )


class RegisterForm(ProfileForm):
    email = EmailField(
        _l("Work e-mail"), filters=[tidy], validators=[_required(_l("Type your e-mail address.")), is_email]
    )
    password = PasswordField(_l("Password"), validators=[_required(_l("Choose a password."))])

    def validate_password(self, field: Any) -> None:
        _check_new_password(field, self.email.data or "")


class InvitationForm(ProfileForm):
    """What somebody who is invited chooses. `owner` is their address."""

    password = PasswordField(_l("Password"), validators=[_required(_l("Choose a password."))])
    owner = ""

    def validate_password(self, field: Any) -> None:
        _check_new_password(field, self.owner)


class AskResetForm(Form):
    email = EmailField(_l("E-mail"), filters=[tidy], validators=[_required(_l("Type your e-mail address.")), is_email])


class NewPasswordForm(Form):
    """A new password for the owner of `owner`, an e-mail address."""

    password = PasswordField(_l("New password"), validators=[_required(_l("Choose a password."))])
    owner = ""

    def validate_password(self, field: Any) -> None:
        _check_new_password(field, self.owner)


class ChangePasswordForm(NewPasswordForm):
    current_password = PasswordField(_l("Present password"), validators=[_required(_l("Type your present password."))])


class ChangeEmailForm(Form):
    email = EmailField(
        _l("New e-mail"), filters=[tidy], validators=[_required(_l("Type the new e-mail address.")), is_email]
    )
    current_password = PasswordField(_l("Password"), validators=[_required(_l("Type your password."))])


class NamesField(RadioField):  # type: ignore[misc]
    """Whether certificates go on naming their holder. Nothing is chosen at first: it cannot be undone."""

    KEEP, TAKE_OFF = "keep", "take_off"

    def pre_validate(self, form: Form) -> None:
        if self.data not in (self.KEEP, self.TAKE_OFF):
            raise ValidationError(_("Choose what happens to the name on certificates."))

    @property
    def keeps_name(self) -> bool:
        return bool(self.data == self.KEEP)


class EraseMyselfForm(Form):
    """What becomes of the name on one's certificates, and the password."""

    names = NamesField(
        _l("The name on your certificates"),
        choices=[
            SelectChoice(NamesField.KEEP, _l("Keep my name on them, so that they still prove what I learned")),
            SelectChoice(NamesField.TAKE_OFF, _l("Take my name off them: they then verify without a name")),
        ],
    )
    current_password = PasswordField(_l("Password"), validators=[_required(_l("Type your password."))])


def _check_new_password(field: Any, email: str) -> None:
    if fault := passwords.fault(field.data or "", email):
        raise ValidationError(fault)
