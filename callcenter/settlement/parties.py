"""Who stands on tax invoices: the centre and the companies, from `parties.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from billing.contracts import registration
from billing.tax_invoice import Party

_NUMBER_WRONG = {
    "digits": "expected the ten digits of the business registration number in quotes",
    "check": "its last digit does not check the others; expected the number as on the certificate",
}
_KEYS = tuple(field.name for field in fields(Party))


class PartyError(Exception):
    """Somebody's details are missing or wrong; the text has one line for each mistake."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parties:
    """The supplier, and the companies that have given their details."""

    supplier: Party
    companies: dict[str, Party]

    def company(self, company: str) -> Party:
        """A company's details. Raises `PartyError`."""
        if company not in self.companies:
            raise PartyError(f"parties.toml: company.{company}: is absent; expected {', '.join(_KEYS)}")
        return self.companies[company]


def load_parties(centre_file: Path) -> Parties:
    """Everybody in the `parties.toml` beside the centre's file. Raises `PartyError` with every mistake."""
    path = centre_file.with_name("parties.toml")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PartyError(f"{path}: cannot be read: {error.strerror}; copy the example's parties.toml there") from error
    except ValueError as error:
        raise PartyError(f"{path.name}: not valid TOML: {error}") from error
    problems: list[str] = []
    supplier = _party(raw.get("centre"), f"{path.name}: centre", problems)
    found = raw.get("company", {})
    companies = {
        name: _party(one, f"{path.name}: company.{name}", problems)
        for name, one in (found.items() if isinstance(found, dict) else ())
    }
    if problems:
        raise PartyError("\n".join(problems))
    return Parties(supplier=supplier, companies=companies)


def _party(raw: object, where: str, problems: list[str]) -> Party:
    table = raw if isinstance(raw, dict) else {}
    values = {key: table.get(key) for key in _KEYS}
    problems += [
        f"{where}.{key}: expected text" for key, value in values.items() if not isinstance(value, str) or not value
    ]
    problems += [f"{where}.{key}: unknown key" for key in table if key not in _KEYS]
    if isinstance(values["number"], str) and values["number"]:
        try:
            values["number"] = registration.parse(values["number"])
        except registration.RegistrationError as error:
            problems.append(f"{where}.number: {_NUMBER_WRONG[error.key]}")
    return Party(**{key: str(value) for key, value in values.items()})
