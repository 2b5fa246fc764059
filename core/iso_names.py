"""Names of countries and languages in the language of the interface.

Both are called as Unicode's CLDR calls them, which Babel brings along: ISO 639-3 has names such as "Modern Greek
(1453-)", and the catalogues of ISO 3166 lack some languages and call Moldova the Maldives in Arabic. English countries
are named by ISO, and so is what CLDR does not know, unless our own catalogues do.
"""

import gettext
from functools import lru_cache

import pycountry
from babel import Locale
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

_BY_ISO = {"PSE"}  # the name the United Nations use; CLDR's is another
# Languages of survivors that CLDR names in few languages.
_OURS = {
    "apc": _("Levantine Arabic"),
    "ary": _("Moroccan Arabic"),
    "arz": _("Egyptian Arabic"),
    "ish": _("Esan"),
    "kmr": _("Northern Kurdish"),
    "kri": _("Krio"),
    "mnk": _("Mandinka"),
    "prs": _("Dari"),
    "urh": _("Urhobo"),
}


def country_name(alpha_3: str) -> str:
    """Name of a country by its ISO 3166-1 alpha-3 code. The code itself for an unknown one."""
    return _country(alpha_3, get_language() or "en")


def language_name(alpha_3: str) -> str:
    """Name of a language by its ISO 639-3 code. The code itself for an unknown one."""
    return _language(alpha_3, get_language() or "en")


@lru_cache(maxsize=4096)
def _country(alpha_3: str, interface: str) -> str:
    country = pycountry.countries.get(alpha_3=alpha_3)
    if country is None:
        return alpha_3
    if interface.startswith("en") or alpha_3 in _BY_ISO:
        return _iso("iso3166-1", interface).gettext(getattr(country, "common_name", country.name))
    return str(_cldr(interface).territories.get(country.alpha_2, country.name))


@lru_cache(maxsize=4096)
def _language(alpha_3: str, interface: str) -> str:
    language = pycountry.languages.get(alpha_3=alpha_3)
    if language is None:
        return alpha_3
    known = _cldr(interface).languages
    name = known.get(getattr(language, "alpha_2", alpha_3)) or str(_OURS.get(alpha_3, ""))
    name = name or _iso("iso639-3", interface).gettext(language.name)
    return name[:1].upper() + name[1:]  # CLDR writes it as in the middle of a sentence


@lru_cache(maxsize=32)
def _iso(domain: str, interface: str) -> gettext.NullTranslations:
    return gettext.translation(domain, pycountry.LOCALES_DIR, [to_locale(interface)], fallback=True)


@lru_cache(maxsize=32)
def _cldr(interface: str) -> Locale:
    return Locale.parse(interface, sep="-")
