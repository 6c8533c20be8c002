"""Debian packages that tests need and the product does not; fetched where they are absent."""

from __future__ import annotations

import os
import subprocess


def install(*packages: str) -> None:
    """Install packages of the host's own Debian.

    Raises `RuntimeError`, which names the packages: only root may install them.
    """
    if os.geteuid() != 0:
        raise RuntimeError(f"needed for these tests: apt-get install {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(command, check=True, env=environment)
