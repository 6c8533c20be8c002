"""What a process has cost so far: processor time and memory, from /proc."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads of this process, in steps of 10 ms."""
    # The name may hold spaces and brackets; what follows its last bracket does not.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def cpu_by_part(parts: Mapping[str, Iterable[int]]) -> dict[str, float]:
    """Processor seconds of each named group of processes."""
    return {name: sum(map(cpu_seconds, pids)) for name, pids in parts.items()}


def family_seconds(pid: int) -> float:
    """The same of a process with everything it started, ended or not."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ended_children = (int(fields[13]) + int(fields[14])) / _TICKS
    return ended_children + sum(map(_cpu_or_nothing, _family(pid)))


def resident_mb(pid: int) -> float:
    """Memory held now, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


@contextmanager
def ended(process: subprocess.Popen[bytes], patience_s: float = 10.0) -> Iterator[int]:
    """Gives the process's id; the process is gone after the block."""
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def busy_seconds() -> float:
    """Processor time of the whole machine, whoever spent it."""
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS


def own_seconds() -> float:
    """Processor time of this process and of everything it started, ended or not."""
    ended_children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended_children.ru_utime + ended_children.ru_stime + sum(map(_cpu_or_nothing, _family(os.getpid())))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _family(int(child))


def _cpu_or_nothing(pid: int) -> float:
    try:
        return cpu_seconds(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
