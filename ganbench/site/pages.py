"""Templates filled in and written: everything that comes from a plugin, a file or a record is escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ganbench.site.content import Content


class Pages:
    """Writes pages into a folder, all from the same templates about the same content."""

    def __init__(self, folder: Path, content: Content) -> None:
        self.folder, self.content = folder, content
        # escaping is for everything, SVG and scripts' data included
        self._environment = Environment(
            loader=PackageLoader("ganbench.site"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def write(self, template: str, page: str, **context: Any) -> None:
        """Fill in a template and write it as a page, named from the site's root."""
        root = "../" * page.count("/")
        text = self._environment.get_template(template).render(
            root=root, page=page, site=self.content.title, content=self.content, **context
        )
        path = self.folder / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
