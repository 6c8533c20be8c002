"""What descriptions of a centre are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,23}$")]


class Part(BaseModel):
    """A table of the centre's file; keys that it does not know are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
