"""What can be wrong with `ganbench sample`: one line each, exit code two, nothing written."""

import resource
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load, save_file

from ganbench.errors import ResultsError
from ganbench.evaluation.asking import Request
from ganbench.evaluation.sampling import check_out
from ganbench.schema.record import Status
from ganbench.storage.store import Store

pytest_plugins = ["sampled"]
WEIGHTS = "weights.safetensors"


@pytest.mark.parametrize("label", [-1, 10])
def test_a_label_out_of_range_is_a_mistake(shaded, label, mistake):
    told = mistake(f"{shaded.key} --label {label}")
    assert f"the labels of shade of run {shaded.key} go from 0 to 9, not {label}" in told


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("-n 0", "n must be 1 or more, not 0"),
        ("-n -3", "n must be 1 or more, not -3"),
        ("--label 3", "takes no label; leave --label out, or use a conditional one"),
        ("--out a.jpg", "can't write samples as 'a.jpg'; name a file in .png, .npy, .npz"),
        ("--out a", "can't write samples as 'a'; name a file in .png, .npy, .npz"),
        ("--out ganbench-results", "is a directory"),
        ("--device tpu", "unknown device 'tpu'"),
        ("--seed x", "'x' is not a valid integer"),
        ("--results elsewhere", "in 'elsewhere'; the keys are the folders in 'elsewhere/runs'"),
    ],
)
def test_a_mistake_gets_one_line_and_nothing_is_written(finished, options, message, mistake):
    assert message in mistake(f"{finished().key} {options}")


def test_a_beginning_that_two_runs_share_is_a_mistake(finished, make_spec, mistake, tmp_path):
    store, first = Store(tmp_path / "ganbench-results"), finished()
    seeds = (seed for seed in range(1, 1_000) if make_spec(seed=seed).key[0] == first.key[0])
    other = replace(first, spec=make_spec(seed=next(seeds)))
    store.run(other.key).write_record(other)
    told = mistake(first.key[0])
    assert f"2 runs begin with {first.key[0]!r}: {', '.join(sorted([first.key, other.key]))}; the keys are" in told


@pytest.mark.parametrize(
    ("status", "reason"), [(Status.FAILED, "no fit today"), (Status.SKIPPED, "dcgan makes images")]
)
def test_a_run_that_is_not_done_says_what_became_of_it(finished, status, reason, mistake, folder_of):
    record = replace(finished(), status=status, reason=reason)
    folder_of(record).write_record(record)
    told = mistake(record.key)
    assert f"run {record.key} is {status}: {reason}; samples are drawn from a done one" in told


def test_weights_that_are_missing_or_damaged_or_too_old_say_so(finished, mistake, folder_of):
    record = finished()
    path = folder_of(record).path / WEIGHTS
    whole = path.read_bytes()
    state = load(whole)
    for damaged in (whole[:-100], whole[:50], b"torn", b""):
        path.write_bytes(damaged)
        folder_of(record).write_record(record)
        told = mistake(record.key)
        assert "weights.safetensors can't be read as weights: " in told
        assert "run it again with ganbench run --force" in told
    for task in ("", "{", "[]", "{}", '{"shape": 3, "classes": 0, "examples": 1}'):
        save_file(state, path, {"task": task})
        folder_of(record).write_record(record)
        assert "weights.safetensors can't be read as weights: " in mistake(record.key)
    save_file(state, path, {})
    folder_of(record).write_record(record)
    assert "weights.safetensors was written by an older ganbench" in mistake(record.key)
    path.unlink()
    assert f"no weights in 'ganbench-results/runs/{record.key}'; run it again" in mistake(record.key)


def test_weights_that_do_not_fit_the_model_as_it_is_now_say_so(finished, mistake, folder_of):
    record, other = finished(model="vanilla:width=8"), finished(model="vanilla:width=16")
    (folder_of(other).path / WEIGHTS).replace(folder_of(record).path / WEIGHTS)
    folder_of(record).write_record(record)
    told = mistake(record.key)
    assert f"the weights of run {record.key} don't fit vanilla:width=8 as it is built now: RuntimeError: " in told


def test_a_model_that_takes_any_weights_and_then_cannot_draw_says_so(finished, sampler, mistake, folder_of):
    record = finished(model="gmm", loss=None)
    folder = folder_of(record)
    weights = folder.read_weights()
    folder.write_weights(replace(weights, state={}))
    folder.write_record(record)
    assert f"gmm of run {record.key} can't draw: KeyError: 'weights'" in mistake(record.key)
    folder.write_weights(replace(weights, state={**weights.state, "means": weights.state["means"] * torch.nan}))
    folder.write_record(record)
    with pytest.raises(ResultsError, match="numbers that are not finite"):
        sampler(record).draw(Request(5))


def test_a_model_that_cannot_be_built_any_more_says_so(shaded, monkeypatch, mistake):
    monkeypatch.setenv("SHADE", "broken")
    told = mistake(shaded.key)
    assert f"shade can't be built as it was for run {shaded.key}: LookupError: its parts are gone" in told


def test_a_model_whose_plugin_is_gone_is_a_mistake(shaded, monkeypatch, mistake):
    monkeypatch.setenv("GANBENCH_DISABLE", "shade")
    assert "unknown model 'shade'" in mistake(shaded.key)


def test_a_folder_that_cannot_be_written_is_a_mistake_before_anything_is_drawn(finished, tmp_path, mistake, folder_of):
    record = finished()
    (folder_of(record).path / WEIGHTS).unlink()  # whoever looked for them would say so
    (tmp_path / "file").write_text("in the way")
    told = mistake(f"{record.key} --out file/deep/a.png")
    assert "can't write 'file/deep/a.png': a file is in the way; choose another with --out" in told


def test_a_folder_that_may_not_be_written_is_named(tmp_path):
    with pytest.raises(ResultsError, match=r"can't write '.*a.png': permission denied; choose another with --out"):
        check_out(tmp_path / "a.png", allowed=lambda folder, mode: folder != tmp_path)


def test_a_file_that_cannot_be_finished_is_not_left_half_written(finished, mistake):
    record, before = finished(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))  # as if the disk were full then
    try:
        told = mistake(f"{record.key} --out a.npy")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "can't write 'a.npy': the file could not be finished (" in told
