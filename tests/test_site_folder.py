"""A site as a folder: replaced with care, served on this machine alone, small whatever is shown."""

import re
import socket
import threading
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sites import DANGER, make_record, shared_site, write_results, write_site

from ganbench.cli import main
from ganbench.errors import BadOptionError, ResultsError
from ganbench.site.addresses import address
from ganbench.site.content import Content
from ganbench.site.curves_data import thinned
from ganbench.site.gallery import gallery
from ganbench.site.serve import serving
from ganbench.storage.merge import merged


@pytest.fixture(scope="module")
def site(once, catalog):
    return shared_site(once, "published", catalog)


def test_one_key_on_two_devices_is_two_runs_with_pages_of_their_own(tmp_path, catalog):
    here = make_record("gmm", "digits", 0)
    there = replace(here, environment={"device": "H200"})
    for name, record in (("a", here), ("b", there)):
        write_results(tmp_path / name, [record])
    with merged([tmp_path / "a", tmp_path / "b"]) as found:
        content = Content(found, "both")
        assert sorted(run.name for run in content.runs) == [here.key, f"{here.key}-2"]
        devices = [content.runs_of(board.tidy)[0].record.environment["device"] for board in content.boards]
        assert sorted(devices) == ["H200", "cpu"]


def test_an_earlier_site_is_replaced_and_anything_else_is_left_alone(tmp_path, catalog):
    root = write_results(tmp_path / "results", [make_record("gmm", "digits", 0)])
    write_site(root, tmp_path / "site", catalog)
    (tmp_path / "site" / "CNAME").write_text("gans.example")
    before = set((tmp_path / "site").rglob("*.html"))
    other = write_results(tmp_path / "other", [make_record("dcgan", "ring8", 0)])
    write_site(other, tmp_path / "site", catalog)
    assert (tmp_path / "site" / "CNAME").read_text() == "gans.example"
    after = set((tmp_path / "site").rglob("*.html"))
    assert {path.name for path in after - before if path.parent.name == "runs"} == {
        f"{make_record('dcgan', 'ring8', 0).key}.html"
    }
    assert [path for path in before - after if path.parent.name == "runs"] != []
    assert [path.name for path in (tmp_path / "site").iterdir() if path.name.startswith(".")] == [".ganbench-site"]

    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").touch()
    with pytest.raises(ResultsError, match="holds files that are no site"):
        write_site(root, tmp_path / "thesis", catalog)
    with pytest.raises(ResultsError, match="a file is in the way"):
        write_site(root, tmp_path / "thesis" / "chapter.txt", catalog)
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.txt"]


def test_a_baseline_that_nobody_ran_leaves_no_half_of_a_site(tmp_path, catalog):
    root = write_results(tmp_path / "results", [make_record("gmm", "digits", 0)])
    with pytest.raises(BadOptionError, match="no run is of the baseline 'dcgan'"):
        write_site(root, tmp_path / "site", catalog, baseline="dcgan")
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_a_site_goes_into_the_working_directory_and_through_a_link(tmp_path, catalog, monkeypatch):
    root = write_results(tmp_path / "results", [make_record("gmm", "digits", 0)])
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "here")
    write_site(root, tmp_path / "link", catalog)
    assert (tmp_path / "link").is_symlink()
    monkeypatch.chdir(tmp_path / "here")
    write_site(root, Path(), catalog)
    assert (tmp_path / "here" / "index.html").exists()


def test_a_torn_file_costs_its_own_picture_alone(tmp_path, catalog):
    records = [make_record("gmm", "digits", seed) for seed in range(2)]
    root = write_results(tmp_path / "results", records)
    for name in ("curves.parquet", "samples.png", "frame-0500.png", "modes.json"):
        (root / "runs" / records[0].key / name).write_bytes(b"[]")
    assert write_site(root, tmp_path / "site", catalog) == {}
    assert (tmp_path / "site" / "runs" / f"{records[0].key}.html").exists()


def test_addresses_are_harmless_and_never_two_alike():
    names = ["gmm", "GMM", "a b", "a-b", "../../etc", DANGER, "…", "x" * 200, "x" * 201, "dcgan:width=16"]
    addresses = [address(name) for name in names]
    assert len(set(addresses)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]{1,60}", each) for each in addresses)
    assert address("gmm") == "gmm"


def test_thinned_curves_keep_their_means_and_gaps():
    import numpy as np

    assert thinned(np.arange(4.0)) == [0, 1, 2, 3]
    long = thinned(np.arange(2_400.0))
    assert len(long) == 240
    assert long[:2] == [4.5, 14.5]
    assert thinned(np.array([1.0, np.nan, np.inf])) == [1.0, None, None]


