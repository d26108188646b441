"""What a user asks a finished model for, in words or as a picture, as the condition that it takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.errors import BadOptionError, DataMissingError
from ganbench.reading import open_picture
from ganbench.schema.condition import Captions, Condition, Labels, Sources

if TYPE_CHECKING:
    from torch import Tensor

_OPTIONS = {"labels": "label", "captions": "caption", "sources": "source"}


@dataclass(frozen=True)
class Request:
    """What to draw. label, caption, source: what every sample is asked for by, one of them at most.

    Without a label, classes are left to the model. source: the path of a picture.
    """

    n: int = 64
    seed: int = 0
    label: int | None = None
    caption: str | None = None
    source: Path | None = None

    def __post_init__(self) -> None:
        if self.n < 1:
            raise BadOptionError(f"n must be 1 or more, not {self.n}")
        if sum(each is not None for each in (self.label, self.caption, self.source)) > 1:
            raise BadOptionError("a model is asked by a label, by a caption or by a source: give one of them")

    @property
    def given(self) -> dict[str, int | str | Path]:
        """What is asked by, by the kind of condition that it is."""
        asked = {kind: getattr(self, name) for kind, name in _OPTIONS.items()}
        return {kind: value for kind, value in asked.items() if value is not None}


def asked(request: Request, condition: Condition | None, title: str, device: str) -> "Tensor | None":
    """Return the condition (n, …) of a request to a model, None where its classes are left to it.

    Raises BadOptionError for what the model does not take and for what it can't do without, DataMissingError for a
    source that can't be read.
    """
    import torch

    for kind in request.given:
        if condition is None or condition.kind != kind:
            option = _OPTIONS[kind]
            left_out = f"leave --{option} out, or use a conditional one"
            instead = f"ask it by --{_OPTIONS[condition.kind]}" if condition else left_out
            raise BadOptionError(f"{title} takes no {option}; {instead}")
    if condition is None or (isinstance(condition, Labels) and request.label is None):
        return None
    one = _tensor(request, condition, title)
    return torch.as_tensor(one, device=device).expand(request.n, *one.shape).contiguous()


def _tensor(request: Request, condition: Condition, title: str) -> "Tensor":
    """Return the condition of one sample."""
    import torch

    if isinstance(condition, Labels):
        assert request.label is not None
        if not 0 <= request.label < condition.classes:
            raise BadOptionError(f"the labels of {title} go from 0 to {condition.classes - 1}, not {request.label}")
        return torch.tensor(request.label)
    if isinstance(condition, Captions):
        if request.caption is None:
            example = " ".join(condition.vocabulary[:8])
            raise BadOptionError(f"{title} draws what a caption says; give --caption, of words such as {example}")
        return torch.tensor(condition.tokens(request.caption))
    if request.source is None:
        raise BadOptionError(f"{title} translates a picture; give --source FILE")
    return read_source(request.source, condition)


def read_source(path: Path, condition: Sources) -> "Tensor":
    """Read a picture as a source, (channels, height, width) float32 in [-1, 1], grey or coloured as the condition is.

    Raises BadOptionError for one of another size, DataMissingError for one that can't be read.
    """
    from torchvision.transforms.functional import pil_to_tensor

    channels, height, width = condition.shape
    try:
        with open_picture(path) as opened:
            picture = opened.convert("L" if channels == 1 else "RGB")
    except OSError as error:
        raise DataMissingError(f"can't read {str(path)!r} as a picture: {error.strerror or error}") from None
    if picture.size != (width, height):
        size = f"{picture.size[0]} x {picture.size[1]}"
        raise BadOptionError(f"{str(path)!r} is {size} pixels, and the model translates pictures of {width} x {height}")
    pixels: Tensor = pil_to_tensor(picture).float().div(127.5).sub(1)
    return pixels
