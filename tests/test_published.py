"""Published sets of pictures: read from small files of the same formats, and one line where they are missing."""

import hashlib
import pickle
import struct
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torchvision.datasets
from conftest import DATA
from PIL import Image
from scipy.io import savemat
from torchvision.datasets import ImageFolder

from ganbench.contracts.datasets import Source
from ganbench.errors import BadOptionError, DataMissingError
from ganbench.schema.choice import Choice
from ganbench_datasets.published import SETS, celeba, emnist, faces, load

COUNTS = {"train": 6, "test": 4}


def pictures(count, *shape):
    return np.random.default_rng(count).integers(0, 256, (count, *shape), dtype=np.uint8)


def labels(count, first=0):
    return np.arange(count, dtype=np.uint8) % 3 + first


def md5(path):
    return hashlib.md5(path.read_bytes()).hexdigest()


def write_idx(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes())


def write_grey(root, folder, names, first=0):
    """Write idx files; names: of a split's pictures and labels."""
    for split, count in COUNTS.items():
        for part, values in (("images-idx3", pictures(count, 28, 28)), ("labels-idx1", labels(count, first))):
            write_idx(root / folder / "raw" / f"{names[split]}-{part}-ubyte", values)


def write_cifar(root, kind, key, make=None):
    """Write pickles as CIFAR has them; return a kind that knows their checksums."""
    folder, lists = root / kind.base_folder, {}
    folder.mkdir(parents=True)
    for split, name in (("train", "data_batch_1"), ("test", "test_batch")):
        values, found = make(split) if make else (pictures(COUNTS[split], 3, 32, 32), labels(COUNTS[split]))
        entry = {"data": values.reshape(len(values), -1), key: [int(label) for label in found]}
        (folder / name).write_bytes(pickle.dumps(entry))
        lists[f"{split}_list"] = [[name, md5(folder / name)]]
    (folder / "names").write_bytes(pickle.dumps({"names": ["a", "b", "c"]}))
    meta = {"filename": "names", "key": "names", "md5": md5(folder / "names")}
    return type(kind.__name__, (kind,), {**lists, "meta": meta})


def write_svhn(root):
    sums = {}
    for split, count in COUNTS.items():
        path = root / f"{split}_32x32.mat"
        values = pictures(count, 3, 32, 32).transpose(2, 3, 1, 0)
        savemat(path, {"X": values, "y": np.where(labels(count) == 0, 10, labels(count))[:, None]})
        sums[split] = ("", path.name, md5(path))
    return type("SVHN", (torchvision.datasets.SVHN,), {"split_list": sums})


def write_stl(root):
    folder, lists = root / "stl10_binary", {}
    folder.mkdir()
    for split, count in COUNTS.items():
        for part, values in (
            ("X", pictures(count, 3, 96, 96).transpose(0, 1, 3, 2)),
            ("y", labels(count, first=1)),
        ):
            path = folder / f"{split}_{part}.bin"
            path.write_bytes(np.ascontiguousarray(values).tobytes())
            lists.setdefault(f"{split}_list", []).append([path.name, md5(path)])
    return type("STL10", (torchvision.datasets.STL10,), lists)


def write_all(name, root):
    """Write a small set of that name; return where its kind is."""
    if name in ("fashion-mnist", "kmnist"):
        write_grey(root, SETS[name].kind, {"train": "train", "test": "t10k"})
        return torchvision.datasets
    kinds = {
        "cifar10": lambda: write_cifar(root, torchvision.datasets.CIFAR10, "labels"),
        "cifar100": lambda: write_cifar(root, torchvision.datasets.CIFAR100, "fine_labels"),
        "svhn": lambda: write_svhn(root),
        "stl10": lambda: write_stl(root),
    }
    return SimpleNamespace(**{SETS[name].kind: kinds[name]()})


@pytest.mark.parametrize(
    ("name", "shape"),
    [("fashion-mnist", (1, 28, 28)), ("kmnist", (1, 28, 28)), ("cifar10", (3, 32, 32)), ("cifar100", (3, 32, 32)),
     ("svhn", (3, 32, 32)), ("stl10", (3, 96, 96))],
)  # fmt: skip
def test_a_set_is_read_from_the_users_folder_as_it_was_written(name, shape, tmp_path):
    data = load(Source(tmp_path, tmp_path / "cache"), SETS[name], write_all(name, tmp_path))
    assert (data.shape, data.classes) == (shape, SETS[name].classes)
    for split, count in COUNTS.items():
        found, classes = data.splits[split]
        assert np.array_equal(
            found.numpy(), pictures(count, *shape[-2:] if shape[0] == 1 else shape).reshape(-1, *shape)
        )
        assert classes.tolist() == labels(count).tolist()
        assert (found.dtype, classes.dtype) == (torch.uint8, torch.int64)
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(("split", "first", "classes"), [("balanced", 0, 47), ("letters", 1, 26)])
def test_emnist_stands_upright_and_counts_from_zero(split, first, classes, tmp_path):
    write_grey(tmp_path, "EMNIST", {part: f"emnist-{split}-{part}" for part in COUNTS}, first)
    data = emnist(Source(tmp_path, tmp_path), split)
    found, targets = data.splits["train"]
    assert np.array_equal(found[:, 0].numpy(), pictures(6, 28, 28).transpose(0, 2, 1))
    assert (targets.tolist(), data.classes) == (labels(6).tolist(), classes)


