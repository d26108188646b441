"""Sides of a comparison as users name them: read rightly, or refused in one line."""

import numpy as np
import pytest
import torch
from PIL import Image

from ganbench.errors import BadOptionError, DataMissingError
from ganbench.evaluation.sources import Reader, SampleSource, matched
from ganbench.schema.choice import Choice


@pytest.fixture
def reader(features, tmp_path):
    return Reader(features, tmp_path / "results")


@pytest.fixture
def folder(tmp_path):
    """Return a writer of pictures, each of one colour, into a folder."""

    def write(colours, size=(8, 6), name="pictures", suffix=".png"):
        path = tmp_path / name
        path.mkdir(exist_ok=True)
        for index, colour in enumerate(colours):
            mode = "L" if isinstance(colour, int) else "RGB"
            Image.new(mode, size, colour).save(path / f"{index:03d}{suffix}")
        return path

    return write


def test_a_folder_gives_its_pictures_in_order_and_scale(reader, folder):
    side = reader.read(str(folder([(0, 0, 0), (255, 0, 255), (255, 255, 255)])))
    assert side.samples.shape == (3, 3, 6, 8)
    assert side.samples.dtype == torch.float32
    assert side.samples.mean(dim=(2, 3)).tolist() == [[-1, -1, -1], [1, -1, 1], [1, 1, 1]]


@pytest.mark.parametrize("colours", [[0, 128, 255], [(7, 7, 7), (9, 9, 9)]])
def test_grey_pictures_have_one_channel_however_they_are_stored(reader, folder, colours):
    assert reader.read(str(folder(colours))).samples.shape[1] == 1


def test_pictures_below_the_folder_count_and_other_files_do_not(reader, folder, tmp_path):
    path = folder([1, 2])
    folder([3], name="pictures/more")
    (path / "notes.txt").write_text("none")
    assert len(reader.read(str(path)).samples) == 3


def test_broken_pictures_are_named_and_can_be_left_out(features, reader, folder, tmp_path):
    path = folder([1, 2, 3])
    (path / "001.png").write_bytes(b"torn")
    with pytest.raises(DataMissingError, match=r"can't read 1 of 3 pictures: .*001.png; --skip-broken goes on"):
        reader.read(str(path))
    assert len(Reader(features, tmp_path, skip_broken=True).read(str(path)).samples) == 2


