"""What the tests share: a clean environment, a catalog, tiny runs, and synthetic plugins."""

import os

# tests run side by side, one process a core: further threads would only wait for each other
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import gzip
import hashlib
import shutil
import signal
import sys
import types
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import torch
from browsing import browser, visit  # noqa: F401  # fixtures of every test of pages
from click.testing import CliRunner
from filelock import FileLock

import ganbench
from ganbench.cli import main
from ganbench.contracts.datasets import Source
from ganbench.evaluation.features import FeatureStore
from ganbench.registry.catalog import discover
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.schema.events import nobody
from ganbench.schema.spec import Budget, RunSpec
from ganbench.storage.store import Store
from ganbench.training.runner import Runner
from ganbench_datasets import offer_datasets
from ganbench_datasets.mnist import MD5, load
from ganbench_datasets.stacked_mnist import stack

# a shell ignores SIGINT for what it runs in the background, and so would every process that a test interrupts
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

OWN = [each for each in metadata.entry_points(group="ganbench") if each.dist and each.dist.name == "ganbench"]
DATA = Path(os.environ.get("GANBENCH_DATA", "nowhere")).absolute()  # read before tests clean their environment


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch, tmp_path):
    """No test sees the user's settings, cache or working directory, and none leaves threads changed."""
    for name in ("GANBENCH_DATA", "GANBENCH_DISABLE", "GANBENCH_INCEPTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GANBENCH_EXECUTOR", "local")  # what a test changes in this process, its runs must see
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def catalog():
    """Return what comes with ganbench, whatever else is installed here."""
    return discover(OWN)


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Return a maker of folders that all workers share: a name in, and a function that fills the folder's place."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def make(name, fill):
        folder, part = shared / name, shared / f"{name}.part"
        with FileLock(shared / f"{name}.lock"):
            if not folder.exists():
                shutil.rmtree(part, ignore_errors=True)  # of a worker that failed
                part.mkdir()
                fill(part)
                part.rename(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def mnist_factory(catalog, tmp_path_factory):
    """Return a factory that has all of MNIST, where the user's GANBENCH_DATA has it."""
    if not all((DATA / "MNIST" / "raw" / name).exists() for name in MD5):
        pytest.skip("GANBENCH_DATA points at no folder that holds MNIST/raw")
    return Factory(catalog, "cpu", Source(DATA, tmp_path_factory.mktemp("cache")))


@pytest.fixture
def factory(catalog, tmp_path):
    return Factory(catalog, "cpu", Source(None, tmp_path / "cache"))


@pytest.fixture
def features(factory):
    return FeatureStore(factory)


@pytest.fixture
def make_spec(catalog):
    """Return a maker of small specs: digits by vanilla in ten updates unless changed."""

    def make(**changes):
        model = str(changes.get("model", "vanilla")).partition(":")[0]
        loss = catalog.get("models", model).loss if model in catalog.names("models") else None
        plain = {
            "suite": "test@1",
            "dataset": "digits",
            "model": "vanilla",
            "loss": loss,
            "seed": 0,
            "budget": Budget(updates=10),
            "standard": True,
            "metrics": (Choice("frechet"),),
            "samples": 100,
        } | changes
        for field in ("dataset", "model", "loss"):
            if isinstance(plain[field], str):
                plain[field] = Choice.parse(plain[field])
        return RunSpec(**plain)

    return make


@pytest.fixture
def run(features, tmp_path):
    """Return a runner of specs into folders of their own."""

    def run_spec(spec, where="a", notify=nobody, features=features, **settings):
        return Runner(features, tmp_path, **settings).run(spec, Store(tmp_path / where).run(spec.key), notify)

    return run_spec


@pytest.fixture
def install(monkeypatch):
    """Return an installer of plugins that exist for one test: a name and hooks in, an entry point out."""

    def install_plugin(name, distribution="stranger", version="0.1", **contents):
        module_name = f"plugin_of_one_test_{name.replace('-', '_')}"
        module = types.ModuleType(module_name)
        vars(module).update(contents)
        monkeypatch.setitem(sys.modules, module_name, module)
        entry_point = metadata.EntryPoint(name, module_name, "ganbench")
        dist = types.SimpleNamespace(name=distribution, version=version)
        vars(entry_point)["dist"] = dist
        return entry_point

    return install_plugin


@pytest.fixture
def factory_with(install, factory):
    """Return a maker of factories that have one more plugin: a name, and its cards by kind."""

    def hook(cards):
        return ganbench.hookimpl(lambda: cards)

    def make(name, **offers):
        hooks = {f"offer_{kind}": hook(cards) for kind, cards in offers.items()}
        return Factory(discover([*OWN, install(name, **hooks)]), "cpu", factory.source)

    return make


@pytest.fixture
def offer(install, tmp_path_factory, monkeypatch):
    """Return an installer of a plugin that whatever this process runs discovers: its name, and its cards by kind."""

    def put(name, **offers):
        hooks = {f"offer_{kind}": ganbench.hookimpl(lambda cards=cards: cards) for kind, cards in offers.items()}
        entry_point = install(name, **hooks)
        folder = tmp_path_factory.mktemp("site")
        info = folder / f"{name.replace('-', '_')}-0.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1\n")
        (info / "entry_points.txt").write_text(f"[ganbench]\n{name} = {entry_point.value}\n")
        monkeypatch.syspath_prepend(folder)

    return put


