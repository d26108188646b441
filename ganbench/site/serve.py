"""A site on localhost, for looking at it as others will."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ganbench.errors import BadOptionError, ResultsError

_HERE = "127.0.0.1"


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing of each."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the library's
        """Say nothing."""


@contextmanager
def serving(site: Path, port: int) -> Iterator[tuple[ThreadingHTTPServer, str]]:
    """Yield a server of a site, ready to serve, and its address.

    Raises BadOptionError for a folder that is no site, ResultsError for a port that is taken.
    """
    if not (site / "index.html").is_file():
        raise BadOptionError(f"no site in {str(site)!r}; make one with ganbench publish --out {site}")
    try:
        server = ThreadingHTTPServer((_HERE, port), partial(_Quiet, directory=str(site)))
    except OSError as error:
        raise ResultsError(f"can't serve at port {port}: {error.strerror}; choose another with --port") from None
    with server:
        yield server, f"http://{_HERE}:{server.server_port}/"