def test_a_torn_png_is_broken_though_it_begins_well(reader, folder):
    path = folder([(1, 2, 3)] * 2, size=(64, 64))
    whole = (path / "000.png").read_bytes()
    (path / "000.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataMissingError, match=r"can't read 1 of 2 pictures"):
        reader.read(str(path))


def test_sizes_that_differ_are_named_and_can_be_scaled(features, reader, folder, tmp_path):
    path = folder([1, 2])
    Image.new("L", (10, 10)).save(path / "odd.png")
    with pytest.raises(DataMissingError, match=r"000.png and .*odd.png differ in size: 8 x 6 and 10 x 10; --size N"):
        reader.read(str(path))
    assert Reader(features, tmp_path, size=4).read(str(path)).samples.shape == (3, 1, 4, 4)


@pytest.mark.parametrize("content", [{}, {"a.png": b"torn"}])
def test_a_folder_without_pictures_is_said_so(features, tmp_path, content):
    path = tmp_path / "empty"
    path.mkdir()
    for name, data in content.items():
        (path / name).write_bytes(data)
    with pytest.raises(DataMissingError, match="no pictures in|none of the 1 pictures"):
        Reader(features, tmp_path, skip_broken=True).read(str(path))


@pytest.mark.parametrize(
    ("array", "shape"),
    [
        (np.zeros((5, 4, 6, 3), np.uint8), (5, 3, 4, 6)),
        (np.zeros((5, 3, 4, 6), np.uint8), (5, 3, 4, 6)),
        (np.zeros((5, 4, 6), np.uint8), (5, 1, 4, 6)),
        (np.full((5, 1, 4, 6), -0.5, np.float64), (5, 1, 4, 6)),
        (np.zeros((5, 2), np.float32), (5, 2)),
    ],
)
def test_arrays_are_read_in_every_usual_layout(reader, tmp_path, array, shape):
    np.save(tmp_path / "samples.npy", array)
    side = reader.read(str(tmp_path / "samples.npy"))
    assert side.samples.shape == shape
    assert side.samples.dtype == torch.float32
    expected = -1.0 if array.dtype == np.uint8 else float(array.flat[0])
    assert side.samples.unique().tolist() == [expected]


def test_layouts_with_channels_last_keep_their_pixels(reader, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (2, 4, 6, 3), dtype=np.uint8)
    np.save(tmp_path / "samples.npy", images)
    found = reader.read(str(tmp_path / "samples.npy")).samples
    assert torch.allclose(found[1, 2, 3, 4], torch.tensor(images[1, 3, 4, 2] / 127.5 - 1.0).float())


def test_an_archive_brings_its_labels(reader, tmp_path):
    np.savez(tmp_path / "s.npz", labels=np.array([3, 1]), samples=np.full((2, 1, 2, 2), -1.0))
    side = reader.read(str(tmp_path / "s.npz"))
    assert side.condition.tolist() == [3, 1]
    np.savez(tmp_path / "t.npz", np.full((2, 1, 2, 2), -1.0))
    assert reader.read(str(tmp_path / "t.npz")).condition is None


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((5, 1, 4, 4)), r"go from 0 to 0; they should be uint8, or floats that fill \[-1, 1\]"),
        (np.linspace(-1, 2, 32).reshape(2, 1, 4, 4), r"go from -1 to 2"),
        (np.full((2, 1, 4, 4), np.nan), r"go from nan to nan"),
        (np.zeros((2, 4, 4), np.int64), r"holds int64 of shape \(2, 4, 4\)"),
        (np.zeros((0, 2)), r"of shape \(0, 2\)"),
        (np.zeros(4), r"of shape \(4,\)"),
        (np.array([object()]), "can't read .* as an array"),
    ],
)
def test_arrays_of_no_sense_are_refused_in_one_line(reader, tmp_path, array, message):
    np.save(tmp_path / "samples.npy", array, allow_pickle=True)
    with pytest.raises(DataMissingError, match=message) as caught:
        reader.read(str(tmp_path / "samples.npy"))
    assert "\n" not in str(caught.value)


def test_a_missing_array_is_said_so(reader):
    with pytest.raises(DataMissingError, match="no file 'nowhere.npz'"):
        reader.read("nowhere.npz")


def test_a_dataset_knows_its_split_and_labels(factory, features, tmp_path):
    side = Reader(features, tmp_path, count=20).read("digits:train")
    head = factory.dataset(Choice("digits")).head("train", 20)
    assert torch.equal(side.samples, head.samples)
    assert torch.equal(side.condition, head.condition)
    assert side.split == "train"


def test_what_is_none_of_all_is_told_what_would_work(reader):
    with pytest.raises(BadOptionError, match=r"can't find 'digits': name a folder of pictures, an array .*:test"):
        reader.read("digits")


@pytest.mark.parametrize(("given", "message"), [({"count": 0}, "samples must be 1"), ({"size": 0}, "size must be 1")])
def test_counts_below_one_are_refused(features, tmp_path, given, message):
    with pytest.raises(BadOptionError, match=message):
        Reader(features, tmp_path, **given)


def test_grey_images_meet_colour_in_three_channels():
    grey, colour = SampleSource("a", torch.zeros(2, 1, 4, 4)), SampleSource("b", torch.zeros(3, 3, 4, 4))
    assert [side.samples.shape[1] for side in matched(grey, colour)] == [3, 3]
    assert [side.samples.shape[1] for side in matched(grey, grey)] == [1, 1]


@pytest.mark.parametrize("shape", [(1, 5, 4), (2, 4, 4), (2,)])
def test_sides_that_differ_otherwise_are_refused(shape):
    with pytest.raises(BadOptionError, match=r"the sides differ in shape: a of \(1, 4, 4\) and b of .*; --size N"):
        matched(SampleSource("a", torch.zeros(2, 1, 4, 4)), SampleSource("b", torch.zeros(2, *shape)))
