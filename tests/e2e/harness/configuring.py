"""The centre is described otherwise while it is at work, as its people do it: by the command."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from tests.e2e.harness.centre import Centre


async def config(centre: Centre, *words: str) -> str:
    """What `callcenter config` prints."""
    environment = {**os.environ, "CALLCENTER_DATA": str(centre.settings.data)}
    command = [sys.executable, "-m", "callcenter", "config", *words, "--lang", "en"]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
