"""Inception end to end, with random weights in the published format: resizing, features, and what is missing."""

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch
from cleanfid.inception_torchscript import InceptionV3W
from cleanfid.resize import make_resizer
from inception import save_random

from ganbench.contracts.datasets import SampleFormat
from ganbench.errors import BadOptionError, DataMissingError, UnfitError
from ganbench.schema.choice import Choice
from ganbench.torchkit.downloads import fetched
from ganbench.training.preflight import check
from ganbench_features.inception import FILE, Inception, resized

GREY = SampleFormat((1, 8, 8), 10, "cpu")


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("inception") / FILE
    save_random(path)
    return path


@pytest.fixture
def given(weights, monkeypatch):
    monkeypatch.setenv("GANBENCH_INCEPTION", str(weights))
    return weights


def pictures(n, side=32, seed=0):
    """Return (n, side, side, 3) smooth uint8 pictures."""
    coarse = torch.rand(n, 3, 4, 4, generator=torch.Generator().manual_seed(seed))
    smooth = torch.nn.functional.interpolate(coarse, (side, side), mode="bilinear")
    return smooth.mul(255).round().byte().permute(0, 2, 3, 1).contiguous().numpy()


@pytest.mark.parametrize("side", [8, 28, 32, 299, 400])
def test_resizing_equals_clean_fids(side):
    images = pictures(3, side)
    theirs = np.stack([make_resizer("PIL", False, "bicubic", (299, 299))(image) for image in images])
    ours = resized(torch.from_numpy(images).permute(0, 3, 1, 2).float()).permute(0, 2, 3, 1).numpy()
    assert np.abs(ours - theirs).max() < 0.01  # of 256 levels


@pytest.mark.filterwarnings("ignore:.torch.jit.load. is deprecated")
@pytest.mark.parametrize("resizing", ["clean", "legacy"])
def test_features_equal_clean_fids_own(given, resizing):
    images = pictures(4)
    theirs = InceptionV3W(str(given.parent), download=False, resize_inside=resizing == "legacy").eval()
    resize = make_resizer("PIL", False, "bicubic", (299, 299)) if resizing == "clean" else lambda image: image
    batch = torch.stack([torch.from_numpy(resize(image)).permute(2, 0, 1).float() for image in images])
    with torch.no_grad():
        expected = theirs(batch)
    ours = Inception(SampleFormat((3, 32, 32), 0, "cpu"), resizing)
    samples = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
    assert torch.allclose(ours(samples).vectors, expected, rtol=1e-4, atol=1e-5)


def test_logits_give_the_networks_own_probabilities_without_bias(given):
    space = Inception(GREY, "legacy")
    samples = torch.rand(3, 1, 8, 8) * 2 - 1
    levels = samples.add(1).mul(127.5).round().expand(-1, 3, -1, -1)
    with torch.no_grad():
        expected = space._network.base(levels, return_features=False, no_output_bias=True)
    assert torch.allclose(space(samples).logits.softmax(1), expected, atol=1e-6)


def test_features_of_a_sample_do_not_depend_on_its_neighbours(given):
    space, samples = Inception(GREY), torch.rand(12, 1, 8, 8) * 2 - 1  # ten go through the network at a time
    alone = torch.cat([space(part).vectors for part in samples.split(5)])
    assert torch.allclose(space(samples).vectors, alone, rtol=1e-4, atol=1e-6)


def test_the_two_resizings_are_told_apart_and_differ(given):
    samples = torch.rand(2, 1, 8, 8) * 2 - 1
    clean, legacy = (Inception(GREY, resizing) for resizing in ("clean", "legacy"))
    assert (clean.profile().resizing, legacy.profile().resizing) == ("clean", "legacy")
    assert not torch.allclose(clean(samples).vectors, legacy(samples).vectors, rtol=1e-3)
    assert clean.profile().digest == hashlib.sha256(given.read_bytes()).hexdigest()[:12]