@pytest.fixture(name="ganbench")
def command_line():
    """Return a caller of the command line that lets bugs through."""

    def call(line):
        result = CliRunner().invoke(main, line.split(), catch_exceptions=True)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


def idx(values):
    """Write an array in the idx format: two zeros, the type, the rank, the sides, the bytes."""
    return bytes([0, 0, 8, values.ndim]) + b"".join(n.to_bytes(4, "big") for n in values.shape) + values.tobytes()


class TinyMNIST:
    """Four tiny files in the format of MNIST's, by name, unpacked and packed."""

    def __init__(self):
        random = np.random.default_rng(0)
        self.files = {}
        for stem, count in (("train", 30), ("t10k", 12)):
            self.files[f"{stem}-images-idx3-ubyte"] = idx(random.integers(0, 256, (count, 28, 28), dtype=np.uint8))
            self.files[f"{stem}-labels-idx1-ubyte"] = idx((np.arange(count) % 10).astype(np.uint8))
        self.packed = {f"{name}.gz": gzip.compress(data) for name, data in self.files.items()}
        self.served = dict(self.packed)  # by a test's server
        self.digests = {name: hashlib.md5(data).hexdigest() for name, data in self.files.items()}

    def load(self, source, mirror="http://127.0.0.1:9/"):
        """Load the files as MNIST's are, from a folder or a mirror."""
        from torchvision.datasets import MNIST

        packed = tuple((name, hashlib.md5(data).hexdigest()) for name, data in self.packed.items())
        folder = property(lambda digits: str(Path(digits.root) / "MNIST" / "raw"))
        kind = type("Tiny", (MNIST,), {"resources": packed, "mirrors": (mirror,), "raw_folder": folder})
        return load(source, kind, self.digests)

    def stack(self, source):
        """Stack the digits by three."""
        return stack(self.load(source), {"train": 200, "test": 50})


@pytest.fixture
def tiny_mnist():
    return TinyMNIST()


@pytest.fixture
def tiny_mnist_root(tiny_mnist, offer, tmp_path, monkeypatch):
    """A data root with the tiny files in it, the folder `data` in the working directory, where MNIST is those files."""
    raw = tmp_path / "data" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, data in tiny_mnist.files.items():
        (raw / name).write_bytes(data)
    makers = {"mnist": tiny_mnist.load, "stacked-mnist": tiny_mnist.stack}
    cards = [replace(card, make=makers.get(card.name, card.make)) for card in offer_datasets()]
    offer("tiny-datasets", datasets=cards)
    monkeypatch.setenv("GANBENCH_DISABLE", "ganbench-datasets")
    return tmp_path / "data"
