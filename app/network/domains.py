"""E-mail domains: which can place a person in a city, and how they are written."""

from __future__ import annotations

import re

from flask_babel import gettext as _

# Anyone can have an address at these, so an address there says nothing about where its owner works.
PUBLIC_PROVIDERS = frozenset(
    """
    126.com 139.com 163.com abv.bg aim.com aol.com att.net bell.net bigpond.com bk.ru bluewin.ch bol.com.br
    btinternet.com centrum.cz charter.net comcast.net cox.net daum.net duck.com email.cz fastmail.com free.fr gmail.com
    googlemail.com hanmail.net hey.com hushmail.com icloud.com ig.com.br inbox.lv inbox.ru interia.pl internode.on.net
    kpnmail.nl laposte.net libero.it list.ru mac.com mail.com mail.ee mail.ru mailbox.org mailfence.com me.com msn.com
    naver.com numericable.fr o2.pl office365.com onet.pl optusnet.com.au orange.fr planet.nl planet.tn pm.me posteo.de
    proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com rogers.com runbox.com
    sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com skynet.be sky.com sohu.com sympatico.ca t-online.de
    talktalk.net telefonica.net telenet.be terra.com.br tiscali.it tuta.com tuta.io tutanota.com ukr.net uol.com.br
    verizon.net videotron.ca virgilio.it virginmedia.com wanadoo.fr web.de wp.pl xs4all.nl xtra.co.nz ya.ru ymail.com
    ziggo.nl zoho.com
    """.split()
)
# Those that have a domain in many countries: yahoo.fr, hotmail.co.uk.
_PROVIDER_ANYWHERE = re.compile(
    r"(aol|gmx|hotmail|live|mail|outlook|yahoo|yandex|zoho)\.(com|net|org|[a-z]{2}|(co|com)\.[a-z]{2})"
)
# What a whole country shares, under which organisations have their own: gov.uk, gouv.fr, com.br.
_SHARED = re.compile(r"(ac|asso|co|com|edu|gob|gouv|gov|govt|gv|ltd|mil|mun|net|nom|or|org|plc|sch|state)\.[a-z]{2}")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class ImplausibleDomain(ValueError):
    """The text is no domain that can place a person in a city; the message says why."""


def normal_domain(text: str) -> str:
    """The domain in `text` as it is stored, and as addresses are: case-folded, in ASCII, without a leading @.

    Raises `ImplausibleDomain`.
    """
    try:
        domain = text.strip().casefold().removeprefix("@").encode("idna").decode()
    except UnicodeError:
        raise ImplausibleDomain(_not_a_domain(text)) from None
    labels = domain.split(".")
    if len(domain) > 253 or len(labels) < 2 or labels[-1].isdecimal() or not all(map(_LABEL.fullmatch, labels)):
        raise ImplausibleDomain(_not_a_domain(text))
    if _is_public(domain):
        raise ImplausibleDomain(
            _(
                "Anyone can have an address at %(domain)s, so it cannot say which city a person works for.",
                domain=domain,
            )
        )
    if _SHARED.fullmatch(domain):
        raise ImplausibleDomain(
            _("Many organisations share %(domain)s. Write the city’s own domain below it.", domain=domain)
        )
    return domain


def _is_public(domain: str) -> bool:
    labels = domain.split(".")
    ends = {".".join(labels[start:]) for start in range(len(labels) - 1)}
    return not ends.isdisjoint(PUBLIC_PROVIDERS) or any(map(_PROVIDER_ANYWHERE.fullmatch, ends))


def _not_a_domain(text: str) -> str:
    return str(
        _("“%(text)s” is not a domain. Write it as in city.example, without a name before it.", text=text.strip()[:80])
    )
