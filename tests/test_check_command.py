"""What the conformance kit says: outcomes, one test a check, and the command."""

import json

import pytest
from click.testing import CliRunner

import ganbench
from ganbench.cli import main
from ganbench.errors import BadOptionError, UnknownNameError
from ganbench.registry.catalog import plural
from ganbench.testing import BrokenContractError, Subject, Verdict, check_loss, conformance, run_checks
from ganbench.testing.checking import CHECKS


class Exploding(ganbench.AdversarialLoss):
    paired = False

    def generator(self, real, fake):
        return -fake.mean()

    def discriminator(self, real, fake):
        return (-real).exp().mean() + fake.exp().mean()


def test_every_kind_has_its_checks_and_every_check_a_sentence():
    assert set(CHECKS) == {plural(kind) for kind in CHECKS}
    for kind in CHECKS.values():
        assert len(set(kind.names())) == len(kind.names()) >= 4
        assert set(kind.names()) >= kind.SLOW
        assert all(method.__doc__ and method.__doc__.strip().endswith(".") for method in kind.methods())
    with pytest.raises(UnknownNameError, match="unknown kind 'modle'; did you mean 'model'"):
        plural("modle")


def test_a_failure_says_what_was_expected_what_came_and_where_the_contract_says_so(factory_with):
    factory = factory_with("stranger", losses=[ganbench.LossCard("stranger", make=Exploding, about="A stranger.")])
    with pytest.raises(BrokenContractError, match=r"expected: a finite number; found: inf; see ganbench\.Adversarial"):
        check_loss("stranger", factory)


def test_an_expected_failure_is_none_and_one_that_passes_is(factory_with):
    factory = factory_with("stranger", losses=[ganbench.LossCard("stranger", make=Exploding, about="A stranger.")])
    subject = Subject.of("losses", "stranger", factory=factory)
    known = {"extreme-logits-stay-finite": "it is an exponential", "terms-are-finite-scalars": "none"}
    by_check = {outcome.check: outcome for outcome in run_checks(subject, known, slow=False)}
    assert by_check["extreme-logits-stay-finite"].verdict is Verdict.EXPECTED
    assert by_check["extreme-logits-stay-finite"].reason == "it is an exponential"
    assert by_check["terms-are-finite-scalars"].verdict is Verdict.FAILED
    with pytest.raises(BadOptionError, match="no check is called 'extreme-logits'; did you mean"):
        run_checks(subject, {"extreme-logits": "why"})


def test_a_thing_whose_every_check_is_skipped_fails(factory):
    *skipped, last = run_checks(Subject.of("metrics", "likelihood", factory=factory))
    assert {outcome.verdict for outcome in skipped} == {Verdict.SKIPPED}
    assert (last.check, last.verdict) == ("something-was-checked", Verdict.FAILED)
    assert "all 10 were skipped: it judges what a model says" in last.found


@pytest.mark.slow
@conformance("loss", "hinge", expected_failures={})
def test_one_parametrised_test_a_check(check):
    if check.name != "hundreds-of-steps-lead-the-right-way":
        check()


def test_the_decorator_has_a_case_for_every_check_and_one_for_all():
    mark = conformance("loss", "hinge", expected_failures={"extreme-logits-stay-finite": "known"})
    cases = mark.mark.args[1]
    assert [case.id for case in cases] == [*CHECKS["losses"].names(), "something-was-checked"]
    assert [case.id for case in cases if case.marks] == ["extreme-logits-stay-finite"]


def command(*words):
    return CliRunner().invoke(main, ["check", *words])


def test_the_command_shows_each_check_and_ends_with_1_where_one_fails():
    done = command("hinge", "--quick")
    assert done.exit_code == 0, done.output
    assert "terms-are-finite-scalars" in done.output
    assert "skipped: it does not claim to be an Augmentation" in done.output
    unmet = command("hinge", "--quick", "--expect", "terms-are-finite-scalars=no reason")
    assert unmet.exit_code == 1
    assert "expected: a failure, for it is expected" in unmet.output


def test_the_command_gives_json():
    outcomes = json.loads(command("raw", "--json").output)
    assert {outcome["verdict"] for outcome in outcomes} <= {"passed", "skipped"}
    assert set(outcomes[0]) == {"check", "verdict", "expected", "found", "where", "reason"}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["hingee"], "unknown name 'hingee'; did you mean 'hinge'"),
        (["zzzzzz"], "no plugin in use offers 'zzzzzz'; is its package installed, with an entry point in the group"),
        (["hinge", "--kind", "modle"], "unknown kind 'modle'"),
        (["hinge", "--kind", "model"], "unknown model 'hinge'"),
        (["hinge", "--expect", "nonsense"], "write --expect CHECK=REASON"),
        (["hinge", "--expect", "nonsense=why"], "no check is called 'nonsense'"),
        (["real", "--dataset", "digitz"], "unknown dataset 'digitz'"),
    ],
)
def test_mistakes_are_one_line(words, line):
    done = command(*words)
    assert done.exit_code == 2, done.output
    assert line in done.output
    assert len(done.output.strip().splitlines()) == 1
