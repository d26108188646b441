"""A plugin's package, written from templates: every file filled in, whole or not at all."""

import importlib.util
import keyword
import re
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import resources
from pathlib import Path
from string import Template

from ganbench.contracts.hookspecs import GROUP
from ganbench.contracts.versions import CONTRACT
from ganbench.errors import BadOptionError
from ganbench.files import write_whole
from ganbench.registry.catalog import Catalog, kinds, plural

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40  # characters of a name, so that no line of a template grows beyond 120
# by kind: what the thing is, in a sentence, and what its card says beyond its name
_ABOUTS = {
    "model": "A small GAN of two perceptrons.",
    "loss": "Squared distances of logits from their targets.",
    "dataset": "Two interleaved half circles in the plane.",
    "feature": "Mean brightness on a grid of 4 x 4.",
    "metric": "The energy distance between samples.",
    "suite": "Two models on digits, in a minute.",
    "executor": "All models' first seeds before any second.",
    "section": "A page that counts the runs of each model.",
}
_EXTRAS = {
    "model": 'loss="r1:learning_rate=1e-3,beta1=0.5",',
    "dataset": 'kind="points",',
    "feature": 'kind="images",',
    "metric": 'columns=(ganbench.Column("${snake}", "the energy distance", better="lower", low=0.0),),',
}
_FILES = {
    "pyproject.toml": "pyproject.toml",
    "tox.ini": "tox.ini",
    ".github/workflows/tests.yml": "tests.yml",
    "README.md": "README.md",
    "LICENSE": "LICENSE",
    ".gitignore": "gitignore",
    "${package}/__init__.py": "offer.py",
    "${package}/${kind}.py": "${kind}.py",
    "tests/test_${snake}.py": "test.py",
}


def write_package(kind: str, name: str, parent: Path, catalog: Catalog) -> Path:
    """Write an installable package `ganbench-NAME` with one plugin into a folder, and return the package's folder.

    kind: "model", "loss", …, "section". name: words in lower case joined by hyphens. catalog: what is on offer, for
    names that are taken. Raises BadOptionError for a name that can't be one or is taken, and for a folder that exists;
    UnknownNameError for a kind that there is not.
    """
    values = _values(kind, name, catalog)
    folder = parent / f"{GROUP}-{name}"
    if folder.exists() or folder.is_symlink():
        raise BadOptionError(f"{folder} exists already; choose another name, or another place with --into")
    files = dict(_filled(values))
    try:
        for path, text in files.items():
            write_whole(folder / path, partial(_write, text))
    except OSError as error:
        raise BadOptionError(f"can't write into {folder}: {error.strerror or error}") from None
    return folder


def _values(kind: str, name: str, catalog: Catalog) -> Mapping[str, str]:
    """Return what templates are filled in with; raises what write_package raises."""
    of_kind = plural(kind)
    kind = "section" if of_kind == plural("section") else kind if kind in _ABOUTS else _singular(of_kind)
    snake, class_name = name.replace("-", "_"), "".join(word.capitalize() for word in name.split("-"))
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or keyword.iskeyword(class_name):
        rule = f"words in lower case joined by hyphens, {_LONGEST} characters at most, such as my-{kind}"
        raise BadOptionError(f"the name of a {kind} is {rule}; not {name!r}")
    if name in catalog.names(of_kind):
        raise BadOptionError(f"{catalog.plugin(of_kind, name).origin} has a {kind} {name!r} already; choose another")
    package = f"{GROUP}_{snake}"
    if importlib.util.find_spec(package) is not None:
        raise BadOptionError(f"a package {package} is installed already; choose another name than {name!r}")
    extra = Template(_EXTRAS.get(kind, "")).substitute(snake=snake)
    return {
        "kind": kind, "name": name, "snake": snake, "package": package, "distribution": f"{GROUP}-{name}",
        "maker": "make_suite" if kind == "suite" else class_name, "about": _ABOUTS[kind],
        "card": kinds()[of_kind].__name__, "hook": f"offer_{of_kind.replace('-', '_')}",
        "contract": str(CONTRACT), "extra": f"\n        {extra}" if extra else "",
    }  # fmt: skip


def _write(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def _singular(of_kind: str) -> str:
    return next(each for each in _ABOUTS if plural(each) == of_kind)


def _filled(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the path of each file, from the package's folder, with its text."""
    named = _FILES | ({"${package}/${name}.toml": "suite.toml"} if values["kind"] == "suite" else {})
    templates = resources.files("ganbench.scaffold") / "templates"
    for path, template in named.items():
        name, where = (Template(text).substitute(values) for text in (template, path))
        text = (templates / f"{name}.template").read_text(encoding="utf-8")
        yield where, Template(text).substitute(values)
