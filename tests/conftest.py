"""What the tests share: a clean environment, a catalog, tiny runs, and synthetic plugins."""

import sys
import types
from importlib import metadata

import pytest

from ganbench.choice import Choice
from ganbench.contracts import Source
from ganbench.plugins import discover
from ganbench.spec import Budget, RunSpec
from ganbench.workbench import Workbench


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch, tmp_path):
    """No test sees the user's settings, cache or working directory, and none leaves threads changed."""
    for name in ("GANBENCH_DATA", "GANBENCH_DISABLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def catalog():
    return discover()


@pytest.fixture
def bench(catalog, tmp_path):
    return Workbench(catalog, "cpu", Source(None, tmp_path / "cache"))


@pytest.fixture
def make_spec():
    """Return a maker of small specs: digits by vanilla in ten updates unless told otherwise."""

    def make(**changes):
        loss = "non-saturating" if changes.get("model", "vanilla") in ("vanilla", "dcgan") else None
        plain = {
            "suite": "test@1",
            "dataset": "digits",
            "model": "vanilla",
            "loss": loss,
            "seed": 0,
            "budget": Budget(updates=10),
            "standard": True,
            "metrics": (Choice("frechet"),),
            "samples": 100,
        } | changes
        for field in ("dataset", "model", "loss"):
            if isinstance(plain[field], str):
                plain[field] = Choice.parse(plain[field])
        return RunSpec(**plain)

    return make


@pytest.fixture
def install(monkeypatch):
    """Return an installer of plugins that exist for one test: a name and hooks in, an entry point out."""

    def install_plugin(name, distribution="stranger", version="0.1", **contents):
        module_name = f"plugin_of_one_test_{name.replace('-', '_')}"
        module = types.ModuleType(module_name)
        vars(module).update(contents)
        monkeypatch.setitem(sys.modules, module_name, module)
        entry_point = metadata.EntryPoint(name, module_name, "ganbench")
        dist = types.SimpleNamespace(name=distribution, version=version)
        vars(entry_point)["dist"] = dist
        return entry_point

    return install_plugin
