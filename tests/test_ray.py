"""Ray: a real cluster of two nodes on this machine, of which one is killed while runs go on."""

import pytest

from ganbench.contracts.datasets import Source
from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice
from ganbench.schema.events import Progressed
from ganbench.schema.record import Status
from ganbench.schema.spec import Budget
from ganbench.storage.store import Store
from ganbench.training.limits import Limits
from ganbench.training.session import Session

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600)]
ray = pytest.importorskip("ray", reason="Ray is not installed; it comes with ganbench[ray]")


@pytest.fixture
def cluster(monkeypatch):
    from ray.cluster_utils import Cluster

    for name in ("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "RAY_USAGE_STATS_ENABLED"):
        monkeypatch.setenv(name, "0")
    small = {"object_store_memory": 80 * 2**20, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, **small})
    yield made, made.add_node(num_cpus=1, object_store_memory=80 * 2**20)
    if ray.is_initialized():
        ray.shutdown()
    made.shutdown()


def test_every_run_is_done_once_though_a_node_is_lost_on_the_way(cluster, tmp_path, make_spec, catalog):
    made, second = cluster
    specs = [make_spec(seed=seed, budget=Budget(updates=400)) for seed in range(4)]
    killed = []

    def kill_a_node(event):
        if isinstance(event, Progressed) and not killed:
            killed.append(event)
            made.remove_node(second, allow_graceful=False)

    executor = Choice("ray")
    ray.init(address=made.address, log_to_driver=False)
    session = Session(catalog, Store(tmp_path), Source(None, tmp_path), "cpu", executor, limits=Limits(threads=1))
    records = list(session.run(specs, kill_a_node))
    assert killed
    assert sorted(record.spec.seed for record in records) == [0, 1, 2, 3]
    assert {record.status for record in records} == {Status.DONE}
    assert len(list(Store(tmp_path).records())) == 4
    for log in tmp_path.glob("runs/*/run.log"):
        assert log.read_text().count(" done\n") == 1


def test_a_run_that_needs_more_than_any_node_has_is_refused(cluster, tmp_path, make_spec, catalog):
    made, _ = cluster
    ray.init(address=made.address, log_to_driver=False)
    executor = Choice.parse("ray:cpus=64")
    session = Session(catalog, Store(tmp_path), Source(None, tmp_path), "cpu", executor)
    with pytest.raises(BadOptionError, match="no node of the Ray cluster has 64 cores"):
        list(session.run([make_spec()], print))
