"""The pictures of two domains that CycleGAN (Zhu et al. 2017) is shown on: horses, Monet's paintings, Yosemite."""

import shutil
import tempfile
import zipfile
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Annotated

from ganbench import DataMissingError, Setting, Source, UnfitError
from ganbench.torchkit.domains import TwoDomains
from ganbench.torchkit.downloads import fetched_once
from ganbench_datasets.image_pairs import Direction, read_domains

SITE = "https://efrosgans.eecs.berkeley.edu/cyclegan/datasets"
_PARTS = ("trainA", "trainB", "testA", "testB")
_HINT = "point at a copy with --data-root FOLDER or GANBENCH_DATA, a folder that holds {}/trainA and its like"

Size = Annotated[int, Setting("height and width; pictures are scaled and cropped in the middle", at_least=1)]


def horse2zebra(source: Source, size: Size = 128, direction: Direction = "a-to-b") -> TwoDomains:
    """Make 1,067 horses and 1,334 zebras to train on, and 120 of each held out, photographs of ImageNet."""
    return published("horse2zebra", source, size, direction)


def monet2photo(source: Source, size: Size = 128, direction: Direction = "a-to-b") -> TwoDomains:
    """Make paintings by Monet, of which 121 are held out, and photographs of landscapes."""
    return published("monet2photo", source, size, direction)


def summer2winter(source: Source, size: Size = 128, direction: Direction = "a-to-b") -> TwoDomains:
    """Make photographs of Yosemite in summer and in winter."""
    return published("summer2winter_yosemite", source, size, direction)


def published(name: str, source: Source, size: int, direction: str, site: str = SITE) -> TwoDomains:
    """Read a published archive's domains: unpaired, and no translation is known to be true.

    A folder that the user pointed at is only read; without one the archive is downloaded once into the user's cache,
    its checksum kept, and unpacked there. Pictures have 256 pixels a side as published. Raises DataMissingError with
    one line if they are not to be had.
    """
    hint = _HINT.format(name)
    if source.root is not None:
        folder = source.root / name
        if not folder.is_dir():
            raise DataMissingError(f"no folder {str(folder)!r}; {hint}")
        return read_domains(folder, size, 3, direction)
    folder = source.cache / "domains" / name
    if not folder.is_dir():
        archive = folder.with_name(f"{name}.zip")
        try:
            fetched_once(f"{site}/{name}.zip", archive, hint, partial(_check, name=name))
        except UnfitError as error:
            raise DataMissingError(str(error)) from None
        _unpack(archive, name, folder)
    return read_domains(folder, size, 3, direction)


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, list[zipfile.ZipInfo]]:
    """Return the files of each of the four folders of an archive."""
    found: dict[str, list[zipfile.ZipInfo]] = {part: [] for part in _PARTS}
    for member in archive.infolist():
        parts = PurePosixPath(member.filename).parts
        if len(parts) == 3 and parts[0] == name and parts[1] in _PARTS and not member.is_dir():
            found[parts[1]].append(member)
    return found


def _check(path: Path, name: str) -> None:
    """Raise OSError for what is no whole archive of the four folders."""
    try:
        with zipfile.ZipFile(path) as archive:
            torn = archive.testzip()
            lacking = [part for part, members in _members(archive, name).items() if not members]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise OSError(f"what came is no whole archive: {error}") from None
    if torn or lacking:
        raise OSError(f"what came is no whole archive: {torn or lacking[0]} is damaged or missing")


def _unpack(path: Path, name: str, folder: Path) -> None:
    """Unpack the four folders, whole or not at all; names that lead elsewhere are no members of them."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as place, zipfile.ZipFile(path) as archive:
        whole = Path(place) / name
        for part, members in _members(archive, name).items():
            (whole / part).mkdir(parents=True)
            for member in members:
                with archive.open(member) as packed, (whole / part / Path(member.filename).name).open("wb") as file:
                    shutil.copyfileobj(packed, file)
        if not folder.is_dir():  # else another process was faster
            whole.replace(folder)
