"""A package that we never saw: really built, really installed, really run, with no change to the core."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

STRANGER = Path(__file__).parent / "stranger"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Build and install the stranger's distribution beside everything else; return an environment with it."""
    target = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source")
    for path in (STRANGER / "pyproject.toml", STRANGER / "ganbench_pixel_shuffle.py"):
        (source / path.name).write_bytes(path.read_bytes())
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--target", str(target), str(source)], check=True, capture_output=True, timeout=200)
    path = os.pathsep.join(filter(None, (str(target), os.environ.get("PYTHONPATH"))))
    return os.environ | {"GANBENCH_EXECUTOR": "local", "PYTHONPATH": path}


def run(installed, line, folder):
    command = [sys.executable, "-m", "ganbench", *line.split()]
    return subprocess.run(command, env=installed, cwd=folder, capture_output=True, text=True, check=False)


def test_it_is_among_the_plugins_and_the_models(installed, tmp_path):
    shown = run(installed, "plugins", tmp_path).stdout
    assert "pixel-shuffle (ganbench-pixel-shuffle 1.2.3)\n  contract: 3\n  models: pixel-shuffle" in shown
    assert "pixel-shuffle" in run(installed, "list models", tmp_path).stdout


# a glob takes every model that is installed; those that are slow to build or to draw from are left out
SUITE = """
version = 1
about = "Models by a glob."
datasets = ["digits"]
metrics = ["frechet"]
seeds = [0]
[budget]
updates = 3
[[entries]]
model = "[pv]*"
without = ["pacgan", "pixelcnn", "vae"]
"""


@pytest.mark.slow
def test_it_runs_beside_ours_in_a_suite_that_takes_every_model(installed, tmp_path):
    (tmp_path / "globbed.toml").write_text(SUITE)
    done = run(installed, "run --suite globbed.toml --results here", tmp_path)
    assert done.returncode == 0, done.stderr
    for model in ("pixel-shuffle", "pixel-gaussian", "vanilla"):
        assert model in done.stdout
    records = list((tmp_path / "here" / "runs").glob("*/record.json"))
    assert any('"ganbench-pixel-shuffle": "1.2.3"' in path.read_text() for path in records)


@pytest.mark.slow
def test_it_conforms_and_is_in_the_standard_suites_of_images_too(installed):
    code = """
from ganbench.registry.catalog import discover
from ganbench.suites.expand import expand
from ganbench.suites.toml import find_suite
from ganbench.testing import check_model
catalog = discover()
for suite in ("digits-all", "mnist-all"):
    print(*sorted({spec.model.name for spec in expand(find_suite(suite, catalog), catalog)}))
check_model("pixel-shuffle", dataset="digits")
"""
    done = subprocess.run([sys.executable, "-c", code], env=installed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = done.stdout.splitlines()
    assert len(found) == 2
    assert all({"pixel-shuffle", "dcgan", "gmm", "vanilla"} <= set(line.split()) for line in found)


def test_switched_off_it_is_gone_and_says_why(installed, tmp_path):
    without = installed | {"GANBENCH_DISABLE": "pixel-shuffle"}
    assert "pixel-shuffle " not in run(without, "list models", tmp_path).stdout
    assert "not in use: switched off by GANBENCH_DISABLE" in run(without, "plugins", tmp_path).stdout
