"""What data are scored by: what the user names, what the suite names, and else the usual for their kind."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from ganbench.cli import main
from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice
from ganbench.schema.spec import Stopping
from ganbench.suites.expand import expand, unmeasured
from ganbench.suites.overrides import Overrides
from ganbench.suites.toml import find_suite


@pytest.fixture
def quickstart(catalog):
    return find_suite("quickstart", catalog)


def test_named_metrics_take_the_place_of_the_suites_on_every_dataset(catalog, quickstart):
    named = (Choice("mmd"), Choice("frechet"))
    specs = expand(quickstart, catalog, Overrides(metrics=named))
    assert {spec.metrics for spec in specs} == {named}
    digits = expand(quickstart, catalog, Overrides(metrics=named, datasets=(Choice("digits"),)))
    assert {spec.metrics for spec in digits} == {named}
    assert {spec.dataset.name for spec in specs} == {"ring8"}


def test_data_without_a_metric_get_the_usual_ones_for_their_kind(catalog, quickstart):
    folder = Choice.parse("image-folder:folder=photos")
    overrides = Overrides(datasets=(folder, Choice("digits")), models=(Choice("gmm"),))
    specs = expand(quickstart, catalog, overrides)
    found = {spec.dataset.name: [metric.name for metric in spec.metrics] for spec in specs}
    assert found == {"image-folder": ["fid", "frechet", "memorisation"], "digits": ["fid", "class-modes"]}
    assert list(unmeasured(quickstart, catalog, overrides)) == [folder]
    assert unmeasured(quickstart, catalog, Overrides(metrics=(Choice("mmd"),), datasets=(folder,))) == {}


def test_pictures_in_the_default_suite_are_scored_and_a_line_says_by_what(tmp_path):
    for name in ("a", "b"):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for number in range(20):
            pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    dataset = ["--dataset", "image-folder:folder=photos,size=8", "--seeds", "1"]
    result = CliRunner().invoke(main, ["run", *dataset, "--model", "pixel-gaussian"])
    assert result.exit_code == 0, result.output
    assert "has no metric for image-folder:folder=photos,size=8; scored by fid, frechet, memorisation" in result.stderr
    assert "frechet distance" in result.stdout
    (record,) = (tmp_path / "ganbench-results" / "runs").glob("*/record.json")
    scores = json.loads(record.read_text())["checkpoints"][-1]["scores"]
    assert {score["name"]: score["value"] is None for score in scores}["frechet_distance"] is False


@pytest.mark.parametrize(("checkpoints", "patience", "fits"), [(1, 1, False), (4, 3, True), (4, 4, False)])
def test_patience_that_no_run_could_lose_is_refused(catalog, quickstart, checkpoints, patience, fits):
    suite = replace(quickstart, checkpoints=tuple((n + 1) / checkpoints for n in range(checkpoints)))
    overrides = Overrides(stopping=Stopping(patience=patience), models=(Choice("gmm"),))
    if fits:
        assert expand(suite, catalog, overrides)
        return
    with pytest.raises(BadOptionError, match=f"patience={patience} never ends a run of quickstart@"):
        expand(suite, catalog, overrides)


def test_patience_may_watch_a_named_metrics_score(catalog):
    overrides = Overrides(stopping=Stopping(1, "mmd"), metrics=(Choice("mmd"),), models=(Choice("gmm"),))
    assert expand(find_suite("digits-all", catalog), catalog, overrides)[0].stopping.score == "mmd"
