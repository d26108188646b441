"""What `ganbench new` writes: a small package with one plugin that already runs, from templates beside this file."""

from ganbench.scaffold.package import write_package

__all__ = ["write_package"]
