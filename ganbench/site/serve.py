"""A site on localhost, for looking at it as others will."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ganbench.errors import BadOptionError, ResultsError

_HERE = "127.0.0.1"


class _Files(SimpleHTTPRequestHandler):
    """Serves a site's own files, silently: nothing that a link leads out to, no hidden file, no listing of a folder."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the library's
        """Say nothing."""

    def send_head(self) -> Any:
        """Answer 404 to whatever is no page of the site."""
        if not self._is_public():
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        """Answer 404: a folder without an index is no page."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def _is_public(self) -> bool:
        site = Path(self.directory).resolve()
        try:
            path = Path(self.translate_path(self.path))
            inside = path.resolve(strict=True).relative_to(site).parts
        except (OSError, RuntimeError, ValueError):  # not there, a circle of links, outside, or no path at all
            return False
        asked = path.relative_to(self.directory).parts
        return not any(part.startswith(".") for part in (*asked, *inside))


@contextmanager
def serving(site: Path, port: int) -> Iterator[tuple[ThreadingHTTPServer, str]]:
    """Yield a server of a site, ready to serve, and its address.

    Raises BadOptionError for a folder that is no site, ResultsError for a port that is taken.
    """
    if not (site / "index.html").is_file():
        raise BadOptionError(f"no site in {str(site)!r}; make one with ganbench publish --out {site}")
    try:
        server = ThreadingHTTPServer((_HERE, port), partial(_Files, directory=str(site.resolve())))
    except OSError as error:
        raise ResultsError(f"can't serve at port {port}: {error.strerror}; choose another with --port") from None
    with server:
        yield server, f"http://{_HERE}:{server.server_port}/"
