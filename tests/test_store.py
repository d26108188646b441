"""The store: whole files or none, and damaged ones named."""

import json

import pytest

from ganbench.errors import ResultsError
from ganbench.files import write_whole
from ganbench.schema.record import RunRecord, Status
from ganbench.storage.records import read_record
from ganbench.storage.store import Store


def put(store, spec, status=Status.DONE):
    record = RunRecord(spec, status, reason="" if status is Status.DONE else "because")
    store.run(spec.key).write_record(record)
    return record


def test_a_file_that_is_half_written_never_takes_the_others_place(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    write_whole(path, lambda beside: beside.write_text("whole"))

    def half(beside):
        beside.write_text("ha")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(path, half)
    assert path.read_text() == "whole"
    assert [each.name for each in path.parent.iterdir()] == ["file.txt"]


def test_who_reads_while_a_file_is_replaced_reads_one_whole_file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("the old one")
    with path.open() as reader:
        write_whole(path, lambda beside: beside.write_text("new"))
        assert reader.read() == "the old one"
    assert path.read_text() == "new"


def test_only_done_runs_are_done(tmp_path, make_spec):
    store = Store(tmp_path)
    for seed, status in enumerate(Status):
        put(store, make_spec(seed=seed), status)
    assert [store.done(make_spec(seed=seed)) is not None for seed in range(4)] == [True, False, False, False]
    assert len(list(store.records())) == 3


def test_a_record_that_cannot_be_read_counts_as_not_done_and_is_named(tmp_path, make_spec):
    store, spec = Store(tmp_path), make_spec()
    put(store, spec)
    path = tmp_path / "runs" / spec.key / "record.json"
    path.write_text(path.read_text()[:100])
    assert store.done(spec) is None
    with pytest.raises(ResultsError, match=rf"{spec.key}.record.json can't be read"):
        list(store.records())
    put(store, make_spec(seed=1))
    records, (line,) = store.readable()
    assert [record.spec.seed for record in records] == [1]
    assert spec.key in line


def test_a_record_of_another_schema_says_so(tmp_path, make_spec):
    spec = make_spec()
    put(Store(tmp_path), spec)
    path = tmp_path / "runs" / spec.key / "record.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": 99}))
    with pytest.raises(ResultsError, match="schema 99; this ganbench reads 1 and 2, so use another version"):
        read_record(path)
    path.write_text(json.dumps({"schema": 1, "status": "done"}))
    with pytest.raises(ResultsError, match="is no run record: spec"):
        read_record(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResultsError, match=r"can't write results to .*file.*--results"):
        Store(tmp_path / "file").prepare()


def test_runs_are_found_by_the_beginning_of_their_keys(tmp_path, make_spec):
    store, spec = Store(tmp_path), make_spec()
    put(store, spec)
    assert [path.name for path in store.find(spec.key[:4])] == [spec.key]
    assert store.find("zzz") == []
