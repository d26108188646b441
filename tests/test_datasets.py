"""Data: whole passes, any starting point, fixed splits, and one clear line where something is missing."""

import gzip
import http.server
import threading

import numpy as np
import pytest
import torch
from PIL import Image

from ganbench.contracts.datasets import Source
from ganbench.errors import BadOptionError, DataMissingError
from ganbench.evaluation.picture_folder import read_folder
from ganbench.schema.choice import Choice
from ganbench.testing import check_dataset
from ganbench.torchkit.resident import Resident
from ganbench_datasets.digits import carried, digits, rows
from ganbench_datasets.image_folder import image_folder
from ganbench_datasets.mixtures import grid25, ring8
from ganbench_datasets.mnist import mnist


@pytest.fixture
def small():
    """Ten one-pixel images that are their own labels."""
    images = torch.arange(10, dtype=torch.uint8).reshape(10, 1, 1, 1)
    return Resident({"train": (images, torch.arange(10)), "test": (images[:4], torch.arange(4))}, classes=10)


def drawn(dataset, count, size, seed=0, start=0):
    batches = dataset.batches("train", size, seed, start)
    return torch.cat([next(batches).condition for _ in range(count)]).tolist()


def test_every_sample_is_seen_once_before_any_is_seen_twice(small):
    order = drawn(small, 10, 3)
    for epoch in range(3):
        assert sorted(order[10 * epoch : 10 * epoch + 10]) == list(range(10))
    assert order[:10] != order[10:20]


@pytest.mark.parametrize("start", [0, 3, 9, 10, 27])
def test_batches_go_on_from_any_start_as_if_never_interrupted(small, start):
    assert drawn(small, 4, 3, start=start) == drawn(small, 20, 3)[start : start + 12]


def test_a_batch_may_be_larger_than_the_data(small):
    assert sorted(drawn(small, 1, 20)) == sorted(list(range(10)) * 2)


def test_seeds_shuffle_differently_and_repeatably(small):
    assert drawn(small, 3, 3) == drawn(small, 3, 3)
    assert drawn(small, 3, 3) != drawn(small, 3, 3, seed=1)


def test_bytes_become_numbers_from_minus_one_to_one():
    images = torch.tensor([0, 255], dtype=torch.uint8).reshape(2, 1, 1, 1)
    data = Resident({"train": (images, torch.zeros(2, dtype=torch.int64))}, classes=0)
    assert sorted(data.head("train", 2).samples.flatten().tolist()) == [-1.0, 1.0]


@pytest.mark.parametrize(("make", "modes", "deviation"), [(ring8, 8, 0.01), (grid25, 25, 0.05)])
def test_mixtures_are_the_published_ones(make, modes, deviation):
    data = make(None)
    samples, labels = data.splits["train"]
    assert (samples.shape, data.classes, data.count("test")) == ((100_000, 2), modes, 10_000)
    offsets = samples - data.means[labels]
    assert offsets.std().item() == pytest.approx(deviation, rel=0.02)
    assert (labels.bincount(minlength=modes) / 100_000).tolist() == pytest.approx([1 / modes] * modes, abs=0.005)
    if modes == 8:
        assert data.means.norm(dim=1).tolist() == pytest.approx([1.0] * 8)
    else:
        assert sorted(data.means.flatten().unique().tolist()) == [-4, -2, 0, 2, 4]
        assert len(data.means.unique(dim=0)) == 25


def test_mixtures_are_the_same_each_time_and_their_splits_differ():
    first, second = ring8(None), ring8(None)
    assert torch.equal(first.splits["train"][0], second.splits["train"][0])
    assert not torch.equal(first.splits["train"][0][:100], first.splits["test"][0][:100])


def test_digits_are_split_once_for_all_with_every_class_on_both_sides():
    data = digits(None)
    assert (data.shape, data.count("train"), data.count("test")) == ((1, 8, 8), 1097, 700)
    for split in ("train", "test"):
        samples, labels = data.splits[split]
        assert samples.dtype == torch.uint8
        assert samples.max() == 255
        assert len(labels.unique()) == 10
    assert torch.equal(data.splits["test"][0], digits(None).splits["test"][0])


def test_digits_are_those_of_scikit_learn_wherever_its_file_lies():
    from sklearn.datasets import load_digits

    pixels, classes = load_digits(return_X_y=True)
    for found in (rows(carried()), rows(None)):
        assert found.dtype == np.uint8
        assert (found[:, :-1] == pixels).all()
        assert (found[:, -1] == classes).all()
    assert carried() is not None  # where it is not, nothing is wrong but slow: look where it went


