"""Country codes, and the names of countries: as sources print them, and as people say them."""

from __future__ import annotations

#: The 249 officially assigned two-letter codes of ISO 3166-1.
ISO_3166 = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
    ZW
    """.split()  # noqa: SIM905 -- 249 quoted codes read worse
)

#: Names as Epoch AI prints them. "Multinational" is left out on purpose: it names no country.
_NAMES = {
    "Australia": "AU",
    "Austria": "AT",
    "Belgium": "BE",
    "Canada": "CA",
    "China": "CN",
    "Czechia": "CZ",
    "Denmark": "DK",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Hong Kong": "HK",
    "India": "IN",
    "Israel": "IL",
    "Italy": "IT",
    "Japan": "JP",
    "Korea (Republic of)": "KR",
    "Netherlands": "NL",
    "Norway": "NO",
    "Russia": "RU",
    "Saudi Arabia": "SA",
    "Singapore": "SG",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "Taiwan": "TW",
    "Türkiye": "TR",
    "United Arab Emirates": "AE",
    "United Kingdom of Great Britain and Northern Ireland": "GB",
    "United States of America": "US",
}


def codes(text: str) -> tuple[str, ...]:
    """ISO codes of a published list of countries (``China,United States of America``), in order.

    A part that is no country known here is left out, so an answer may be empty.
    """
    found = (_NAMES.get(part.strip(), part.strip()) for part in text.split(","))
    return tuple(dict.fromkeys(code for code in found if code in ISO_3166))


#: Groups that people name: as an adjective and as a noun.
NOUNS = {
    "US": ("US", "the US"),
    "CN": ("Chinese", "China"),
    "FR": ("French", "France"),
    "GB": ("British", "the UK"),
    "DE": ("German", "Germany"),
    "KR": ("South Korean", "South Korea"),
    "CA": ("Canadian", "Canada"),
    "JP": ("Japanese", "Japan"),
    "IL": ("Israeli", "Israel"),
    "AE": ("Emirati", "the UAE"),
    "AU": ("Australian", "Australia"),
    "HK": ("Hong Kong", "Hong Kong"),
    "RU": ("Russian", "Russia"),
    "SG": ("Singaporean", "Singapore"),
    "TW": ("Taiwanese", "Taiwan"),
    "EU": ("EU", "the EU"),
    "open": ("open-weights", "the open-weights side"),
    "closed": ("closed", "the closed side"),
    "ALL": ("rated", "the whole field"),
}


#: Names by which a country may be asked for, besides its code and those above.
_ALSO = {"usa": "US", "america": "US", "united states": "US", "united kingdom": "GB"}


def country_named(name: str) -> str:
    """The code of a country given by name or in small letters; other names as they are."""
    known = {each.removeprefix("the ").lower(): key for key, (_, each) in NOUNS.items()}
    found = _ALSO.get(name.lower()) or known.get(name.lower(), name)
    return name.upper() if found == name and len(name) == 2 and name.isascii() else found
