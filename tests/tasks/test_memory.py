"""Memory tasks: the loss of what is asked and of nothing else, sequences that somebody types, and the weights found."""

import numpy as np
import pytest
import torch

from core import ConfigError, load
from core.data.kinds.sequences import words_of
from core.models.class_losses import CLASS_LOSSES
from core.race import entrants
from core.tasks.memory.predictor import NEAR_ENOUGH, vectors_of
from core.training.loop import Training
from tests.training.ear import Ear

SETS = ("recall", "copy", "adding", "parity", "dinner", "digits_rows", "digits_name")


@pytest.fixture
def made(bound):
    """Binds a tiny network to a set."""

    def make(data_id, **changes):
        made = {"data.delay": 10 if data_id.startswith("digits") else 4}  # what changes nothing must be the usual
        return bound("memory", {"data.id": data_id, **made, **changes})

    return make


def by_hand(task, row):
    """The losses of one training sequence, one step after the other, and how many there are."""
    inputs, answers = task.inputs[row : row + 1], task.answers[row]
    outputs = task.model.read(vectors_of(inputs, len(task.prepared.symbols)))[0][0]
    losses = []
    for output, answer in zip(outputs, answers, strict=True):
        if not task.prepared.classes:
            losses += [] if answer.isnan() else [((output[0] - answer) ** 2).item()]
        elif answer >= 0:
            losses.append(-output.log_softmax(-1)[answer].item())
    return losses


CASES = [(data_id, delays) for data_id in SETS for delays in ("fixed", "up_to") if not data_id.startswith("digits")]


@pytest.mark.parametrize(("data_id", "delays"), [*CASES, ("digits_rows", "fixed"), ("digits_name", "fixed")])
def test_the_loss_is_the_mean_over_the_answers_that_are_asked(made, loss_of, data_id, delays):
    task = made(data_id, **{"data.delays": delays})
    rows = np.array([3, 0, 5])
    losses = [loss for row in rows for loss in by_hand(task, row)]
    assert loss_of(task, rows) == pytest.approx(np.mean(losses), rel=1e-5)


@pytest.mark.parametrize("loss", CLASS_LOSSES)
def test_training_and_judging_follow_the_loss_that_is_asked_for(made, loss_of, loss):
    task = made("digits_name", **{"training.loss": loss})
    outputs = task.model.read(vectors_of(task.inputs, len(task.prepared.symbols)))[0].detach().double()
    known = task.answers >= 0
    shares, truth = (outputs.sigmoid() if loss == "binary" else outputs.softmax(-1))[known], task.answers[known].long()
    right = shares.gather(1, truth[:, None])[:, 0]
    wrong = 1 - shares.scatter(1, truth[:, None], 0)
    expected = {
        "cross_entropy": -right.log(),
        "squared": (1 - right) ** 2 + ((1 - wrong) ** 2).sum(1),
        "binary": -right.log() - wrong.log().sum(1),
    }[loss]
    judged = task._judge(shares.numpy(), task.prepared.answers["train"])
    assert judged.losses == pytest.approx(expected.numpy(), abs=1e-5)
    rows, counts = np.arange(9), known[:9].sum()
    assert loss_of(task, rows) == pytest.approx(float(expected[:counts].mean()), rel=1e-4)
    assert task.predictor.predict(["0"])[0]["probabilities"][0] <= 1


def test_what_cannot_be_measured_by_a_loss_or_has_no_delay_is_refused(made):
    with pytest.raises(ConfigError, match=r"training\.loss: expected squared"):
        made("adding", **{"training.loss": "binary"})
    with pytest.raises(ConfigError, match=r"data\.delay: expected nothing, digits_rows does not use it"):
        made("digits_rows", **{"data.delay": 20})


def test_a_network_without_memory_has_the_parameters_it_says_and_answers_from_its_window_alone(made):
    task = made("recall", **{"model.cell": "rnn", "model.window": 3, "model.num_layers": 2, "data.delay": 4})
    run, summary = task.predictor.experiment, task.prepared.summary
    assert sum(one.numel() for one in task.model.parameters()) == run.description.count_parameters(run, summary)
    norms = task.predictor.influence("c 1 2 3 4 ?", 0)[""].norms
    assert [norm > 0 for norm in norms] == [False] * 3 + [True] * 3
    first, other = (
        task.predictor.outputs_of(task.predictor.read(text)[None])[0, -1] for text in ("a 1 2 3 ?", "h 8 2 3 ?")
    )
    assert torch.equal(first, other) and task.evidence() == {}
    with pytest.raises(ConfigError, match=r"model\.initialization"):
        made("recall", **{"model.cell": "rnn", "model.window": 3, "model.initialization": "orthogonal"})
    with pytest.raises(ConfigError, match=r"model\.window: expected nothing for lstm"):
        made("recall", **{"model.cell": "lstm", "model.window": 3})
    assert [one.model.window for one in entrants(run, summary, ("rnn", "gru"), 1, "parameters")] == [None, None]


