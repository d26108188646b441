"""Which contract there is, which older ones are still taken, and what changed from each to the next.

One integer for all kinds: `Task`, `Batch` and `Choice` are common to most of them, an author has one number to write
down, and a change that leaves a kind alone costs its plugins nothing, for theirs are then taken as they are. It rises
where something that a plugin did no longer works; what is added to a contract leaves the number alone.

A distribution says for which contract its plugins are written in its metadata, which is read before any of its code is:

    [project.entry-points."ganbench.contract"]
    contract = "v3"

One that says nothing is taken to be written for the present contract: a plugin of two files needs no further line,
and what no longer fits then fails where it is used, and not by name.
"""

import re
from collections.abc import Iterable

from ganbench.contracts.hookspecs import GROUP
from ganbench.errors import GanbenchError

CONTRACT, OLDEST = 3, 2
DECLARED = f"{GROUP}.contract"  # the group of entry points that states it
CHANGES = {
    1: "what a model can do is told by its attributes, and a feature space is made from a task",
    2: "what samples are asked for by is `labels`",
    3: "what samples are asked for by is a `condition`: labels, captions or source pictures",
}
ADAPTED = {2: "batches and sides that it is handed have `labels` too"}
_VALUE = re.compile(r"v([1-9][0-9]{0,3})")


def read_contract(declared: Iterable[str]) -> int | None:
    """Return the contract that a distribution is written for, from the values of its entry points; None for no word.

    Raises GanbenchError for what is no such number, for several of them, and for a contract that is not taken.
    """
    values = sorted(set(declared))
    if not values:
        return None
    match = _VALUE.fullmatch(values[0])
    if len(values) > 1 or match is None:
        raise GanbenchError(
            f"states {' and '.join(map(repr, values))} as its contract; write one, such as 'v{CONTRACT}'"
        )
    contract = int(match[1])
    if contract > CONTRACT:
        raise GanbenchError(
            f"is written for contract {contract}, and this ganbench has {CONTRACT}; install a newer ganbench"
        )
    if contract < OLDEST:
        takes = f"this ganbench takes {OLDEST} to {CONTRACT}"
        raise GanbenchError(
            f"is written for contract {contract}, where {CHANGES[contract]}; {takes}; install a newer one"
        )
    return contract
