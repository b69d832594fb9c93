"""Countries whose public holidays are known, and their parts, by the codes of the library `holidays`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Offered by name; every other that the library knows can be named in the shell.
COUNTRIES: Mapping[str, str] = MappingProxyType({
    "AR": "Argentina", "AU": "Australia", "AT": "Austria", "BE": "Belgium", "BR": "Brazil", "BG": "Bulgaria", "CA": "Canada",
    "CL": "Chile", "CN": "China", "CO": "Colombia", "HR": "Croatia", "CZ": "Czechia", "DK": "Denmark", "EG": "Egypt",
    "EE": "Estonia", "FI": "Finland", "FR": "France", "DE": "Germany", "GR": "Greece", "HU": "Hungary", "IS": "Iceland",
    "IN": "India", "ID": "Indonesia", "IE": "Ireland", "IL": "Israel", "IT": "Italy", "JP": "Japan", "KE": "Kenya",
    "LV": "Latvia", "LT": "Lithuania", "LU": "Luxembourg", "MY": "Malaysia", "MX": "Mexico", "NL": "Netherlands",
    "NZ": "New Zealand", "NG": "Nigeria", "NO": "Norway", "PE": "Peru", "PH": "Philippines", "PL": "Poland",
    "PT": "Portugal", "RO": "Romania", "SG": "Singapore", "SK": "Slovakia", "SI": "Slovenia", "ZA": "South Africa",
    "KR": "South Korea", "ES": "Spain", "SE": "Sweden", "CH": "Switzerland", "TH": "Thailand", "TR": "Türkiye",
    "UA": "Ukraine", "GB": "United Kingdom", "US": "United States", "VN": "Vietnam",
})  # fmt: skip


def check_country(country: str) -> str:
    """The code of a country, as ISO 3166 has it, or of a part of it, in capitals.

    Raises:
        ValueError: The library `holidays` knows no such country or part, or is not there.
    """
    try:
        import holidays
    except ImportError:
        raise ValueError("nothing while the library holidays is not installed") from None
    code, dash, part = country.strip().upper().partition("-")
    known = holidays.list_supported_countries()
    if code not in known:
        raise ValueError("the two letters of a country that has holidays here, such as DE, FR, GB or US")
    parts = {name.upper(): name for name in known[code]}
    if dash and part not in parts:
        some = ", ".join(list(parts.values())[:5])
        raise ValueError(f"{code} alone, or one of its parts, such as {some}" if parts else f"{code} alone")
    return f"{code}-{parts[part]}" if dash else code
