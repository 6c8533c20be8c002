"""Somebody who applies: a form that is right, a certificate, and the way through both."""

from __future__ import annotations

import io
import re
from typing import Any

import aiohttp

from tests.integration.web.conftest import Browser

FORM = {
    "company_name": "한빛주방산업",
    "company_name_en": "Hanbit Kitchen",
    "registration": "124-81-00998",
    "representative": "김한빛",
    "business": "제조업",
    "address": "서울시 금천구 가산디지털1로 1",
    "category": "kitchen",
    "products": "전기밥솥, 전기주전자",
    "goods": "finished",
    "made": "korea",
    "large_group": "no",
    "blocked_credit": "no",
    "calls_per_month": "2,000",
    "contact_name": "박담당",
    "contact_phone": "02-123-4567",
    "contact_email": "park@example.kr",
    "consent": "yes",
}
PDF = b"%PDF-1.7\n" + b"a certificate" * 20


def paper(kind: str, content: bytes = PDF, name: str = "사업자등록증.pdf", **fields: str) -> aiohttp.FormData:
    """A file as a form sends it."""
    sent = aiohttp.FormData(fields)
    sent.add_field("paper", kind)
    sent.add_field("file", io.BytesIO(content), filename=name, content_type="application/octet-stream")
    return sent


async def apply(applicant: Browser, **changes: Any) -> int:
    """Hand an application in; its number."""
    assert (await applicant.post("/apply/papers", paper("registration")))[0] == 303
    status, there = await applicant.post("/apply", {**FORM, **changes})
    assert (status, there) == (303, "/apply/status")
    _, page = await applicant.get("/apply/status")
    found = re.search(r"(?:접수 |no\. )(\d+)", page)
    assert found
    return int(found[1])