@pytest.mark.parametrize("data_id", SETS)
def test_a_sequence_is_answered_alike_from_a_batch_and_when_it_is_typed(made, data_id):
    delays = {} if data_id.startswith("digits") else {"data.delays": "up_to"}
    task = made(data_id, **{**delays, "data.split": (0.8, 0.1, 0.1)})
    predictor, inputs = task.predictor, task.prepared.inputs["test"][:9]
    texts = [" ".join(words_of(row, predictor.symbols)) for row in inputs]
    outputs = predictor.outputs_of(inputs)
    for text, output, answer in zip(texts, outputs, predictor.predict(texts), strict=True):
        assert len({len(answer[name]) for name in ("steps", "answers", "right", "probabilities")}) == 1
        assert " ".join(answer["steps"]) == text
        given, shares = answer["answers"][-1], answer["probabilities"][-1]
        output = output[len(answer["steps"]) - 1]  # what stands behind the end changed nothing
        if predictor.classes:
            assert given == predictor.classes[int(output.argmax())]
            assert shares == pytest.approx(float(output.softmax(-1).max()), abs=1e-6)
        else:
            assert (given, shares) == (pytest.approx(float(output[0]), abs=1e-5), None)


def test_a_sum_is_right_when_it_is_near_enough(made):
    task = made("adding")
    answers = np.array([[np.nan, 0.5], [np.nan, 0.5], [np.nan, 0.5]], dtype=np.float32)
    judged = task._judge(np.array([0.5, 0.5 + 0.9 * NEAR_ENOUGH, 0.5 - 1.1 * NEAR_ENOUGH]), answers)
    assert judged.right.tolist() == [True, True, False]
    assert task.figures(judged.graded)["loss"] == pytest.approx((0.9**2 + 1.1**2) / 3 * NEAR_ENOUGH**2)


def test_always_answering_the_mean_has_the_variance_as_its_loss(made):
    figures = made("adding").baselines("test")
    assert figures["usual_answer"]["loss"] == pytest.approx(1 / 6, rel=0.1)
    assert 0.04 < figures["usual_answer"]["accuracy"] < 0.12


@pytest.mark.parametrize(
    ("data_id", "text", "says"),
    [
        ("recall", "c 1 x ?", "expected some of a b"),
        ("recall", "c" + " 1" * 300, "at most 200 steps"),
        ("adding", "0.1* two", "numbers"),
        ("adding", "0.1* 7", "from 0 to 1"),
        ("adding", "nan* 0.1", "from 0 to 1"),
        ("dinner", "Soup sunny", "'Soup'"),
    ],
)
def test_what_is_no_sequence_is_refused_with_what_would_be(made, data_id, text, says):
    with pytest.raises(ConfigError, match=says):
        made(data_id).predictor.predict([text])


@pytest.mark.parametrize(("data_id", "places"), [("copy", range(14, 24)), ("parity", range(4))])
def test_a_sequence_is_asked_at_its_last_steps_or_at_every_one(made, data_id, places):
    predictor = made(data_id).predictor
    text = "a b c d e f g h a b . . . ? ? ? ? ? ? ? ? ? ? ?" if data_id == "copy" else "0 1 1 0"
    (answer,) = predictor.predict([text])
    assert [place for place, given in enumerate(answer["answers"]) if given is not None] == [*places]
    assert len(predictor.outputs(text)) == len(places)


@pytest.mark.parametrize("data_id", ["recall", "adding"])
def test_the_network_that_is_loaded_can_be_rebuilt_from_its_weights(trained, data_id):
    network = load(trained("memory", {"data.id": data_id, "model.cell": "rnn"}))
    recurrent, output = network.model.recurrent, network.model.output
    inputs = network.read("c 1 ?" if data_id == "recall" else "0.5* 0.1 0.25*")
    state, (vectors,) = torch.zeros(7), vectors_of(torch.from_numpy(inputs[None]), len(network.symbols))
    for vector in vectors:
        sums = recurrent.weight_ih_l0 @ vector + recurrent.bias_ih_l0 + recurrent.weight_hh_l0 @ state
        state = torch.tanh(sums + recurrent.bias_hh_l0)
    expected = output.weight @ state + output.bias
    torch.testing.assert_close(network.outputs_of(inputs[None])[0, -1], expected.detach(), atol=1e-5, rtol=1e-5)
    assert recurrent.weight_ih_l0.shape == (7, len(network.symbols))


def test_a_race_of_cells_has_networks_of_nearly_as_many_parameters(tiny, bound):
    base, task = tiny("memory", {"model.hidden_size": 20}), bound("memory")
    runs = entrants(base, task.prepared.summary, ("rnn", "lstm", "gru"), 2, "parameters")
    assert [run.model.cell for run in runs] == ["rnn", "lstm", "gru"] * 2
    sizes = [run.description.count_parameters(run, task.prepared.summary) for run in runs]
    assert max(sizes) / min(sizes) < 1.1


def test_without_clipping_a_training_that_explodes_ends_with_a_reason_and_with_it_goes_on(bound, tiny):
    wild = {
        "data.id": "adding", "data.delay": 60, "model.cell": "rnn", "model.nonlinearity": "relu",
        "model.initialization": "identity", "training.learning_rate": 3.0, "training.optimizer": "sgd",
        "training.max_steps": 40, "training.warmup_steps": 0,
    }  # fmt: skip
    ends = []
    for clipping in (None, 0.01):
        values = {**wild, "training.max_grad_norm": clipping}
        ear = Ear()
        training = Training(bound("memory", values), tiny("memory", values), torch.device("cpu"), ear, ear)
        try:
            ends.append(training.run().train_loss)
        except FloatingPointError as error:
            ends.append(str(error))
    assert "not a number any more at step" in ends[0]
    assert ends[1] < 10
