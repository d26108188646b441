"""Readers under atheris, which looks for bytes that reach new code: no part of the tests, for a search of hours.

pip install atheris && python tests/fuzz_readers.py record|submission|suite|array|weights [-max_total_time=600]

Whatever is raised beside our own errors, takes more than 20 seconds or a gigabyte, is kept as a file in the working
directory and told.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ganbench", "zipfile", "tomllib", "json", "numpy.lib"]):
    from ganbench.errors import GanbenchError
    from ganbench.evaluation.arrays import read_array
    from ganbench.storage.records import read_record
    from ganbench.storage.submission import unpacked
    from ganbench.storage.weights import read_weights
    from ganbench.suites.toml import read_suite


def unpack(path: Path) -> None:
    """Unpack a submission."""
    with unpacked(path):
        pass


READERS = {
    "record": ("0123456789ab/record.json", read_record),
    "submission": ("theirs.zip", unpack),
    "suite": ("theirs.toml", read_suite),
    "array": ("theirs.npz", read_array),
    "weights": ("weights.safetensors", lambda path: read_weights(path, None)),
}
LIMITS = ["-rss_limit_mb=1000", "-timeout=20"]


def main() -> None:
    """Fuzz the reader that the first argument names."""
    name, read = READERS[sys.argv.pop(1)]
    path = Path(tempfile.mkdtemp(prefix="ganbench-")) / name
    path.parent.mkdir(exist_ok=True)

    def once(data: bytes) -> None:
        path.write_bytes(data)
        try:
            read(path)
        except GanbenchError as error:
            if len(str(error).splitlines()) != 1:
                raise ValueError(f"more than a line: {error}") from error

    atheris.Setup([*sys.argv, *LIMITS], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