def test_a_run_scores_by_inception_and_says_by_which_weights(given, run, make_spec):
    metric = Choice.parse("frechet:features=inception")
    record = run(make_spec(model="real", loss=None, metrics=(metric,), samples=6))
    (score,) = record.checkpoints[-1].scores
    assert score.reason == ""
    assert score.protocol["weights"] == hashlib.sha256(given.read_bytes()).hexdigest()[:12]
    assert (score.protocol["resizing"], score.protocol["features"]) == ("clean", "inception")


def test_without_weights_and_network_a_score_is_missing_with_the_reason(run, make_spec, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    metrics = (Choice.parse("frechet:features=inception"), Choice("frechet"))
    record = run(make_spec(metrics=metrics))
    missing, there = record.checkpoints[-1].scores
    assert record.status == "done"
    assert missing.value is None
    assert "can't be downloaded" in missing.reason
    assert missing.reason.endswith("point GANBENCH_INCEPTION at a copy of inception-2015-12-05.pt")
    assert there.value is not None


def test_a_wrong_variable_is_the_users_to_mend_before_anything_runs(make_spec, monkeypatch, tmp_path, features):
    monkeypatch.setenv("GANBENCH_INCEPTION", str(tmp_path / "nowhere.pt"))
    spec = make_spec(metrics=(Choice.parse("frechet:features=inception"),))
    with pytest.raises(DataMissingError, match=r"nowhere.pt'; it should be a file inception-2015-12-05.pt"):
        check([spec], features)


def test_a_file_of_another_kind_is_named(monkeypatch, tmp_path):
    (tmp_path / FILE).write_bytes(b"not a network")
    monkeypatch.setenv("GANBENCH_INCEPTION", str(tmp_path))
    with pytest.raises(DataMissingError, match="is not Inception as TorchScript"):
        Inception(GREY)


def test_points_odd_channels_and_other_resizings_are_refused(given, factory):
    for shape in ((2,), (4, 8, 8)):
        with pytest.raises(UnfitError, match="takes images of 1 or 3 channels"):
            Inception(SampleFormat(shape, 0, "cpu"))
    with pytest.raises(BadOptionError, match="feature 'inception' takes clean or legacy for resizing, not 'bicubic'"):
        factory.space(Choice.parse("inception:resizing=bicubic"), GREY)


@pytest.fixture
def served(tmp_path):
    """Return the address of a local server's file, which holds b"weights"."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "file").write_bytes(b"weights")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/file"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_download_is_checked_kept_and_not_repeated(served, tmp_path):
    digest = hashlib.sha256(b"weights").hexdigest()
    path = fetched(served, digest, tmp_path / "cache" / "file", "do otherwise")
    assert path.read_bytes() == b"weights"
    assert fetched("http://127.0.0.1:9/file", digest, path, "do otherwise") == path


@pytest.mark.parametrize("known", ["0" * 64, hashlib.sha256(b"other").hexdigest()])
def test_what_came_is_not_kept_if_it_is_something_else(served, tmp_path, known):
    path = tmp_path / "cache" / "file"
    with pytest.raises(UnfitError, match="is not what it should be: its SHA-256 is .*; do otherwise"):
        fetched(served, known, path, "do otherwise")
    assert not path.exists()


def test_a_refused_download_leaves_nothing_behind(tmp_path):
    with pytest.raises(UnfitError, match=r"can't be downloaded from http://127.0.0.1:9/file \(.*\); do otherwise"):
        fetched("http://127.0.0.1:9/file", "0" * 64, tmp_path / "cache" / "file", "do otherwise")
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.suffix != ".lock"] == []


def test_features_at_bf16_are_nearly_those_at_fp32_and_named_apart(given, factory):
    samples = torch.from_numpy(pictures(4)).permute(0, 3, 1, 2).float() / 127.5 - 1
    full, reduced = (
        factory.space(Choice.parse(f"inception{more}"), SampleFormat((3, 32, 32), 0, "cpu"))(samples)
        for more in ("", ":precision=bf16")
    )
    assert full.vectors.dtype == reduced.vectors.dtype == torch.float32
    apart = (full.vectors - reduced.vectors).norm() / full.vectors.norm()
    assert 0 < apart < 0.02
