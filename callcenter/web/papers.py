"""Taking a paper that somebody sends, for applicants and for clerks alike."""

from __future__ import annotations

import asyncio

from fastapi import UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter import papers as files
from callcenter.papers import MOST, Paper, PaperError
from callcenter.store.applications import papers
from callcenter.store.contract_models import ApplicationRow, ContractDocumentRow
from callcenter.web.engine import now_ms
from callcenter.web.formats import plain
from callcenter.web.services import Services


async def keep_paper(
    services: Services, session: AsyncSession, row: ApplicationRow, paper: Paper, file: UploadFile, *, by: str | None
) -> ContractDocumentRow:
    """Write the file and its row. Raises `PaperError`: no such file can be taken, or there are too many already."""
    content = await file.read(files.LARGEST + 1)
    checked = files.check(content)
    if len(await papers(session, row)) >= MOST:
        raise PaperError("too_many")
    document = ContractDocumentRow(
        application=row.number,
        company=row.company,
        paper=paper,
        name=plain(file.filename or "")[-200:],
        media_type=checked.media_type,
        size=checked.size,
        sha256=checked.sha256,
        at=now_ms(),
        by=by,
    )
    session.add(document)
    await session.flush()
    # Written before the row is committed: a row never points to nothing.
    await asyncio.to_thread(files.keep, services.settings.data, row.number, document.id, content)
    return document
