"""Budgets refuse what makes no sense; keys stand for specs and nothing else."""

import hashlib
import os
import pickle
import subprocess
import sys
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice
from ganbench.schema.protocol import Protocol
from ganbench.schema.search import Search
from ganbench.schema.spec import Budget, RunSpec, Stopping


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "at least one of images, updates and seconds"),
        ({"images": -1}, "above zero, not images = -1"),
        ({"seconds": 0}, "above zero"),
        ({"seconds": float("inf")}, "below 2\\^63, not seconds = inf"),
        ({"image": 10}, "unknown unit 'image' in a budget; did you mean 'images'"),
        ({"images": "many"}, "counted in numbers"),
        ({"updates": True}, "counted in numbers"),
        ({"updates": 2.5}, "whole updates"),
    ],
)
def test_a_budget_of_no_sense_is_refused_in_one_line(settings, message):
    with pytest.raises(BadOptionError, match=message) as caught:
        Budget.of(settings)
    assert "\n" not in str(caught.value)


def test_a_budget_says_its_limits():
    assert str(Budget(images=20_000, seconds=60.0)) == "20,000 images or 60 seconds"


def test_every_field_of_a_spec_is_in_its_key(make_spec):
    spec = make_spec()
    changes = {
        "suite": "test@2",
        "dataset": Choice("ring8"),
        "model": Choice.parse("vanilla:latent=3"),
        "loss": Choice("minimax"),
        "seed": 1,
        "budget": Budget(updates=11),
        "standard": False,
        "metrics": (Choice("modes"),),
        "recipe": (("batch", 64),),
        "checkpoints": (0.5, 1.0),
        "samples": 99,
        "precision": "bf16",
        "stopping": Stopping(patience=2),
        "halves": 4,
        "defaults": (("model.width", 64),),
        "handed_in": (("model mine", "0123"),),
        "search": Search("tuned by 3 trials"),
    }
    assert set(changes) == set(RunSpec.__dataclass_fields__)
    keys = {replace(spec, **{field: value}).key for field, value in changes.items()}
    assert len(keys | {spec.key}) == len(changes) + 1


def test_a_key_is_the_same_in_another_process_and_after_json(make_spec):
    spec = make_spec(recipe=(("learning_rate", 1e-3),))
    adapter = TypeAdapter(RunSpec)
    text = adapter.dump_json(spec).decode()
    assert adapter.validate_json(text) == spec
    code = f"""
from pydantic import TypeAdapter
from ganbench.schema.spec import RunSpec
print(TypeAdapter(RunSpec).validate_json({text!r}).key)
"""
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == spec.key


def test_a_key_is_the_digest_of_a_text_that_never_changes(make_spec):
    # records that are published bear it: a key by other rules would leave their runs behind
    spec = make_spec(
        model=Choice.parse("vanilla:width=16"), loss="minimax", stopping=Stopping(patience=2),
        recipe=(("average", 0.5),), halves=0,
    )  # fmt: skip
    text = (
        '{"budget":{"updates":10},"checkpoints":[1.0],"dataset":{"name":"digits"},"halves":0,"loss":{"name":"minimax"},'
        '"metrics":[{"name":"frechet"}],"model":{"name":"vanilla","parameters":[["width",16]]},"precision":"fp32",'
        '"recipe":[["average",0.5]],"samples":100,"seed":0,"standard":true,"stopping":{"patience":2,"score":"","tolerance":0.02},'
        '"suite":"test@1"}'
    )
    assert spec.key == hashlib.sha256(text.encode()).hexdigest()[:12]


def test_a_field_that_is_added_later_and_left_empty_changes_no_key(make_spec):
    assert make_spec(recipe=()).key == make_spec().key


def test_equal_protocols_are_equal_in_another_process_too():
    protocol = Protocol.of({"split": "test", "real": 10})
    assert hash(protocol) == hash(Protocol(protocol.items))
    handed_over = pickle.dumps(protocol)  # after it was hashed here
    code = "import pickle, sys; known = pickle.load(sys.stdin.buffer); print(known in {type(known)(known.items)})"
    for seed in ("1", "2"):
        command = [sys.executable, "-c", code]
        variables = os.environ | {"PYTHONHASHSEED": seed}
        shown = subprocess.run(command, input=handed_over, capture_output=True, check=True, env=variables)
        assert shown.stdout.split() == [b"True"]