def test_the_command_line_publishes_and_says_where(tmp_path):
    write_results(tmp_path / "ganbench-results", [make_record("gmm", "digits", 0)])
    result = CliRunner().invoke(main, ["publish", "quickstart", "--out", "here"])
    assert result.exit_code == 0, result.output
    assert result.stdout == "site of 1 runs: here/index.html\n"
    assert "<h1>quickstart</h1>" in (tmp_path / "here" / "index.html").read_text()
    assert CliRunner().invoke(main, ["publish", "mnist-all"]).exit_code == 2


@pytest.mark.slow
def test_a_site_is_served_on_this_machine_alone(site):
    with serving(site, 0) as (server, where):
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            with urllib.request.urlopen(where) as answer:
                assert b"our leaderboard" in answer.read()
        finally:
            server.shutdown()
            thread.join()
        assert where.startswith("http://127.0.0.1:")
        with pytest.raises(ResultsError, match="can't serve at port"), serving(site, server.server_port):
            pass


@pytest.fixture
def answer(tmp_path):
    """Return an asker of a served folder: the status and the body for a path, sent as it stands."""
    site = tmp_path / "served"
    (site / "folder").mkdir(parents=True)
    (site / ".git").mkdir()
    for name in ("index.html", "folder/page.html", ".hidden", ".git/config"):
        (site / name).write_text("public" if "." not in name[:2] else "hidden")
    (tmp_path / "secret.txt").write_text("secret")
    (site / "out.txt").symlink_to(tmp_path / "secret.txt")
    (site / "up").symlink_to(tmp_path)
    (site / "in.html").symlink_to("index.html")
    (site / "circle").symlink_to("circle")
    (site / "to-hidden").symlink_to(".hidden")
    with serving(site, 0) as (server, _):
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()

        def ask(path):
            with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as asked:
                asked.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                head, _, body = b"".join(iter(lambda: asked.recv(2**16), b"")).partition(b"\r\n\r\n")
            return int(head.split()[1]), body

        yield ask
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/", "/index.html", "/folder/page.html", "/in.html", "/in.html?x=1#y"])
def test_a_sites_own_files_are_served(answer, path):
    assert answer(path) == (200, b"public")


@pytest.mark.parametrize(
    "path",
    ["/out.txt", "/up/secret.txt", "/.hidden", "/.git/config", "/%2ehidden", "/to-hidden", "/%00", "/a%00b", "/circle",
     "/folder/", "/../secret.txt", "/..%2fsecret.txt", "/folder/%2e%2e/%2e%2e/secret.txt", "//etc/passwd", "/none"],
)  # fmt: skip
def test_nothing_else_is_served_and_nothing_breaks(answer, path, capfd):
    status, body = answer(path)
    assert status == 404
    assert b"secret" not in body.replace(path.encode(), b"")
    assert answer("/index.html") == (200, b"public")
    assert "Traceback" not in capfd.readouterr().err


def test_what_is_no_site_is_not_served(tmp_path):
    result = CliRunner().invoke(main, ["serve", str(tmp_path)])
    assert result.exit_code == 2
    assert "no site in" in result.stderr


def test_a_publishing_that_was_killed_is_no_hindrance_and_leaves_nothing(tmp_path, catalog):
    root = write_results(tmp_path / "results", [make_record("gmm", "digits", 0)])
    (tmp_path / "site" / ".ganbench-site-abc" / "site").mkdir(parents=True)
    write_site(root, tmp_path / "site", catalog)
    assert [path.name for path in (tmp_path / "site").iterdir() if path.name.startswith(".")] == [".ganbench-site"]


def test_a_crooked_list_of_files_takes_nothing_outside_away(tmp_path, catalog):
    root = write_results(tmp_path / "results", [make_record("gmm", "digits", 0)])
    (tmp_path / "thesis.txt").touch()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / ".ganbench-site").write_text("../thesis.txt")
    write_site(root, tmp_path / "site", catalog)
    assert (tmp_path / "thesis.txt").exists()


def test_the_gallery_has_a_picture_once_and_long_texts_cut(tmp_path, catalog):
    for name in ("a.png", "a.svg", "b.svg"):
        (tmp_path / name).touch()
    (tmp_path / "c.txt").write_text("x" * 100_001)
    (section,) = gallery({"progress": sorted(tmp_path.iterdir())}, catalog, tmp_path)
    assert [(file["path"], file["kind"], file["drawing"]) for file in section["files"]] == [
        ("a.png", "picture", "a.svg"), ("b.svg", "picture", ""), ("c.txt", "text", ""),
    ]  # fmt: skip
    assert len(section["files"][-1]["text"]) == 100_000
