"""What a request names several times is recorded once, in the words that came last."""

from functions.core.runs.quotas import Quotas
from functions.core.runs.recording import Recording
from lineal_contract.runs import ModelLink
from tests import builders
from tests.builders import NOW, PROJECT
from tests.fakes.quotas import MemoryQuotas
from tests.fakes.runs import MemoryRuns


def test_a_model_that_is_named_again_and_again_is_linked_once() -> None:
    runs, run = MemoryRuns(), builders.run()
    runs.create(run)
    recording = Recording(runs, builders.patient(), Quotas(MemoryQuotas(), lambda: NOW))
    linked = [ModelLink(model_id="m", direction="output", step=step) for step in range(1_000)]
    used = ModelLink(model_id="m", direction="input")
    recording.link_models(PROJECT, run.run_id, [*linked, used])
    assert set(runs.get(PROJECT, run.run_id).logged_models) == {linked[-1], used}
