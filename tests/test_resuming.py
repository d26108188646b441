"""A run that was stopped: it goes on to the same bits, or says why it did not."""

import signal

import pytest
import torch
from safetensors.torch import load_file

from ganbench.schema.events import Progressed, nobody
from ganbench.schema.record import Status
from ganbench.schema.spec import Budget
from ganbench.storage.store import RunFolder, Store
from ganbench.training.interruption import InterruptedRunError
from ganbench.training.runner import Runner


def weights(tmp_path, where, spec):
    return load_file(tmp_path / where / "runs" / spec.key / "weights.safetensors")


def values(record):
    return {(c.fraction, s.name): s.value for c in record.checkpoints for s in c.scores}


@pytest.mark.parametrize(
    "model",
    ["vanilla", "dcgan:width=8", "wgan-gp:width=8", "vae", "gmm:components=10,covariance=diag", "pixel-gaussian"],
)
def test_a_run_stopped_half_way_goes_on_to_the_same_bits(run, make_spec, tmp_path, model):
    loss = make_spec(model=model.partition(":")[0]).loss
    spec = make_spec(model=model, loss=loss, checkpoints=(0.3, 1.0))
    whole = run(spec, "whole")

    def stop_half_way(event):
        if isinstance(event, Progressed) and event.fraction >= 0.4 and not asked:
            asked.append(event)
            signal.raise_signal(signal.SIGINT)

    asked = []

    with pytest.raises(InterruptedRunError, match="stopped by SIGINT"):
        run(spec, "killed", stop_half_way, tick_seconds=0.0)
    folder = tmp_path / "killed" / "runs" / spec.key
    assert {path.name for path in folder.iterdir()} == {"resume.safetensors", "frame-0300.png", "run.log"}

    seen = []
    resumed = run(spec, "killed", seen.append, tick_seconds=0.0)
    assert min(event.fraction for event in seen if isinstance(event, Progressed)) > 0.4
    assert values(resumed) == values(whole)
    assert resumed.spent.images == whole.spent.images
    assert dict(resumed.spent.by_player) == dict(whole.spent.by_player)
    for name, tensor in weights(tmp_path, "whole", spec).items():
        assert torch.equal(tensor, weights(tmp_path, "killed", spec)[name]), name
    assert not (folder / "resume.safetensors").exists()
    assert [path.name for path in RunFolder(folder).frames()] == ["frame-0300.png", "samples.png"]
    for path in (*folder.glob("*.png"), folder / "curves.parquet"):
        assert path.read_bytes() == (tmp_path / "whole" / "runs" / spec.key / path.name).read_bytes()


def test_a_damaged_resume_file_only_costs_the_work_it_held(run, make_spec, tmp_path):
    spec = make_spec()
    folder = tmp_path / "a" / "runs" / spec.key
    folder.mkdir(parents=True)
    (folder / "resume.safetensors").write_bytes(b"torn")
    assert run(spec).status is Status.DONE


def test_a_save_between_a_tick_and_a_due_checkpoint_scores_the_same_update(run, make_spec):
    spec = make_spec(checkpoints=(0.5, 1.0))
    whole = run(spec, "whole")

    def stop_while_scoring(event):
        if isinstance(event, Progressed) and event.doing == "scoring" and event.fraction < 1:
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)  # a person who can't wait: in the middle of scoring

    with pytest.raises(InterruptedRunError):
        run(spec, "stopped", stop_while_scoring, tick_seconds=0.0)
    resumed = run(spec, "stopped")
    assert [checkpoint.spent.updates for checkpoint in resumed.checkpoints] == [5, 10]
    assert values(resumed) == values(whole)


def test_a_run_stopped_while_its_final_samples_are_scored_does_not_train_again(run, make_spec):
    spec = make_spec()

    def stop_at_the_end(event):
        if isinstance(event, Progressed) and event.doing == "scoring":
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)

    whole = run(spec, "whole")
    with pytest.raises(InterruptedRunError):
        run(spec, "stopped", stop_at_the_end)
    events = []
    resumed = run(spec, "stopped", events.append)
    assert not [event for event in events if isinstance(event, Progressed) and event.doing == "training"]
    assert (resumed.ended_by, values(resumed)) == (whole.ended_by, values(whole))


def test_a_run_that_is_out_of_time_is_a_failed_row_that_can_be_gone_on_with(features, make_spec, tmp_path):
    spec = make_spec(budget=Budget(updates=100_000_000))
    folder = Store(tmp_path).run(spec.key)
    record = Runner(features, tmp_path, timeout=0.3).run(spec, folder, nobody)
    assert (record.status, record.reason, record.ended_by) == (Status.FAILED, "took longer than 0.3 s", "timeout")
    assert record.spent.updates > 0
    assert folder.read_resume() is not None
