"""One run: repeatable to the bit, resumed to the bit, and a row with a reason whatever goes wrong."""

import json

import pytest
import torch
from safetensors.torch import load_file

from ganbench.evaluation.features import FeatureStore
from ganbench.schema.choice import Choice
from ganbench.schema.events import Finished, Progressed, Started, nobody
from ganbench.schema.record import Status
from ganbench.schema.spec import Budget
from ganbench.storage.records import read_record
from ganbench.storage.store import Store
from ganbench.training.runner import Runner


def weights(tmp_path, where, spec):
    return load_file(tmp_path / where / "runs" / spec.key / "weights.safetensors")


def values(record):
    return {(c.fraction, s.name): s.value for c in record.checkpoints for s in c.scores}


def test_a_run_leaves_everything_in_its_folder(run, make_spec, tmp_path):
    spec = make_spec(checkpoints=(0.5, 1.0))
    record = run(spec)
    assert record.status is Status.DONE
    assert (record.ended_by, record.spent.updates, record.spent.images, record.batch) == ("updates", 10, 1_280, 128)
    assert dict(record.spent.by_player) == {"generator": 10, "discriminator": 10}
    assert [c.fraction for c in record.checkpoints] == [0.5, 1.0]
    assert record.checkpoints[0].spent.updates == 5
    assert record.parameters["generator"] > 1_000
    assert record.throughput["images_per_second"] == pytest.approx(1_280 / record.spent.seconds)
    assert record.throughput["updates_per_second"] == pytest.approx(10 / record.spent.seconds)
    assert {"python", "torch", "ganbench", "plugins", "device", "git"} <= set(record.environment)
    folder = tmp_path / "a" / "runs" / spec.key
    names = {path.name for path in folder.iterdir()}
    kept = {
        "record.json",
        "curves.parquet",
        "frame-0500.png",
        "samples.png",
        "interpolation.png",
        "weights.safetensors",
        "run.log",
    }
    assert names == kept
    assert read_record(folder / "record.json") == record


