"""`callcenter doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from billing.words import Language
from callcenter.doctor.examination import examine
from callcenter.doctor.finding import Finding, Result, worst

_MARKS = {
    Language.KO: {Result.OK: "[정상]   ", Result.WARNING: "[주의]   ", Result.FAILED: "[고장]   "},
    Language.EN: {Result.OK: "[ok]     ", Result.WARNING: "[warning]", Result.FAILED: "[FAILED] "},
}
_INDENT = " " * 10
_SUMMARY = {
    Language.KO: "정상 {ok}, 주의 {warning}, 고장 {failed}",
    Language.EN: "{ok} ok, {warning} warnings, {failed} failed",
}


def doctor(
    lang: Annotated[Language, typer.Option("--lang", help="Korean or English.")] = Language.KO,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of sentences.")] = False,
) -> None:
    """Examine the centre: configuration, ports, Asterisk, sound, phones, trunk, Redis, database, disk, time.

    Ends with 2 when something failed, else with 0. Places one call from Asterisk to itself.
    """
    findings = asyncio.run(_examine(None if as_json else lang))
    if as_json:
        told = [
            {"check": one.check, "result": one.result, "case": one.case, "message": one.sentence(lang),
             "mend": one.mend(lang)}
            for one in findings
        ]  # fmt: skip
        print(json.dumps({"result": worst(findings), "findings": told}, ensure_ascii=False, indent=1))
    else:
        count = {result.value: sum(one.result is result for one in findings) for result in Result}
        print("\n" + _SUMMARY[lang].format(**count))
    if worst(findings) is Result.FAILED:
        raise typer.Exit(2)


async def _examine(tell_in: Language | None) -> list[Finding]:
    findings = []
    async for finding in examine():
        findings.append(finding)
        if tell_in:
            print(_told(finding, tell_in), flush=True)
    return findings


def _told(finding: Finding, language: Language) -> str:
    mark, mend = _MARKS[language][finding.result], finding.mend(language)
    first, *more = finding.sentence(language).splitlines()
    lines = [f"{mark} {first}", *(f"{_INDENT}{line}" for line in more)]
    return "\n".join([*lines, f"{_INDENT}→ {mend}"] if mend else lines)