@pytest.fixture
def folder(tmp_path):
    """A folder of two classes with three pictures each, none square."""
    for label, name in enumerate(("cats", "dogs")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(3):
            pixels = np.full((20, 12, 3), 100 * label + index, dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{index}.png")
    return tmp_path / "photos"


def test_a_folder_of_class_folders_is_a_dataset(folder):
    data = image_folder(Source(None, folder), str(folder), size=8)
    assert (data.shape, data.classes, data.count("train"), data.count("test")) == ((3, 8, 8), 2, 5, 1)
    samples, labels = data.splits["train"]
    assert all((image.float().mean() > 50) == bool(label) for image, label in zip(samples, labels, strict=True))


def test_a_flat_folder_of_pictures_is_a_dataset_of_no_classes_as_it_is_for_score(folder, tmp_path, factory):
    flat = tmp_path / "flat"
    (flat / ".thumbnails").mkdir(parents=True)
    (flat / "notes.txt").write_text("no picture")
    for path in folder.rglob("*.png"):
        (flat / f"{path.parent.name}-{path.name}").symlink_to(path)
    data = image_folder(Source(None, tmp_path), str(flat), size=12, channels=3)
    assert (data.shape, data.classes, data.count("train"), data.count("test")) == ((3, 12, 12), 0, 5, 1)
    assert torch.cat([labels for _, labels in data.splits.values()]).sum() == 0
    check_dataset(f"image-folder:folder={flat},size=8", factory=factory)
    ours = torch.cat([images for images, _ in data.splits.values()]).flatten(1)
    theirs = read_folder(flat, size=12).expand(-1, 3, -1, -1).flatten(1)
    assert torch.equal(ours.sort(dim=0).values, theirs.sort(dim=0).values)


def test_a_folder_is_found_below_the_data_root_and_may_be_grey(folder):
    data = image_folder(Source(folder.parent, folder), "photos", size=4, channels=1)
    assert data.shape == (1, 4, 4)


def test_train_and_test_folders_are_the_splits(folder, tmp_path):
    for split in ("train", "test"):
        (tmp_path / "both" / split).parent.mkdir(exist_ok=True)
        (tmp_path / "both" / split).symlink_to(folder)
    data = image_folder(Source(None, tmp_path), str(tmp_path / "both"))
    assert (data.count("train"), data.count("test")) == (6, 6)


def test_an_unreadable_picture_is_named(folder):
    (folder / "cats" / "0.png").write_bytes(b"no picture")
    with pytest.raises(DataMissingError, match=r"can't read the picture .*cats/0.png"):
        image_folder(Source(None, folder), str(folder))


def test_a_folder_that_is_not_there_or_empty_is_named(tmp_path):
    with pytest.raises(DataMissingError, match=r"no folder .*nowhere"):
        image_folder(Source(tmp_path, tmp_path), "nowhere")
    with pytest.raises(DataMissingError, match="no class folders with pictures"):
        image_folder(Source(None, tmp_path), str(tmp_path))


@pytest.mark.parametrize(
    ("setting", "takes"),
    [("size=0", "a whole number of 1 or more for size, not 0"), ("channels=2", "1 or 3 for channels, not 2")],
)
def test_pictures_of_no_size_or_of_odd_channels_are_refused(factory, folder, setting, takes):
    with pytest.raises(BadOptionError, match=f"dataset 'image-folder' takes {takes}"):
        factory.dataset(Choice.parse(f"image-folder:folder={folder},{setting}"))


@pytest.fixture
def server(tiny_mnist):
    """Serve the packed files on this machine; return their address, and the list of what was asked for."""
    packed, asked = tiny_mnist.served, []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.rpartition("/")[2]
            if self.command == "GET":
                asked.append(name)
            self.send_response(200)
            self.send_header("Content-Length", str(len(packed[name])))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(packed[name])

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}/", asked
        serving.shutdown()
        thread.join()


def test_mnist_is_downloaded_once_into_the_cache_and_checked(server, tiny_mnist, tmp_path):
    source, (mirror, asked) = Source(None, tmp_path / "cache"), server
    data = tiny_mnist.load(source, mirror)
    assert (data.shape, data.count("train"), data.count("test"), data.classes) == ((1, 28, 28), 30, 12, 10)
    before = len(asked)
    assert before >= 4
    tiny_mnist.load(source, mirror)
    assert len(asked) == before


def test_a_download_that_is_damaged_is_refused(server, tiny_mnist, tmp_path):
    tiny_mnist.served["t10k-labels-idx1-ubyte.gz"] = gzip.compress(b"something else")
    with pytest.raises(DataMissingError, match="the download failed"):
        tiny_mnist.load(Source(None, tmp_path / "cache"), server[0])


def test_without_a_network_one_line_says_what_where_and_how(tiny_mnist, tmp_path):
    with pytest.raises(DataMissingError) as caught:
        tiny_mnist.load(Source(None, tmp_path / "cache"))
    line = str(caught.value)
    assert "\n" not in line
    for part in ("no MNIST in", str(tmp_path), "the download failed", "--data-root", "GANBENCH_DATA"):
        assert part in line


def test_a_data_root_without_the_data_is_never_downloaded_into(tmp_path):
    with pytest.raises(DataMissingError, match=r"no MNIST in .*train-images-idx3-ubyte.* not there; point at"):
        mnist(Source(tmp_path, tmp_path / "cache"))
    assert list(tmp_path.iterdir()) == []


def test_a_copy_with_a_wrong_checksum_is_named(tiny_mnist, tiny_mnist_root):
    source = Source(tiny_mnist_root, tiny_mnist_root)
    assert tiny_mnist.load(source).count("test") == 12
    (tiny_mnist_root / "MNIST" / "raw" / "t10k-labels-idx1-ubyte").write_bytes(b"short")
    with pytest.raises(DataMissingError, match=r"t10k-labels-idx1-ubyte' is damaged"):
        tiny_mnist.load(source)
