"""Downloads: cut off and gone on with, whatever the server answers, and never two at once."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ganbench.errors import UnfitError
from ganbench.torchkit.downloads import fetched

DATA = bytes(range(256)) * 4_096
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def serve():
    """Return a starter of servers that answer as told: a function of the handler and of how often it was asked."""
    started = []

    def start(answer):
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.headers.get("Range"))
                answer(self, len(asked))

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        started.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/file", asked

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler, data, status=200, length=None):
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(data) if length is None else length))
    handler.end_headers()
    handler.wfile.write(data)


def cut_off_once(handler, times):
    """Send half of the file and hang up; after that what is asked for."""
    start = int((handler.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
    if times == 1:
        send(handler, DATA[: len(DATA) // 2], length=len(DATA))
    else:
        send(handler, DATA[start:], 206 if start else 200)


def test_a_download_that_was_cut_off_goes_on_where_it_was(serve, tmp_path):
    url, asked = serve(cut_off_once)
    path = tmp_path / "cache" / "weights"
    with pytest.raises(UnfitError, match=r"weights can't be downloaded from http.*; do otherwise") as caught:
        fetched(url, DIGEST, path, "do otherwise")
    assert len(str(caught.value).splitlines()) == 1
    assert not path.exists()
    assert fetched(url, DIGEST, path, "do otherwise").read_bytes() == DATA
    assert asked == [None, f"bytes={len(DATA) // 2}-"]


@pytest.mark.parametrize("status", [200, 206])
def test_a_part_of_another_file_is_thrown_away(serve, tmp_path, status):
    def answer(handler, times):
        start = int((handler.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        send(handler, DATA[start:] if status == 206 else DATA, status if start else 200)

    url, _ = serve(answer)
    (tmp_path / ".weights.part").write_bytes(b"x" * 1_000)
    assert fetched(url, DIGEST, tmp_path / "weights", "do otherwise").read_bytes() == DATA
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".lock") == ["weights"]


def test_a_part_that_was_whole_already_is_taken(serve, tmp_path):
    url, _ = serve(lambda handler, times: send(handler, b"", 416))
    (tmp_path / ".weights.part").write_bytes(DATA)
    assert fetched(url, DIGEST, tmp_path / "weights", "do otherwise").read_bytes() == DATA


@pytest.mark.parametrize(
    "answer",
    [
        lambda handler, times: handler.wfile.write(b"NONSENSE\r\n\r\n"),
        lambda handler, times: handler.wfile.write(b"HTTP/1.1 abc\r\n\r\n"),
        lambda handler, times: handler.wfile.write(b""),
        lambda handler, times: handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
        lambda handler, times: send(handler, b"gone", 404),
        lambda handler, times: send(handler, b"moved", 302),
        lambda handler, times: handler.wfile.write(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        ),
    ],
    ids=["no status line", "no status", "nothing", "no length", "not found", "moved nowhere", "bad chunks"],
)  # fmt: skip
def test_every_bad_answer_is_one_line(serve, tmp_path, answer):
    url, _ = serve(answer)
    with pytest.raises(UnfitError) as caught:
        fetched(url, DIGEST, tmp_path / "weights", "do otherwise")
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).endswith("; do otherwise")
    assert not (tmp_path / "weights").exists()


def test_who_asks_at_the_same_time_waits_and_gets_the_same_file(serve, tmp_path):
    url, asked = serve(lambda handler, times: send(handler, DATA))
    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(lambda _: fetched(url, DIGEST, tmp_path / "weights", "do otherwise"), range(4)))
    assert {path.read_bytes() for path in paths} == {DATA}
    assert len(asked) == 1
