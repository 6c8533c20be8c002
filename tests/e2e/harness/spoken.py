"""What the voice has spoken for one centre under test is taken over by the next: speaking takes minutes, copying none.

The index beside the files tells from which text each was made, so whatever does not fit is spoken anew. They are kept
where downloads are kept, for every clone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callcenter.asterisk.obtain import cache_folder

_KEPT = cache_folder() / "test-voice"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Who comes second waits until the first has spoken, and takes it over."""
    _KEPT.parent.mkdir(parents=True, exist_ok=True)
    with _KEPT.with_name("test-voice.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def take_over(media: Path) -> None:
    """Put what was kept into a new centre's media folder; nothing if another process changes it just now."""
    spoken = media / "sounds/synthetic"
    try:
        shutil.copytree(_KEPT, spoken)
    except OSError:
        shutil.rmtree(spoken, ignore_errors=True)


def keep(media: Path) -> None:
    """Keep what this centre's voice has spoken, in place of what was kept."""
    made = _KEPT.with_name(f"{_KEPT.name}-{os.getpid()}")
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(media / "sounds/synthetic", made)
    shutil.rmtree(_KEPT, ignore_errors=True)
    try:
        made.rename(_KEPT)
    except OSError:
        # Another process was quicker.
        shutil.rmtree(made, ignore_errors=True)