def test_celeba_is_the_middle_of_each_picture(tmp_path):
    folder = tmp_path / "celeba"
    (folder / "img_align_celeba").mkdir(parents=True)
    names = [f"{index:06}.jpg" for index in range(4)]
    for name in names:
        face = Image.new("RGB", (178, 218), "white")
        face.paste((255, 0, 0), (15, 35, 163, 183))  # the middle 148 x 148
        face.save(folder / "img_align_celeba" / name, quality=95)
    rows = {
        "list_attr_celeba.txt": ["4", "a", *(f"{name} 1" for name in names)],
        "identity_CelebA.txt": [f"{name} 1" for name in names],
        "list_bbox_celeba.txt": ["4", "x", *(f"{name} 1" for name in names)],
        "list_landmarks_align_celeba.txt": ["4", "x", *(f"{name} 1" for name in names)],
        "list_eval_partition.txt": [f"{name} {part}" for name, part in zip(names, (0, 0, 2, 2), strict=True)],
    }
    for name, lines in rows.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    files = [("", md5(folder / name), name) for name in rows]
    kinds = SimpleNamespace(CelebA=type("CelebA", (torchvision.datasets.CelebA,), {"file_list": files}))
    data = load(Source(tmp_path, tmp_path), replace(SETS["celeba"], take=partial(faces, size=32)), kinds)
    assert (data.count("train"), data.count("test"), data.shape, data.classes) == (2, 2, (3, 32, 32), 0)
    means = data.splits["train"][0].float().mean(dim=(0, 2, 3))
    assert means[0] > 245
    assert means[1:].max() < 20


@pytest.mark.parametrize("name", SETS)
def test_without_the_files_one_line_says_what_where_and_how(name, factory, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    makers = {"emnist": emnist, "celeba": celeba}
    make = makers.get(name, lambda source: load(source, SETS[name]))
    with pytest.raises(DataMissingError) as told:
        make(Source(root, tmp_path / "cache"))
    line = str(told.value)
    assert "\n" not in line
    assert line.startswith(f"no {SETS[name].title} in ")
    assert "--data-root FOLDER" in line
    assert list(root.iterdir()) == []


def test_a_damaged_file_is_refused(tmp_path):
    kinds = write_all("cifar10", tmp_path)
    (tmp_path / "cifar-10-batches-py" / "test_batch").write_bytes(b"something else")
    with pytest.raises(DataMissingError, match="no CIFAR-10 in .*corrupted"):
        load(Source(tmp_path, tmp_path), SETS["cifar10"], kinds)
    write_grey(tmp_path, "KMNIST", {"train": "train", "test": "t10k"})
    (tmp_path / "KMNIST" / "raw" / "train-images-idx3-ubyte").write_bytes(b"short")
    with pytest.raises(DataMissingError, match="no KMNIST in "):
        load(Source(tmp_path, tmp_path), SETS["kmnist"])


def test_offline_a_failed_download_is_one_line(tmp_path):
    class Unreachable(torchvision.datasets.CIFAR10):
        url = "http://127.0.0.1:9/cifar-10-python.tar.gz"

    with pytest.raises(DataMissingError, match=r"no CIFAR-10 in .*, and the download failed \(.*refused.*--data-root"):
        load(Source(None, tmp_path / "cache"), SETS["cifar10"], SimpleNamespace(CIFAR10=Unreachable))


@pytest.mark.parametrize(
    ("choice", "message"),
    [("emnist:split=all", "takes balanced, letters, digits, mnist, byclass or bymerge for split, not 'all'"),
     ("celeba:size=500", "takes a whole number from 8 to 148 for size, not 500"),
     ("cifar10:size=64", "dataset 'cifar10' takes no parameter 'size'; there is without"),
     ("cifar100:without=-1", "dataset 'cifar100' takes a whole number of 0 or more for without, not -1")],
)  # fmt: skip
def test_settings_that_a_set_has_not_are_refused(choice, message, factory):
    with pytest.raises(BadOptionError, match=message):
        factory.dataset(Choice.parse(choice))


@pytest.mark.slow
def test_photographs_of_cifar_are_read_as_their_pictures_are(tmp_path):
    if not (DATA / "cifar10-5k").is_dir():
        pytest.skip("GANBENCH_DATA points at no folder that holds cifar10-5k")
    folders = {split: ImageFolder(DATA / "cifar10-5k" / split) for split in COUNTS}

    def some(split):
        chosen = [folders[split][index] for index in range(0, len(folders[split]), 10)]
        return np.stack([np.asarray(picture).transpose(2, 0, 1) for picture, _ in chosen]), [y for _, y in chosen]

    kinds = SimpleNamespace(CIFAR10=write_cifar(tmp_path, torchvision.datasets.CIFAR10, "labels", make=some))
    data = load(Source(tmp_path, tmp_path), SETS["cifar10"], kinds)
    assert data.classes == len(folders["train"].classes) == 10
    for split in COUNTS:
        values, found = some(split)
        assert np.array_equal(data.splits[split][0].numpy(), values)
        assert data.splits[split][1].tolist() == found
    assert data.head("test", 50).samples.std() > 0.3
