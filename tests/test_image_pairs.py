"""Folders of two domains: read, downloaded, and refused in one line where something is missing."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from test_downloads import send, serve  # noqa: F401  # a fixture

import ganbench
from ganbench.errors import UnfitError
from ganbench.torchkit.downloads import fetched_once
from ganbench_datasets.image_pairs import image_pairs
from ganbench_datasets.published_domains import horse2zebra, published

COUNTS = {"trainA": 3, "trainB": 4, "testA": 2, "testB": 3}


def shade(number, size=(6, 4)):
    return Image.new("RGB", size, (number, number, number))


@pytest.fixture
def folders(tmp_path):
    """Pictures of 6 x 4 pixels: those of A as bright as their number, those of B by 100 brighter."""
    for part, count in COUNTS.items():
        (tmp_path / "pictures" / part).mkdir(parents=True)
        for number in range(count):
            shade(number + 100 * part.endswith("B")).save(tmp_path / "pictures" / part / f"{number}.png")
    return tmp_path / "pictures"


@pytest.fixture
def source(tmp_path):
    return ganbench.Source(tmp_path, tmp_path / "cache")


def shades(pictures):
    return np.rint((pictures[:, 0, 0, 0].numpy() + 1) * 127.5).astype(int).tolist()


def test_sources_are_of_the_first_domain_and_samples_of_the_second_or_the_other_way_round(folders, source):
    data = image_pairs(source, "pictures")
    assert data.condition == ganbench.Sources((3, 4, 6), paired=False, truth=False)
    assert (data.shape, data.count("train"), data.count("test")) == ((3, 4, 6), 4, 2)
    samples, sources = next(data.batches("train", 12, 0))
    assert sorted(shades(samples)) == sorted([100, 101, 102, 103] * 3)
    assert sorted(shades(sources)) == sorted([0, 1, 2] * 4)
    turned = image_pairs(source, str(folders), direction="b-to-a", channels=1, size=2)
    assert sorted(shades(turned.head("test", 2).samples)) == [0, 1]
    assert turned.shape == turned.condition.shape == (1, 2, 2)


def test_pictures_of_one_name_are_pairs_where_the_user_says_so(folders, source):
    for part in ("trainB/3.png", "testB/2.png"):
        (folders / part).unlink()
    data = image_pairs(source, "pictures", paired=True)
    assert data.condition.truth
    for batch in (data.head("test", 2), next(data.pairs(3, 0))):
        assert shades(batch.samples) == [100 + number for number in shades(batch.condition)]
    assert not isinstance(image_pairs(source, "pictures"), ganbench.KnownPairs)


def refusal(source, *arguments, **settings):
    with pytest.raises(ganbench.DataMissingError) as caught:
        image_pairs(source, *arguments, **settings)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_what_is_wrong_with_a_folder_is_said_in_one_line(folders, source):
    assert refusal(source, "nowhere").endswith("for image-pairs; give folder=PATH, or --data-root FOLDER")
    line = refusal(source, "pictures", paired=True)
    assert "has no picture '3', and its other domain has; pairs have equal names, and paired=false needs none" in line
    shade(1, (5, 4)).save(folders / "testB" / "9.png")
    line = refusal(source, "pictures")
    assert "testB/9.png' has 5 x 4 pixels" in line
    assert line.endswith("size=N scales and crops all of them")
    assert image_pairs(source, "pictures", size=4).shape == (3, 4, 4)
    (folders / "testB" / "9.png").write_text("no picture")
    assert "testB/9.png': " in refusal(source, "pictures", size=4)
    for file in (folders / "testB").iterdir():
        file.unlink()
    assert refusal(source, "pictures").startswith("no pictures testB in ")
    (folders / "testB").rmdir()
    line = refusal(source, "pictures")
    assert line.startswith("no folder testB in ")
    assert line.endswith("two domains are trainA, trainB, testA and testB")


def archive(folders, name="zebras", extra=()):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for picture in sorted(folders.rglob("*.png")):
            file.write(picture, f"{name}/{picture.relative_to(folders)}")
        for path, text in extra:
            file.writestr(path, text)
    return packed.getvalue()


def test_an_archive_is_downloaded_once_gone_on_with_and_unpacked_into_the_cache(folders, source, tmp_path, serve):  # noqa: F811
    elsewhere = [
        ("zebras/trainA/../../../escaped.png", "x"),
        ("/etc/escaped.png", "x"),
        ("zebras/notes", "x" * 300_000),
    ]
    data = archive(folders, extra=elsewhere)

    def cut_off_once(handler, times):
        start = int((handler.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if times == 1:
            send(handler, data[: len(data) // 2], length=len(data))
        else:
            send(handler, data[start:], 206 if start else 200)

    url, asked = serve(cut_off_once)
    site, nowhere = url.rpartition("/")[0], ganbench.Source(None, tmp_path / "cache")
    with pytest.raises(
        ganbench.DataMissingError, match=r"zebras.zip can't be downloaded .*; point at a copy"
    ) as caught:
        published("zebras", nowhere, 4, "a-to-b", site)
    assert len(str(caught.value).splitlines()) == 1
    for _ in range(2):
        domains = published("zebras", nowhere, 4, "a-to-b", site)
        assert (domains.count("train"), domains.count("test"), domains.shape) == (4, 2, (3, 4, 4))
    first, second = asked
    assert first is None
    assert 0 < int(second.removeprefix("bytes=").rstrip("-")) <= len(data) // 2
    assert not domains.condition.truth
    assert not list(tmp_path.rglob("escaped*"))
    assert sorted(shades(domains.head("test", 2).condition)) == [0, 1]


def test_what_comes_later_must_be_what_came_first(tmp_path, serve):  # noqa: F811
    url, _ = serve(lambda handler, times: send(handler, b"first" if times == 1 else b"other"))
    path = tmp_path / "file"
    assert fetched_once(url, path, "do otherwise", lambda _: None).read_bytes() == b"first"
    path.unlink()
    with pytest.raises(UnfitError, match=r"is not what came first: its SHA-256 is .*; do otherwise, or remove"):
        fetched_once(url, path, "do otherwise", lambda _: None)
    assert not path.exists()


SPOILT = [lambda data: b"no archive", lambda data: data[:-30], lambda data: b"x" * 900 + data[900:]]


@pytest.mark.parametrize("spoil", SPOILT)
def test_what_is_no_whole_archive_is_refused_and_not_kept(folders, tmp_path, serve, spoil):  # noqa: F811
    data = archive(folders)
    url, _ = serve(lambda handler, times: send(handler, spoil(data)))
    nowhere = ganbench.Source(None, tmp_path / "cache")
    with pytest.raises(ganbench.DataMissingError, match="what came is no whole archive") as caught:
        published("zebras", nowhere, 4, "a-to-b", url.rpartition("/")[0])
    assert len(str(caught.value).splitlines()) == 1
    assert [path.name for path in (tmp_path / "cache" / "domains").iterdir() if path.suffix != ".lock"] == []


def test_a_connection_that_is_refused_is_one_line(tmp_path):
    nowhere = ganbench.Source(None, tmp_path / "cache")
    with pytest.raises(
        ganbench.DataMissingError, match=r"zebras.zip can't be downloaded from .*refused.*trainA"
    ) as caught:
        published("zebras", nowhere, 4, "a-to-b", "http://127.0.0.1:9")
    assert len(str(caught.value).splitlines()) == 1


def test_a_data_root_is_read_first_and_only_read(folders, source, tmp_path):
    folders.rename(tmp_path / "horse2zebra")
    assert horse2zebra(source, size=4).count("train") == 4
    assert not (tmp_path / "cache").exists()
    empty = ganbench.Source(tmp_path / "cache", tmp_path / "cache")
    with pytest.raises(ganbench.DataMissingError, match="horse2zebra'; point at a copy with --data-root FOLDER"):
        horse2zebra(empty)
