"""Many runs on the command line: shares of them, limits, what is under way and how they ended."""

import pytest

TINY = "--dataset digits --model vanilla --budget updates=3 --seeds 1"


def test_a_shard_is_every_nth_run(ganbench, tmp_path):
    ganbench("run --dataset digits --model vanilla --budget updates=3 --seeds 3 --shard 2/2 --results part")
    (log,) = tmp_path.glob("part/runs/*/run.log")
    assert "seed 1" in log.read_text()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--shard 0/3", "can't read the shard '0/3'; write which of how many: 1/3, 2/3 or 3/3"),
        ("--shard 9/9", "the shard 9/9 has none of 1 runs; make fewer shards"),
        ("--timeout 0", "a run's timeout is above 0 seconds, not 0"),
        ("--memory-limit 4", "can't read the size '4'; write a number and its unit: 500MB, 4GB or 1.5GiB"),
    ],
)
def test_limits_and_shards_of_no_sense_are_refused(ganbench, tmp_path, option, message):
    result = ganbench(f"run {TINY} {option}")
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr
    assert not (tmp_path / "ganbench-results").exists()


def test_runs_are_listed_by_what_they_are_and_how_they_ended(ganbench):
    ganbench("run --dataset digits --model vanilla,gmm --budget updates=3 --seeds 2")
    listed = ganbench("runs --model van* --seed 1")
    assert "1 of 4 runs" in listed.stdout
    assert "vanilla" in listed.stdout
    keys = ganbench("runs --status done --keys").stdout.split()
    assert len(keys) == 4
    assert ganbench(f"show {keys[0]}").exit_code == 0
    assert ganbench("runs --status failed --keys").stdout == ""


def test_status_tells_what_is_under_way_and_why_others_failed(ganbench, tmp_path):
    from ganbench.storage.leases import Leases

    ganbench("run --dataset ring8 --model dcgan --budget updates=3 --seeds 1")
    facts = {"title": "dcgan on mnist, seed 7", "device": "cuda:0", "fraction": 0.25, "doing": "training"}
    with Leases(tmp_path / "ganbench-results").take("0123456789ab", facts):
        told = ganbench("status").stdout
    for part in ("1 under way, 0 done, 0 failed, 1 skipped", "0123456789ab", "seed 7", "25%", "dcgan makes images"):
        assert part in told
    for words in ("status elsewhere", "status --results elsewhere"):
        assert "no runs in 'elsewhere'" in ganbench(words).stderr
    assert "two folders of results are named, 'a' and 'b'" in ganbench("status a --results b").stderr
