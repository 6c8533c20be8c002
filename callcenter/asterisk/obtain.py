"""Gets programs that Debian 12 does not carry (Asterisk ≥ 22.10, a voice, test phones) without root or a container.

`apt-get` resolves, downloads and verifies packages of another Debian suite with an isolated state; `dpkg-deb` unpacks
them; they run through their own loader and libraries, so nothing of the host is touched. The mirror is the host's own.
ADR 0003 says why.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SUITE = "forky"
_BASE = ("libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libzstd1", "libtinfo6", "libsystemd0", "libcap2")
_LOADERS = {
    "x86_64": ("x86_64-linux-gnu", "usr/lib64/ld-linux-x86-64.so.2"),
    "aarch64": ("aarch64-linux-gnu", "usr/lib/ld-linux-aarch64.so.1"),
}


class ObtainError(Exception):
    """A program could not be had; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """Packages that run together from one folder."""

    name: str
    packages: tuple[str, ...]


ASTERISK = Bundle(
    name="asterisk",
    packages=(
        *_BASE,
        *"asterisk asterisk-modules asterisk-config libbsd0 libcrypt1 libedit2 libjansson4 libmd0 libsqlite3-0".split(),
        *"libssl3t64 liburiparser1 libuuid1 libxml2-16 libxslt1.1 libsrtp2-1 libnss3 libnspr4 libopus0".split(),
        *"libspeexdsp1 libgsm1".split(),
    ),
)
VOICE = Bundle(
    name="voice",
    packages=(
        *_BASE,
        *"espeak-ng espeak-ng-data libespeak-ng1 libpcaudio0 libsonic0 libasound2t64 libpulse0 libasyncns0".split(),
        *"libdbus-1-3 libsndfile1 libflac14 libogg0 libvorbis0a libvorbisenc2 libmpg123-0t64 libmp3lame0".split(),
        *"libopus0 libx11-xcb1 libx11-6 libxcb1 libxau6 libxdmcp6".split(),
    ),
)
PHONES = Bundle(
    name="phones",
    packages=(
        *_BASE,
        *"baresip-core libre1 librem1 libssl3t64 libsndfile1 libflac14 libogg0 libvorbis0a libvorbisenc2".split(),
        *"libmpg123-0t64 libmp3lame0 libopus0".split(),
        *"sip-tester libgsl28 libgslcblas0 libpcap0.8t64 libpugixml1v5 libsctp1 libncursesw6 libdbus-1-3".split(),
    ),
)


@dataclass(frozen=True, slots=True)
class Programs:
    """An unpacked bundle; an empty root means that the host's own programs are used."""

    root: Path | None

    def command(self, program: str) -> list[str]:
        """The words that start this program; append its arguments."""
        if self.root is None:
            return [program]
        triplet, loader = _LOADERS[platform.machine()]
        found = next(
            (self.root / d / program for d in ("usr/bin", "usr/sbin") if (self.root / d / program).exists()), None
        )
        if found is None:
            raise ObtainError(f"{program} is not in {self.root}; remove that folder and start again")
        libraries = self.root / "usr/lib" / triplet
        path = f"{libraries}:{libraries}/pulseaudio"
        return [str(self.root / loader), "--library-path", path, "--argv0", program, str(found)]

    def file(self, path: str) -> Path:
        """A file of the bundle by its path on a Debian system, `{triplet}` standing for the architecture."""
        return (self.root or Path("/")) / path.format(triplet=_LOADERS[platform.machine()][0]).lstrip("/")


