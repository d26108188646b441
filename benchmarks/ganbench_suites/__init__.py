"""The suites that come with ganbench: each TOML file in this folder is one."""

import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import ganbench

_FOLDER = Path(__file__).parent
_DEFAULT = "quickstart"


@ganbench.hookimpl
def offer_suites() -> Iterator[ganbench.SuiteCard]:
    """Offer every file; its name is the suite's."""
    for path in sorted(_FOLDER.glob("*.toml")):
        head, _, _ = path.read_text(encoding="utf-8").partition("\n[")  # a list of names reads no entries
        about = tomllib.loads(head)["about"]
        default = path.stem == _DEFAULT
        yield ganbench.SuiteCard(path.stem, make=partial(Path, path), about=about, default=default)
