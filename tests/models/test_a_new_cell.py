"""A new cell is one class and its name in the table: this one is counted, trained, traced and drawn without more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from core.insight.gradients import gradients_through_time
from core.insight.jacobians import step_jacobian_norms
from core.insight.states import layers_of
from core.models import cells
from core.models.encoder_decoder import EncoderDecoder
from core.models.inputs import Tokens
from core.models.one_to_many import OneToMany
from core.models.recurrent import Recurrent
from core.models.stack import Stack
from tests.models.leaky import WITH_LEAKY

ROOT = Path(__file__).resolve().parents[2]
LENGTHS = torch.tensor([4, 6, 1])


@pytest.fixture(autouse=True)
def in_the_table(monkeypatch):
    monkeypatch.setattr(cells, "CELLS", WITH_LEAKY)
    torch.manual_seed(0)


def stack(**options):
    return Recurrent("leaky", 5, 7, **options).double()


@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_its_layers_give_what_its_equations_give(lengths):
    model = stack(num_layers=2, bidirectional=True, merge_mode="sum", residual=True, initial_state="learned")
    assert {"memory_0", "h_0"} <= dict(model.named_parameters()).keys()
    inputs = torch.randn(3, 6, 5, dtype=torch.float64)
    (outputs, state), trace = model(inputs, lengths), model.trace(inputs, lengths)
    for one, other in zip((trace.outputs, *trace.state), (outputs, *state), strict=True):
        torch.testing.assert_close(one, other)
    hidden = trace.layers[0].states["memory"].tanh() + trace.layers[1].states["memory"].tanh()
    above = trace.layers[2].output + trace.layers[3].output
    torch.testing.assert_close(outputs, hidden + above)
    last = [trace.layers[place].output_steps[-1] for place in range(4)]
    torch.testing.assert_close(model.last_hidden(state), sum(last))


def test_insight_takes_its_second_state_for_the_hidden_one():
    model, inputs = stack(), torch.randn(2, 4, 5, dtype=torch.float64)
    trace = model.trace(inputs)
    (found,) = gradients_through_time(trace, trace.outputs[:, -1].sum())
    assert (
        torch.equal(found.output[:, -1], torch.ones(2, 7, dtype=torch.float64))
        and not found.states["memory"][:, -1].any()
    )
    (hidden,) = step_jacobian_norms(trace, part="hidden")
    memory, h = (part[0].detach()[None, None] for part in trace.layers[0].steps[1])
    expected = torch.autograd.functional.jacobian(
        lambda h: model(inputs[:1, 2:3], state=(memory, h))[0].flatten(), h
    ).view(7, 7)
    assert hidden.norms[0, 2].item() == pytest.approx(float(torch.linalg.matrix_norm(expected, 2)))
    (layer,) = layers_of(trace)
    shown = ["hidden state", "memory", "leak", "candidate", "leak pre-activation", "candidate pre-activation"]
    assert list(layer["values"]) == shown


def test_networks_of_two_stacks_and_from_a_vector_read_with_it():
    ids = torch.randint(1, 11, (3, 6))
    options = {"attention": "dot", "bridge": "zero"}
    model = EncoderDecoder(Stack("leaky", 7, initial_state="learned"), Tokens(11, 5), Tokens(9, 5), 9, **options)
    model(ids, LENGTHS, ids.clamp(max=8)).sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())
    memory, h = OneToMany(Stack("leaky", 7), 3, Tokens(11, 5), 11).start(10 * torch.randn(3, 3))
    assert memory.abs().max() > 1 >= h.abs().max()


def test_a_run_of_the_shell_counts_and_trains_it(tmp_path):
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from core.models import cells
from tests.models.leaky import WITH_LEAKY
cells.CELLS = WITH_LEAKY
from core.cli import main
sys.exit(main(sys.argv[1:]))
"""
    words = ["train", "forecasting", "--data", "nile", "--out", str(tmp_path / "run"), "--json"]
    for value in ("model.cell=leaky", "model.hidden_size=7", "training.max_steps=8", "training.device=cpu"):
        words += ["--set", value]
    ended = subprocess.run(
        [sys.executable, "-c", code, *words], env={**os.environ, "UNROLL_STATE_DIR": str(tmp_path / "state")},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout.splitlines()[-1])
    assert result["steps"] == 8 and result["parameters"] > 2 * (7 * 7 + 7)