def cache_folder() -> Path:
    """Where downloads are kept for every clone: `CALLCENTER_CACHE`, else the user's cache folder."""
    set_by_hand = os.environ.get("CALLCENTER_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(set_by_hand) if set_by_hand else home / "callcenter"


def obtain(bundle: Bundle, cache: Path | None = None) -> Programs:
    """The bundle, unpacked in the cache; downloaded and verified the first time.

    Raises `ObtainError`: no apt, no network, disk full, unsupported machine; the text says what to do.
    """
    if platform.system() != "Linux" or platform.machine() not in _LOADERS:
        raise ObtainError(
            f"{platform.system()} {platform.machine()} is not supported: use Linux on x86-64 or ARM, or Docker"
        )
    cache = cache or cache_folder()
    mark = hashlib.sha256(" ".join((SUITE, *bundle.packages)).encode()).hexdigest()[:12]
    root = cache / f"{bundle.name}-{mark}"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(cache / "lock"):
            if not root.is_dir():
                _download(bundle, cache, root)
    except OSError as error:
        raise ObtainError(f"{cache}: {error.strerror}; free space or set CALLCENTER_CACHE to another folder") from error
    return Programs(root)


def obtain_voice() -> tuple[list[str], dict[str, str]]:
    """The words that start espeak-ng, the installed one if there is one, and the environment that it needs."""
    # By its whole path: it is started with this environment alone, which has no PATH.
    if installed := shutil.which("espeak-ng"):
        return [installed], {}
    voice = obtain(VOICE)
    return voice.command("espeak-ng"), {"ESPEAK_DATA_PATH": str(voice.file("usr/lib/{triplet}"))}


def obtain_asterisk(cache: Path | None = None) -> Programs:
    """Asterisk from PATH when it is at least 22.10, else the cached bundle."""
    if shutil.which("asterisk"):
        said = subprocess.run(["asterisk", "-V"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"Asterisk (\d+)\.(\d+)", said)
        if version and (int(version[1]), int(version[2])) >= (22, 10):
            return Programs(None)
    return obtain(ASTERISK, cache)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _download(bundle: Bundle, cache: Path, root: Path) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise ObtainError(
            "apt-get and dpkg-deb are needed to fetch Asterisk: use Debian or Ubuntu, install Asterisk 22.10 or newer"
            " yourself (it is taken from PATH), or use the Docker image"
        )
    if shutil.disk_usage(cache).free < 400 * 2**20:
        raise ObtainError(f"{cache}: less than 400 MB free; free space or set CALLCENTER_CACHE to another folder")
    work = cache / f".{bundle.name}-work"
    shutil.rmtree(work, ignore_errors=True)
    for folder in ("state/lists/partial", "cache/archives/partial", "debs", "root"):
        (work / folder).mkdir(parents=True)
    (work / "status").touch()
    mirror = os.environ.get("CALLCENTER_DEBIAN_MIRROR") or _host_mirror()
    (work / "apt.conf").write_text(
        f'Dir::State "{work}/state"; Dir::State::status "{work}/status"; Dir::Cache "{work}/cache";\n'
        f'Dir::Etc::sourcelist "{work}/sources.list"; Dir::Etc::sourceparts "-"; Dir::Etc::preferencesparts "-";\n'
        'APT::Sandbox::User ""; Acquire::Languages "none"; Acquire::Retries "2";\n'
    )
    keyring = "signed-by=/usr/share/keyrings/debian-archive-keyring.gpg"
    source = work / "sources.list"
    source.write_text(f"deb [{keyring}] {mirror} {SUITE} main\n")
    said = _apt(work, "update", "--error-on=any")
    if "is expired" in said or "not valid anymore" in said:
        print(  # noqa: T201
            "The mirror is a snapshot past its date: signatures are still checked, freshness is not."
        )
        source.write_text(f"deb [{keyring} valid-until-min=315360000] {mirror} {SUITE} main\n")
        said = _apt(work, "update", "--error-on=any")
    if said:
        raise ObtainError(
            f"{mirror} cannot be read: is there a network? CALLCENTER_DEBIAN_MIRROR sets another.\n{said}"
        )
    said = _apt(work, "download", *bundle.packages)
    if said:
        raise ObtainError(f"{bundle.name} could not be downloaded from {mirror}:\n{said}")
    for package in sorted((work / "debs").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(work / "root")], check=True)
    (work / "root").rename(root)
    shutil.rmtree(work)


def _apt(work: Path, *words: str) -> str:
    """Nothing when apt-get succeeded, else what it complained of."""
    environment = {**os.environ, "APT_CONFIG": str(work / "apt.conf"), "LC_ALL": "C"}
    done = subprocess.run(
        ["apt-get", "-qq", *words], cwd=work / "debs", env=environment, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else (done.stderr.strip() or f"apt-get ended with {done.returncode}")


def _host_mirror() -> str:
    """The mirror that the host's own apt takes its main archive from."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "stable")
    ask = ["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"]
    for line in subprocess.run(ask, capture_output=True, text=True, check=False).stdout.splitlines():
        release, component, uri = line.split(maxsplit=2)
        if release in (codename, "stable", "testing", "unstable", SUITE) and component == "main":
            return uri
    raise ObtainError("This host's apt names no Debian mirror; set CALLCENTER_DEBIAN_MIRROR to one and start again")
