"""Rows of a CSV or XLSX file, one by one; UTF-8 with or without a byte order mark, UTF-16 and CP949 are understood."""

from __future__ import annotations

import codecs
import csv
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

_XLSX = b"PK\x03\x04"
_XLS = b"\xd0\xcf\x11\xe0"
_SAMPLE = 64 * 1024


class SheetFault(StrEnum):
    """Why a file gives no rows."""

    EMPTY = "empty"
    #: Neither UTF-8 nor CP949.
    ENCODING = "encoding"
    #: The old .xls, or damaged.
    FORMAT = "format"
    ENCRYPTED = "encrypted"


class SheetError(ValueError):
    """The file gives no rows; `fault` says why."""

    def __init__(self, fault: SheetFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def read_sheet(file: Path) -> Iterator[tuple[str, ...]]:
    """Each row's cells as text, the heading first; what the file is shows in its first bytes, not in its name.

    Raises `SheetError`, at the latest at the row that cannot be read.
    """
    with file.open("rb") as opened:
        first = opened.read(_SAMPLE)
    if not first.strip():
        raise SheetError(SheetFault.EMPTY)
    if first.startswith(_XLS):
        # A password-protected .xlsx lies in the old container too.
        raise SheetError(SheetFault.ENCRYPTED if "EncryptedPackage".encode("utf-16-le") in first else SheetFault.FORMAT)
    return _xlsx(file) if first.startswith(_XLSX) else _csv(file, first)


def _csv(file: Path, first: bytes) -> Iterator[tuple[str, ...]]:
    encoding = _encoding(file, first)
    line = first.decode(encoding, "ignore").splitlines()[0]
    delimiter = max(",\t;|", key=line.count)
    with file.open(encoding=encoding, newline="") as lines:
        try:
            for row in csv.reader(lines, delimiter=delimiter):
                yield tuple(row)
        except csv.Error as error:
            raise SheetError(SheetFault.FORMAT) from error


def _encoding(file: Path, first: bytes) -> str:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8-sig", "cp949"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with file.open("rb") as opened:
                while piece := opened.read(1 << 20):
                    decoder.decode(piece)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise SheetError(SheetFault.ENCODING)


def _xlsx(file: Path) -> Iterator[tuple[str, ...]]:
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise SheetError(SheetFault.FORMAT) from error
    with closing(book):
        try:
            yield from _even(book.worksheets[0].iter_rows(values_only=True))
        except (BadZipFile, ParseError, zlib.error, EOFError) as error:
            raise SheetError(SheetFault.FORMAT) from error


def _even(rows: Iterable[Sequence[object]]) -> Iterator[tuple[str, ...]]:
    """Rows as wide as the heading: a sheet's row ends at its last filled cell, or goes on with empty ones."""
    width = 0
    for row in rows:
        cells = [_text(value) for value in row]
        while cells and not cells[-1] and (not width or len(cells) > width):
            cells.pop()
        width = width or len(cells)
        yield tuple(cells + [""] * (width - len(cells)))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)
