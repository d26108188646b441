"""The rules that hold the architecture up: layers, names, weight at start-up, documented doors."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import ganbench
from ganbench import hookspecs
from ganbench.plugins import kinds

CORE = Path(ganbench.__file__).parent
ROOT = Path(__file__).parent.parent

LAYERS = [
    {"errors", "choice", "spec", "recipe", "record", "events", "cards"},
    {"contracts", "evidence"},
    {"hookspecs"},
    {"plugins", "seeds", "meter", "store", "stats", "standing", "curves", "stability", "stopping", "memory",
     "environment", "garbage", "submission", "gathering", "suites", "wishes", "pictures", "picture_files", "console"},
    {"featuring", "workbench", "comparison", "evaluation", "training", "runner", "sampling", "inputs", "intervals",
     "halves", "interpolation", "scoring"},
    {"session"},
    {"columns", "collapse", "tables", "reach", "difference", "report", "site", "probe", "progress"},
    {"cli", "__main__"},
]  # fmt: skip
ASIDE = {"torchkit", "testing"}
HEAVY = ["torch", "torchvision", "pandas", "matplotlib", "seaborn", "sklearn", "scipy", "pyarrow", "rich"]


def core_modules():
    return {path: path.relative_to(CORE).parts[0].removesuffix(".py") for path in sorted(CORE.rglob("*.py"))}


def imports_of(path):
    """Return the core modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and names == ["ganbench"]:
            names = [f"ganbench.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("ganbench.")}
    return found


def test_every_module_has_a_layer():
    assert set(core_modules().values()) - {"__init__"} == set().union(*LAYERS) | ASIDE


@pytest.mark.parametrize("path", core_modules(), ids=lambda path: str(path.relative_to(CORE)))
def test_a_lower_layer_never_imports_a_higher_one(path):
    module = core_modules()[path]
    if module in ASIDE | {"__init__"}:
        return
    own = next(index for index, layer in enumerate(LAYERS) if module in layer)
    allowed = set().union(*LAYERS[: own + 1])
    assert imports_of(path) <= allowed


def test_plugins_reach_the_core_by_its_lower_layers_alone():
    allowed = set().union(*LAYERS[:4]) | {"torchkit"}
    for folder in ("plugins", "benchmarks/ganbench_suites"):
        for path in (ROOT / folder).rglob("*.py"):
            assert imports_of(path) <= allowed | {"hookimpl"} | set(ganbench.__all__), path


def test_the_core_names_no_plugin(catalog):
    # one side of every score is called real, and so is a model that plays it back
    offered = {name for kind in kinds() for name in catalog.names(kind)} - {"real"}
    for path in core_modules():
        tree = ast.parse(path.read_text())
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                assert node.value not in offered, f"{path.name} names {node.value!r}"
        assert not re.search(r"ganbench_(models|losses|datasets|features|metrics|suites)\b", path.read_text())


def run_python(code):
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)


def test_discovery_and_help_import_nothing_heavy():
    code = f"""
import sys
from click.testing import CliRunner
from ganbench.cli import main
from ganbench.plugins import discover
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
