"""Suites that would harm who reads them: each one line that names the file, and exit code 2."""

import json

import pytest

pytest_plugins = ["sampled"]

SUITE = """version = 1
about = "x"
datasets = ["ring8"]
metrics = ["modes"]
budget = {updates = 10}
seeds = [0]
[[entries]]
model = "vanilla"
"""
SUITES = {
    "an infinite budget": (SUITE.replace("10}", "inf}"), "counted in numbers below 2^63, not updates = inf"),
    "a budget of nan": (SUITE.replace("10}", "nan}"), "counted in numbers below 2^63, not updates = nan"),
    "a huge budget": (SUITE.replace("10}", "1" + "0" * 400 + "}"), "below 2^63"),
    "a checkpoint of nan": ("checkpoints = [nan]\n" + SUITE, "checkpoints.0"),
    "a seed of many digits": (SUITE.replace("[0]", f"[{10**30}]"), "seeds.0"),
    "a number of too many digits": (SUITE.replace("[0]", f"[1{'0' * 5_000}]"), "not TOML"),
    "a parameter of inf": (SUITE + "parameters = {width = inf}\n", "a finite number, not width = inf"),
    "deep arrays": ("x = " + "[" * 100_000, "values are nested too deep"),
    "arrays deep enough": ("x = " + "[" * 200 + "]" * 200 + "\n" + SUITE, "unknown key 'x'"),
    "deep tables": ("[" + "a." * 100_000 + "a]\n", "a line has more than 200 dots"),
    "deep keys": ("a." * 100_000 + "a = 1\n", "a line has more than 200 dots"),
    "a grid beyond all measure": (
        SUITE + "parameters = {" + ", ".join(f"p{i} = {list(range(99))}" for i in range(20)) + "}\n",
        "stand for more than 10,000 choices",
    ),
    "many grids": (
        SUITE.replace('"vanilla"', json.dumps("vanilla:width=" + "|".join(map(str, range(1, 5_000)))))
        + f"recipe = {{batch = {list(range(1, 50))}}}\n",
        "more than 10,000 combinations",
    ),
    "a megabyte": (SUITE + "#" * 2**20, "more than 262,144 bytes"),
    "no UTF-8": (b"\xff\xfe", "not TOML"),
}


@pytest.mark.parametrize("name", SUITES)
def test_suites(tmp_path, refused, name):
    text, message = SUITES[name]
    (tmp_path / "theirs.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    line = refused("run", "--suite", "theirs.toml", "--dry-run")
    assert message in line
    assert "theirs.toml" in line
