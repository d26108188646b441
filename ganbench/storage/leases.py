"""Who runs what in a results folder, so that commands on any number of machines do each run once.

A lease is one small file, `leases/KEY.json`, that the process doing a run creates with O_EXCL, rewrites at every
heartbeat and removes at the end. Why not a lock of the operating system, or a library of them: `flock` and `fcntl`
locks depend on how a network file system is mounted, and where they are not supported they are granted to everybody;
and a lock says neither who holds it nor how far they are. Exclusive creation is atomic on every local file system and
on NFS from version 3 on, and the same file is what `ganbench status` reads.

An owner that died is told in two ways. On the owner's own machine (host, boot and process namespace) its process is
looked up, so its lease is free at once. From elsewhere, a lease whose bytes stay the same for the `expiry` that it
names is dead: the observer watches for that long by its own monotonic clock, so no two machines need agree on the time.
A dead lease is renamed away before a new one is created. Only one process can rename it; one that finds that it
renamed another lease than the one it judged dead puts that one back. An owner that was thought dead (stopped for
longer than the expiry) learns at its next heartbeat that the lease is no longer its own, and gives the run up.
"""

import contextlib
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

FOLDER = "leases"
EXPIRY_SECONDS = 60.0
_BEATS_PER_EXPIRY = 6
_SIZE = 2048  # bytes of a lease, so that a rewrite in place replaces all of it


@dataclass(frozen=True)
class Holder:
    """Who holds a lease, as its file tells.

    owner: a token of its own. machine: host, boot and process namespace, within which a pid means one process.
    expiry: seconds without a heartbeat after which it is dead. facts: what the owner tells of what it does.
    """

    owner: str
    host: str = ""
    machine: str = ""
    pid: int = 0
    born: str = ""
    expiry: float = EXPIRY_SECONDS
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def gone(self) -> bool:
        """Whether its process is known to have ended; False where that can't be known from here."""
        return self.machine == machine() and _born(self.pid) != self.born


class Lease:
    """A lease that this process holds; used as a context it beats until the end, and is then given back.

    facts: what `status` shows; may be replaced at any time. lost: called in the heartbeat's thread, once, if the lease
    turns out to be somebody else's or gone.
    """

    def __init__(self, path: Path, handle: int, holder: Holder) -> None:
        self.path, self.holder = path, holder
        self.facts: Mapping[str, Any] = holder.facts
        self.lost: Callable[[], None] = lambda: None
        self._handle, self._beats = handle, 0
        self._end = threading.Event()
        try:
            self._write()
        except OSError:  # a full disk: the file is there, but would tell nobody whose it is
            os.close(handle)
            path.unlink(missing_ok=True)
            raise

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._beat, name=f"lease {self.path.stem}", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        if self.held:
            self.path.unlink(missing_ok=True)
        os.close(self._handle)

    @property
    def held(self) -> bool:
        """Whether the lease is still this process's."""
        there = read_holder(self.path)
        return there is not None and there.owner == self.holder.owner

    def _beat(self) -> None:
        while not self._end.wait(self.holder.expiry / _BEATS_PER_EXPIRY):
            try:
                if not self.held:
                    self.lost()
                    return
                self._write()
            except OSError:
                continue  # a file server that is away comes back, or the lease expires

    def _write(self) -> None:
        # into the file that we created, wherever it has been renamed to: never into another owner's
        self._beats += 1
        text = json.dumps(self.holder.__dict__ | {"facts": dict(self.facts), "beats": self._beats})
        os.pwrite(self._handle, text.encode().ljust(_SIZE)[:_SIZE], 0)
        os.fsync(self._handle)


@dataclass
class Leases:
    """The leases of a results folder. expiry: of those that are taken here, in seconds."""

    root: Path
    expiry: float = EXPIRY_SECONDS
    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[bytes, float]] = field(default_factory=dict)

    def take(self, key: str, facts: Mapping[str, Any]) -> Lease | None:
        """Return the lease of a run, or None while another process holds it."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(2):
            with contextlib.suppress(FileExistsError):
                handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
                pid = os.getpid()
                here = Holder(uuid.uuid4().hex, socket.gethostname(), machine(), pid, _born(pid), self.expiry, facts)
                return Lease(path, handle, here)
            holder = read_holder(path)
            if not (holder and holder.gone and self._break(path, _read(path))):
                return None
        return None

    def held(self, key: str) -> bool:
        """Whether a run is somebody's; asked again and again, it frees the leases of the dead."""
        path = self._path(key)
        content = _read(path)
        if content is None:
            self._seen.pop(key, None)
            return False
        holder = _parsed(content)
        if holder and holder.gone:
            return not self._break(path, content)
        before, since = self._seen.get(key, (None, 0.0))
        if content != before:
            self._seen[key] = content, self.clock()
            return True
        expiry = holder.expiry if holder else self.expiry  # a lease without a word is one whose owner died creating it
        return self.clock() - since <= expiry or not self._break(path, content)

    def holders(self) -> Iterator[tuple[str, Holder]]:
        """Yield each key that is held, with who holds it."""
        for path in sorted((self.root / FOLDER).glob("*.json")):
            if holder := read_holder(path):
                yield path.stem, holder

    def sweep(self) -> None:
        """Take away the leases of the dead, runs' and commands' alike; asked again and again, other machines' too."""
        for key, holder in list(self.holders()):
            if holder.gone or holder.machine != machine():  # one of this machine that lives may only be stopped
                self.held(key)

    def silent(self, key: str, now: float) -> float:
        """Return the seconds since a lease was last written, given the time since the epoch; 0 where there is none.

        For people alone: it compares the clock of the file system with this machine's.
        """
        try:
            return max(0.0, now - self._path(key).stat().st_mtime)
        except OSError:
            return 0.0

    def _path(self, key: str) -> Path:
        return self.root / FOLDER / f"{key}.json"

    def _break(self, path: Path, content: bytes | None) -> bool:
        """Take a dead lease away; return whether it is gone."""
        grave = path.with_name(f".{path.stem}-{uuid.uuid4().hex}")
        try:
            path.rename(grave)
        except OSError:
            return not path.exists()
        same = _owner(_read(grave)) == _owner(content)
        if not same:  # another observer was faster, and this is its new lease
            with contextlib.suppress(OSError):
                os.link(grave, path)
        grave.unlink(missing_ok=True)
        return same


def read_holder(path: Path) -> Holder | None:
    """Return who holds a lease; None where there is none, or where its file has not been filled yet."""
    content = _read(path)
    return None if content is None else _parsed(content)


def machine() -> str:
    """Return what tells this machine's process numbers from others': host, boot and process namespace."""
    boot, namespace = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    try:
        of_host = f"{boot.read_text(encoding='ascii').strip()}/{namespace.readlink()}"
    except OSError:
        of_host = f"{uuid.getnode():x}"
    return f"{socket.gethostname()}/{of_host}"


def _born(pid: int) -> str:
    """Return what tells a living process from a later one of the same number; "" if there is none, or it is dead."""
    try:
        # after the name, which may hold spaces: the state first, and the start in clock ticks 19 fields on
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]
    except (OSError, IndexError):
        if Path("/proc/self/stat").exists():
            return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "alive"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _owner(content: bytes | None) -> str:
    holder = _parsed(content or b"")
    return holder.owner if holder else ""


def _parsed(content: bytes) -> Holder | None:
    try:
        told = json.loads(content)
        return Holder(**{name: told[name] for name in Holder.__dataclass_fields__})
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
