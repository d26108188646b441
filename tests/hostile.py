"""Files made to harm who reads them, and a way to read each in a process of its own, its memory measured."""

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np

from ganbench.storage.digests import seal

KEY = "0123456789ab"
MEMBER = f"runs/{KEY}/record.json"
LIMIT = 1_000  # megabytes of any reader
_COMMANDS = """
import pathlib, sys
from ganbench.cli import main
for line in sys.stdin.read().splitlines():
    try:
        main(line.split())
    except SystemExit as end:
        print("exit", end.code, file=sys.stderr)
status = pathlib.Path("/proc/self/status").read_text().splitlines()
print(next(line for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""


def run_limited(*commands: str) -> tuple[list[str], int]:
    """Run commands of ganbench in one fresh process; return the lines of standard error, and megabytes at most.

    After the lines of each command comes `exit` with its code.
    """
    start = [sys.executable, "-W", "error", "-c", _COMMANDS]
    found = subprocess.run(start, input="\n".join(commands), capture_output=True, text=True, timeout=200, check=True)
    *lines, peak = found.stderr.strip().splitlines()
    return lines, int(peak.split()[1]) // 1024


def archive(path: Path, name: str = MEMBER, data: bytes = b"{}", method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a .zip of one member."""
    with zipfile.ZipFile(path, "w", method) as packed:
        packed.writestr(name, data)
    return path


def rewritten(path: Path, data: dict) -> None:
    """Write a record as a run with those facts would have left it, its digest included."""
    path.write_bytes(seal(json.dumps(data, indent=2).encode()))


def array_of_records(path: Path) -> Path:
    """A quarter of a megabyte that unpacks to a JSON array of 250."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open(MEMBER, "w") as file:
        for piece in (b"[", *[b"[]," * 2**18] * 333, b"[]]"):
            file.write(piece)
    return path


def damaged_stream(path: Path) -> Path:
    """A .zip whose deflate stream is damaged in the middle."""
    archive(path, data=bytes(range(256)) * 100)
    data = bytearray(path.read_bytes())
    start = 30 + len(MEMBER)
    data[start : start + 8] = b"\xff" * 8
    path.write_bytes(data)
    return path


def renamed(path: Path, name: bytes) -> Path:
    """A .zip whose member has other bytes in its name's place, said to be UTF-8."""
    archive(path, name="a" * len(name))
    data = path.read_bytes().replace(b"a" * len(name), name)
    data = data.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x00\x08")
    path.write_bytes(data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x08"))
    return path


def marked(path: Path, flags: int | None = None, method: int | None = None) -> Path:
    """Change the flags or the method that a .zip's headers claim, in all of them."""
    data = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(signature)
        while start >= 0:
            if flags is not None:
                data[start + at : start + at + 2] = struct.pack("<H", flags)
            if method is not None:
                data[start + at + 2 : start + at + 4] = struct.pack("<H", method)
            start = data.find(signature, start + 4)
    path.write_bytes(data)
    return path


def packed_zeros(path: Path, megabytes: int) -> Path:
    """An .npz of a few hundred kilobytes that unpacks to so many megabytes."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (megabytes, 1, 1024, 1024)}
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("samples.npy", "w") as file:
        file.write(header.getvalue())
        for _ in range(megabytes):
            file.write(bytes(2**20))
    return path


def repeated_rows(path: Path, rows: int) -> Path:
    """A Parquet file of some kilobytes that stands for so many rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema({"update": pa.int64(), "generator_loss": pa.float64()})
    with pq.ParquetWriter(path, schema, compression="zstd", write_statistics=False) as writer:
        piece = pa.table({"update": np.zeros(2**22, np.int64), "generator_loss": np.zeros(2**22)}, schema)
        for _ in range(-(-rows // 2**22)):
            writer.write_table(piece, row_group_size=2**22)
    return path


def wide_picture(path: Path, side: int) -> Path:
    """A PNG that claims side x side pixels, all of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = zlib.compressobj(9)
    rows = b"".join(row.compress(bytes(1 + side // 8)) for _ in range(side)) + row.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path
