"""Things that are written for an older contract, adapted to the present one as they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ganbench.contracts.capabilities import profile_of
from ganbench.contracts.datasets import Batch
from ganbench.contracts.metrics import BoundedByData, Evidence, ModeHistogram, Side
from ganbench.contracts.versions import CONTRACT
from ganbench.errors import BadOptionError

if TYPE_CHECKING:
    from torch import Tensor


class LabelledBatch(Batch):
    """A batch as contract 2 had it."""

    __slots__ = ()

    @property
    def labels(self) -> Tensor:
        """The condition, (n,) int64, which was always labels."""
        return self.condition


class LabelledSide(Side):
    """A side of a comparison as contract 2 had it."""

    @property
    def labels(self) -> Tensor | None:
        """The condition, (n,) int64, which was always labels; None where nobody knows."""
        return self.condition


def adapted(kind: str, name: str, made: Any, contract: int) -> Any:
    """Return a thing that takes what the present contract hands it; one of the present contract as it is.

    What is adapted are methods of this one object, so that its class and what it claims stay. Raises BadOptionError, by
    name, for a thing that can't be.
    """
    if contract == CONTRACT or kind not in _ADAPTERS:
        return made
    try:
        for method, function in _ADAPTERS[kind](made).items():
            object.__setattr__(made, method, function)
    except (AttributeError, TypeError) as error:  # of slots, or of a profile with words of the older contract
        why = str(error).splitlines()[0]
        cant = f"is written for contract {contract} and can't be adapted to {CONTRACT}: {why}"
        raise BadOptionError(f"{name!r} {cant}; install a newer version of it") from None
    return made


def _model(made: Any) -> Mapping[str, Callable[..., Any]]:
    profile_of(made)  # `Profile(conditional=…)` is no more: a model of labels has to say which
    return {"fit": partial(_fit, made.fit)}


def _fit(fit: Callable[[Iterator[Batch]], Iterator[Any]], batches: Iterator[Batch]) -> Iterator[Any]:
    yield from fit(LabelledBatch(*batch) for batch in batches)


def _metric(made: Any) -> Mapping[str, Callable[..., Any]]:
    names = ["score"]
    names += ["bounds"] if isinstance(made, BoundedByData) else []
    names += ["histogram"] if isinstance(made, ModeHistogram) else []
    return {name: partial(_judge, getattr(made, name)) for name in names}


def _judge(judge: Callable[[Evidence], Any], evidence: Evidence) -> Any:
    real, fake = (LabelledSide(**vars(side)) for side in (evidence.real, evidence.fake))
    return judge(replace(evidence, real=real, fake=fake))


_ADAPTERS: Mapping[str, Callable[[Any], Mapping[str, Callable[..., Any]]]] = {"models": _model, "metrics": _metric}
