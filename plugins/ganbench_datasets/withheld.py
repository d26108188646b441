"""A class that is left out of training and stays in the held-out data, for a model to find it strange."""

from typing import Annotated

from ganbench import BadOptionError, Setting, WithheldClass
from ganbench.torchkit.resident import Resident

_ABOUT = "class that is left out of training and stays in the held-out data; none by default"
# what datasets of ten classes take, and what those of any number do
Without = Annotated[int | None, Setting(_ABOUT, at_least=0, at_most=9)]
OneClass = Annotated[int | None, Setting(_ABOUT, at_least=0)]


class Withheld(Resident, WithheldClass):
    """A dataset without one class in its training split; labels keep their numbers."""

    def __init__(self, data: Resident, label: int) -> None:
        samples, labels = data.splits["train"]
        kept = labels != label
        super().__init__({**data.splits, "train": (samples[kept], labels[kept])}, data.classes)
        self._label = label

    @property
    def withheld(self) -> int:
        """The label of the class that is left out of training."""
        return self._label


def withhold(data: Resident, label: int | None) -> Resident:
    """Leave a class out of training; None leaves the data as they are.

    Raises BadOptionError for data with fewer than two classes, and for a label that they have not.
    """
    if label is None:
        return data
    if data.classes < 2:
        raise BadOptionError(f"without={label} leaves a class out, and these data have {data.classes or 'no'} classes")
    if not 0 <= label < data.classes:
        raise BadOptionError(f"the classes go from 0 to {data.classes - 1}, and without={label} is none of them")
    return Withheld(data, label)
