"""The cost comparison as JSON and as a table for people, in millions of won as the programme notice prints it."""

from __future__ import annotations

import json

from billing.comparison import Comparison
from billing.words import Language, columns, decimal, millions, name_in, part

_WORDS = {
    Language.KO: {
        "title": "하루 {calls}콜의 연간 비용 비교 (백만원)",
        "own": "독자 계약 (민간위탁)",
        "joint": "공동 A/S센터",
        "people": "인원",
        "own_people": "상담사 {agents}명 + 관리자 {managers}명",
        "joint_people": "상담사 {agents}명 ({calls}/{per_agent}) + 관리자 {managers}명 (무상)",
        "labour": "인건비",
        "share": "  {payer} 부담 {share}",
        "seats": "좌석 (ASP)",
        "base_fee": "전산계정·교육 (기본료)",
        "in_seats": "좌석에 포함",
        "telecom": "통신비",
        "free": "무상",
        "total": "연간 기업 부담",
        "per_month": "월 기업 부담",
        "difference": "차이",
        "of_own": "민간위탁 비용의 {percent} %",
    },
    Language.EN: {
        "title": "A year's cost at {calls} calls a day (million KRW)",
        "own": "own contract (private centre)",
        "joint": "joint centre",
        "people": "people",
        "own_people": "agents: {agents}, managers: {managers}",
        "joint_people": "agents: {agents} ({calls}/{per_agent}), managers: {managers} (free)",
        "labour": "labour",
        "share": "  share of {payer}, {share}",
        "seats": "seats (ASP)",
        "base_fee": "IT account, training (base fee)",
        "in_seats": "in the seats",
        "telecom": "telecom",
        "free": "free",
        "total": "company pays a year",
        "per_month": "company pays a month",
        "difference": "difference",
        "of_own": "{percent} % of the private cost",
    },
}


def as_json(comparison: Comparison) -> str:
    """All figures in whole won; the joint centre's agents as an exact fraction (`"5/3"`)."""
    own, joint = comparison.own, comparison.joint
    document = {
        "calls_per_day": comparison.calls_per_day,
        "own": {
            "agents": own.agents,
            "managers": own.managers,
            "labour": own.labour,
            "seats": own.seats,
            "telecom_exact": own.telecom_exact,
            "telecom": own.telecom,
            "total": own.total,
            "per_month": own.per_month,
        },
        "joint": {
            "agents": str(joint.agents),
            "managers": joint.managers,
            "labour": joint.labour,
            "shares": {payer.id: amount for payer, amount in joint.shares},
            "base_fee": joint.base_fee,
            "total": joint.total,
            "per_month": joint.per_month,
        },
        "difference": comparison.difference,
        "percent_more": comparison.percent_more,
        "percent_of_own": comparison.percent_of_own,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_text(comparison: Comparison, language: Language) -> str:
    """Both centres side by side."""
    words, own, joint = _WORDS[language], comparison.own, comparison.joint
    own_people = words["own_people"].format(agents=f"{own.agents:,}", managers=own.managers)
    joint_people = words["joint_people"].format(
        agents=decimal(joint.agents, 1),
        calls=comparison.calls_per_day,
        per_agent=comparison.calls_per_agent_day,
        managers=joint.managers,
    )
    more = "" if comparison.percent_more is None else f" ({comparison.percent_more:+,} %)"
    sign = "+" if comparison.difference > 0 else ""
    of_own = "" if comparison.percent_of_own is None else words["of_own"].format(percent=comparison.percent_of_own)
    rows = [
        ("", words["own"], words["joint"]),
        (words["people"], own_people, joint_people),
        (words["labour"], millions(own.labour), millions(joint.labour)),
        *(
            (words["share"].format(payer=name_in(language, payer), share=part(payer.share)), "", millions(amount))
            for payer, amount in joint.shares
        ),
        (words["seats"], millions(own.seats), words["free"]),
        (words["base_fee"], words["in_seats"], millions(joint.base_fee)),
        (words["telecom"], millions(own.telecom), words["free"]),
        (words["total"], millions(own.total), millions(joint.total)),
        (words["per_month"], millions(own.per_month), millions(joint.per_month)),
        (words["difference"], f"{sign}{millions(comparison.difference)}{more}", of_own),
    ]
    return f"{words['title'].format(calls=f'{comparison.calls_per_day:,}')}\n\n{columns(rows)}"