def test_the_record_is_json_that_others_can_read(run, make_spec, tmp_path):
    record = run(make_spec())
    path = tmp_path / "a" / "runs" / record.key / "record.json"
    data = json.loads(path.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert data["schema"] == 2
    assert data["spec"]["model"]["name"] == "vanilla"
    assert data["status"] == "done"


def test_curves_hold_every_update_with_losses_and_gradient_norms(run, make_spec, tmp_path):
    import pandas as pd

    record = run(make_spec())
    frame = pd.read_parquet(tmp_path / "a" / "runs" / record.key / "curves.parquet")
    assert frame["update"].tolist() == list(range(1, 11))
    assert frame["images"].tolist() == [128 * n for n in range(1, 11)]
    columns = [f"{player}_{what}" for player in ("generator", "discriminator") for what in ("loss", "gradient_norm")]
    assert frame[columns].notna().all().all()


@pytest.mark.parametrize(
    ("dataset", "model"), [("digits", "dcgan:width=8"), ("ring8", "vanilla:width=16"), ("digits", "gmm")]
)
def test_two_runs_of_one_spec_are_equal_to_the_bit_and_two_seeds_differ(run, make_spec, tmp_path, dataset, model):
    loss = None if model == "gmm" else "non-saturating"
    spec = make_spec(dataset=dataset, model=model, loss=loss, metrics=(Choice("frechet"), Choice("modes")))
    first, second = run(spec, "a"), run(spec, "b")
    assert values(first) == values(second)
    for name, tensor in weights(tmp_path, "a", spec).items():
        assert torch.equal(tensor, weights(tmp_path, "b", spec)[name]), name
    other = make_spec(dataset=dataset, model=model, loss=loss, seed=1, metrics=spec.metrics)
    assert values(run(other)) != values(first)


def test_a_run_does_not_depend_on_what_ran_before_nor_disturb_what_comes_after(run, make_spec):
    spec = make_spec()
    first = run(spec, "a")
    torch.manual_seed(99)
    before = torch.get_rng_state()
    assert values(run(spec, "b")) == values(first)
    assert torch.equal(torch.get_rng_state(), before)


def test_scoring_more_often_does_not_change_training(run, make_spec, tmp_path):
    rare, often = make_spec(), make_spec(checkpoints=(0.2, 0.4, 0.6, 1.0))
    run(rare), run(often)
    for name, tensor in weights(tmp_path, "a", rare).items():
        assert torch.equal(tensor, weights(tmp_path, "a", often)[name]), name


def test_scores_carry_what_somebody_needs_to_repeat_them(run, make_spec):
    record = run(make_spec(metrics=(Choice.parse("frechet:features=raw"),)))
    (score,) = record.checkpoints[-1].scores
    counts = {"split": "test", "real": 100, "fake": 100, "seed": 0}
    drawing = {"average": "none", "batch_norm": "running", "truncation": "none"}
    assert dict(score.protocol) == counts | drawing | {"features": "raw"}
    assert (score.metric, score.better) == ("frechet:features=raw", "lower")


def test_metrics_that_share_a_feature_space_share_its_features(run, make_spec, factory):
    mapped = []

    class Watched(FeatureStore):
        def features(self, choice, *rest, **named):
            mapped.append(choice)
            return super().features(choice, *rest, **named)

    metrics = (Choice("frechet"), Choice.parse("frechet:features=raw"))
    run(make_spec(metrics=metrics, checkpoints=(0.5, 1.0)), features=Watched(factory))
    assert list(map(str, mapped)) == ["raw"] * 3  # the real side once, the generated one at each checkpoint


def test_both_sides_of_a_score_are_two_fifths_of_the_held_out_data_at_most(run, make_spec):
    record = run(make_spec(samples=10_000))
    assert dict(record.checkpoints[-1].scores[0].protocol)["fake"] == 280


def test_a_model_that_learns_all_it_can_ends_its_own_run(run, make_spec):
    record = run(make_spec(model="gmm", budget=Budget(updates=1_000)))
    assert (record.status, record.ended_by) == (Status.DONE, "model")
    assert record.spent.updates < 1_000


def test_a_spent_images_budget_ends_the_data_but_not_what_is_learnt_from_them(run, make_spec):
    record = run(make_spec(model="gmm", budget=Budget(images=600)))
    assert (record.status, record.ended_by, record.spent.images) == (Status.DONE, "images", 640)
    assert record.spent.updates > 1


def test_a_run_tells_how_it_goes(run, make_spec):
    events = []
    record = run(make_spec(), notify=events.append)
    assert isinstance(events[0], Started)
    assert events[-1] == Finished(record)
    fractions = [event.fraction for event in events if isinstance(event, Progressed)]
    assert fractions == sorted(fractions)
    assert any("generator_loss" in event.losses for event in events if isinstance(event, Progressed))


def test_the_sample_grid_is_a_picture_of_the_samples(run, make_spec, tmp_path):
    from PIL import Image

    for dataset in ("digits", "ring8"):
        spec = make_spec(dataset=dataset)
        run(spec)
        with Image.open(tmp_path / "a" / "runs" / spec.key / "samples.png") as picture:
            assert min(picture.size) > 400
            assert len(picture.convert("L").getcolors(1_000)) > 10


def test_a_listener_that_breaks_fails_no_run(run, make_spec):
    def gone(event):
        raise BrokenPipeError

    assert run(make_spec(), notify=gone).status is Status.DONE


def test_a_run_keeps_a_log_of_its_own(run, make_spec, tmp_path):
    record = run(make_spec())
    log = (tmp_path / "a" / "runs" / record.key / "run.log").read_text()
    for line in ("started vanilla + non-saturating on digits, seed 0 on", "frechet_distance", " done\n"):
        assert line in log


def test_tensorboard_events_hold_losses_and_scores_by_update(features, make_spec, tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    record = Runner(features, tmp_path, log="tensorboard", tick_seconds=0.0).run(
        spec := make_spec(checkpoints=(0.5, 1.0)), Store(tmp_path).run(spec.key), nobody
    )
    events = accumulator.EventAccumulator(str(Store(tmp_path).run(spec.key).path / "tensorboard"))
    events.Reload()
    scores = [(event.step, event.value) for event in events.Scalars("score/frechet_distance")]
    assert [step for step, _ in scores] == [5, 10]
    assert scores[-1][1] == pytest.approx(record.checkpoints[-1].scores[0].value)
    assert [event.step for event in events.Scalars("loss/generator_loss")][:10] == list(range(1, 11))
