"""The rules that hold the architecture up: layers, names, weight at start-up, documented doors."""

import ast
import graphlib
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from conftest import OWN

import ganbench
from ganbench.contracts import hookspecs
from ganbench.registry.catalog import kinds

CORE = Path(ganbench.__file__).parent
ROOT = Path(__file__).parent.parent

# which rooms of ganbench/ each room may import; modules at the root are rooms of their own
ROOMS = {
    "errors": [],
    "seeds": [],
    "files": [],
    "reading": [],
    "schema": ["errors"],
    "contracts": ["schema", "errors"],
    "storage": ["schema", "errors", "files", "reading"],
    "registry": ["contracts", "schema", "errors"],
    "analysis": ["schema", "storage", "contracts", "errors", "files"],
    "suites": ["registry", "contracts", "schema", "errors", "reading"],
    "evaluation": ["registry", "contracts", "schema", "storage", "seeds", "errors", "files",
                   "reading"],
    "report": ["analysis", "storage", "registry", "contracts", "schema", "errors", "files"],
    "training": ["evaluation", "storage", "registry", "contracts", "schema", "seeds", "errors", "files"],
    "site": ["report", "analysis", "storage", "registry", "contracts", "schema", "errors", "files"],
    "testing": ["suites", "analysis", "evaluation", "registry", "torchkit", "contracts", "schema", "seeds", "errors"],
    "torchkit": ["contracts", "schema", "seeds", "errors", "files"],
    "scaffold": ["registry", "contracts", "errors", "files"],
    "library": ["suites", "training", "evaluation", "report", "analysis", "storage", "torchkit", "registry",
                "contracts", "schema", "seeds", "errors", "files"],
    "cli": ["library", "testing", "scaffold", "suites", "training", "evaluation", "report", "site", "analysis",
            "storage", "registry", "contracts", "schema", "seeds", "errors", "files"],
    "__main__": ["cli"],
}  # fmt: skip
HEAVY = ["torch", "torchvision", "pandas", "matplotlib", "seaborn", "sklearn", "scipy", "pyarrow", "rich"]


def core_modules():
    return {path: path.relative_to(CORE).parts[0].removesuffix(".py") for path in sorted(CORE.rglob("*.py"))}


def imports_of(path):
    """Return the modules of ganbench that a file imports, wherever in it, without their first word."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and names == ["ganbench"]:
            names = [f"ganbench.{alias.name}" for alias in node.names]
        found |= {name.removeprefix("ganbench.") for name in names if name.startswith("ganbench.")}
    return found


def test_every_module_is_in_a_room():
    assert set(core_modules().values()) - {"__init__"} == set(ROOMS)


@pytest.mark.parametrize("path", core_modules(), ids=lambda path: str(path.relative_to(CORE)))
def test_a_room_imports_those_below_it_alone(path):
    room = core_modules()[path]
    if room != "__init__":
        assert {module.split(".")[0] for module in imports_of(path)} <= {room, *ROOMS[room]}


def test_rooms_have_no_circle():
    above, rest = set(), dict(ROOMS)
    while rest:
        free = [room for room, below in rest.items() if set(below) <= above]
        assert free, f"a circle among {sorted(rest)}"
        above |= set(free)
        rest = {room: below for room, below in rest.items() if room not in free}


def test_modules_of_the_core_have_no_circle():
    graph = {".".join(path.relative_to(CORE).with_suffix("").parts): imports_of(path) for path in core_modules()}
    graph = {module: {found for found in imported if found in graph} for module, imported in graph.items()}
    assert circle(graph) == []


def circle(graph):
    """Return the modules of a circle, the first of them at its end again; none where there is no circle."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_a_circle_is_found():
    assert sorted(circle({"a": {"b"}, "b": {"c"}, "c": {"b"}})[1:]) == ["b", "c"]


@pytest.mark.parametrize("folder", ["plugins", "benchmarks/ganbench_suites", "tests/stranger"])
def test_a_plugin_imports_the_public_door_and_the_torchkit_alone(folder):
    for path in (ROOT / folder).rglob("*.py"):
        for module in imports_of(path):
            assert module in ganbench.__all__ or module.split(".")[0] in ("torchkit", "testing"), (path, module)


def test_every_public_name_is_there():
    assert ganbench.__all__ == sorted(ganbench.__all__)
    assert all(hasattr(ganbench, name) for name in ganbench.__all__)


def test_every_room_says_in_one_line_why_it_is_there():
    for init in CORE.rglob("__init__.py"):
        text = ast.get_docstring(ast.parse(init.read_text()))
        assert text, init
        assert len(text.splitlines()[0]) <= 120, init


def test_the_core_names_no_plugin(catalog):
    # one side of every score is called real, as is a model that plays it back; a column of the tables is called family,
    # an answer that is not compressed identity, and a kind of condition captions
    offered = {name for kind in kinds() for name in catalog.names(kind)}
    offered -= {"real", "family", "identity", "captions", *kinds()}
    for path in core_modules():
        tree = ast.parse(path.read_text())
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                assert node.value not in offered, f"{path.name} names {node.value!r}"
        assert not re.search(r"ganbench_(models|losses|datasets|features|metrics|suites)\b", path.read_text())


def run_python(code):
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)


def test_discovery_and_help_import_nothing_heavy(monkeypatch):
    theirs = {point.name for point in metadata.entry_points(group="ganbench")} - {point.name for point in OWN}
    monkeypatch.setenv("GANBENCH_DISABLE", ",".join(theirs))  # what others import is their affair
    code = f"""
import sys
from click.testing import CliRunner
from ganbench.cli import main
from ganbench.registry.catalog import discover
assert len(discover().plugins) >= 8
for line in ("--help", "run --help", "sample --help", "list", "plugins", "--version"):
    assert CliRunner().invoke(main, line.split()).exit_code == 0, line
print([name for name in {HEAVY} if name in sys.modules])
"""
    assert run_python(code).stdout.strip() == "[]"


def test_help_imports_nothing_but_click():
    code = "import sys, ganbench.cli; print([n for n in ('pluggy', 'pydantic', 'numpy') if n in sys.modules])"
    loaded = run_python(code).stdout.strip()
    assert "numpy" not in loaded
    assert "pydantic" not in loaded


@pytest.mark.slow
def test_a_run_imports_neither_torchs_compiler_nor_torchvision_nor_scikit_learn(tmp_path):
    # most of a second each, in every process that trains
    words = ["run", "--dataset", "digits", "--model", "vanilla:width=16", "--metric", "frechet:features=raw"]
    words += ["--budget", "updates=2", "--seeds", "1", "--executor", "local", "--results", str(tmp_path / "r")]
    code = f"""
import sys
from ganbench.cli import main
main({words!r}, standalone_mode=False)
print([name for name in ("torch._dynamo", "torch._inductor", "torchvision", "sklearn") if name in sys.modules])
"""
    assert run_python(code).stdout.splitlines()[-1] == "[]"
    assert list(tmp_path.glob("r/runs/*/samples*.png"))


def test_every_hook_has_its_heading_in_the_reference_and_no_other_has():
    hooks = [name for name in vars(hookspecs) if name.startswith("offer_")]
    text = (ROOT / "plugins" / "README.md").read_text()
    assert re.findall(r"^## `(offer_\w+)\(\)`$", text, re.MULTILINE) == hooks


def test_every_hook_has_a_card_of_its_own():
    assert list(kinds()) == [
        "models", "losses", "datasets", "features", "metrics", "suites", "executors", "report-sections",
    ]  # fmt: skip
    assert len(set(kinds().values())) == 8


def test_python_versions_agree_wherever_they_are_named():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    versions = [line.split(" :: ")[-1] for line in project["classifiers"] if " :: 3." in line]
    assert versions == ["3.11", "3.12", "3.13"]
    tox = (ROOT / "tox.ini").read_text()
    assert all(f"3{version[2:]}" in tox for version in versions)


def test_every_public_name_is_imported_from_where_it_is_defined():
    for name in ganbench.__all__:
        assert getattr(ganbench, name) is not None
    assert set(ganbench.__all__) == set(ganbench._WHERE)
    source = ast.parse((CORE / "__init__.py").read_text())
    typed = {
        alias.name: node.module
        for node in ast.walk(source)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("ganbench")
        for alias in node.names
    }
    assert typed == ganbench._WHERE  # what a type checker reads is what is imported
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = ganbench.nothing


def test_importing_ganbench_imports_none_of_its_rooms():
    script = "import sys, ganbench; print([name for name in sys.modules if name.startswith('ganbench.')])"
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"
