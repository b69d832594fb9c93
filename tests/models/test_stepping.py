import pytest
import torch

from core.models import stepping
from core.models.cells import CELLS
from core.models.feed_forward import FeedForwardStack
from core.models.inputs import Tokens
from core.models.language_model import LanguageModel
from core.models.stack import Stack
from core.models.stepping import TokenSteps, UnitEdit

NUM_TOKENS = 9
STACKS = {
    **{cell: Stack(cell, 7) for cell in CELLS},
    "two layers": Stack("lstm", 7, 2),
    "residual": Stack("gru", 7, 3, residual=True),
    "learned start": Stack("lstm", 7, initial_state="learned"),
    "relu": Stack("rnn", 7, nonlinearity="relu"),
    "without memory": FeedForwardStack(7, window=3),
}


@pytest.mark.parametrize("table", ["table", "no table"])
@pytest.mark.parametrize("stack", STACKS)
@torch.no_grad()
def test_one_token_at_a_time_gives_what_one_long_call_gives(stack, table, monkeypatch):
    if table == "no table":
        monkeypatch.setattr(stepping, "LARGEST_TABLE", 0)
    torch.manual_seed(0)
    model = LanguageModel(STACKS[stack], Tokens(NUM_TOKENS, 5), NUM_TOKENS, 0.5).eval()
    ids = torch.randint(NUM_TOKENS, (3, 12))
    expected, end = model(ids)
    logits, state = model(ids[:, :2])
    step = TokenSteps(model)
    found = [*logits.unbind(1)]
    for now in ids[:, 2:].unbind(1):
        scores, state, _ = step(now, state)
        found.append(scores)
    torch.testing.assert_close(torch.stack(found, dim=1), expected)
    for one, other in zip(state, end, strict=True):
        torch.testing.assert_close(one, other)


EDITED = {name: stack for name, stack in STACKS.items() if name != "without memory"}


@pytest.mark.parametrize("stack", EDITED)
@torch.no_grad()
def test_a_silenced_unit_reaches_no_gate_no_layer_and_no_output(stack):
    """Whatever stands in all weights that read the unit, nothing else changes."""
    torch.manual_seed(0)
    model = LanguageModel(EDITED[stack], Tokens(NUM_TOKENS, 5), NUM_TOKENS).eval()
    layers = model.recurrent
    ids = torch.randint(NUM_TOKENS, (12, 2))

    def read(edits):
        step = TokenSteps(model, edits)
        state, found = step.start(2), []
        for now in ids:
            logits, state, _ = step(now, state)
            found.append(logits)
        return torch.stack(found), state

    as_trained, state = read(())
    unit = int(state[0].abs().sum(dim=(0, 1)).argmax())  # one that does something
    edits = [UnitEdit(layer, unit) for layer in range(layers.num_layers)]
    before, state = read(edits)
    assert all(not part[:, :, unit].any() for part in state)
    for name, weight in layers.named_parameters():
        if name.startswith("weight_hh") or (name.startswith("weight_ih") and not name.startswith("weight_ih_l0")):
            weight[..., unit] = 7.0
        elif "peephole" in name:
            weight.view(-1, layers.hidden_size)[:, unit] = 7.0
    model.output.weight[:, unit] = 7.0
    after, _ = read(edits)
    torch.testing.assert_close(after, before)
    changed, _ = read(())
    assert not torch.allclose(changed, as_trained, atol=1e-3), "unedited, these weights matter"


@torch.no_grad()
def test_a_unit_is_held_at_a_value_or_scaled_at_every_step():
    torch.manual_seed(0)
    model = LanguageModel(Stack("lstm", 7), Tokens(NUM_TOKENS, 5), NUM_TOKENS).eval()
    ids = torch.tensor([4, 5])
    _, plain, _ = TokenSteps(model)(ids, TokenSteps(model).start(2))
    held, scaled = TokenSteps(model, [UnitEdit(0, 2, 0.0, 0.5)]), TokenSteps(model, [UnitEdit(0, 2, 2.0)])
    assert all((part[0, :, 2] == 0.5).all() for part in held.start(2))
    _, state, _ = held(ids, held.start(2))
    assert all((part[0, :, 2] == 0.5).all() for part in state)
    _, state, _ = scaled(ids, scaled.start(2))
    for part, before in zip(state, plain, strict=True):
        torch.testing.assert_close(part[0, :, 2], 2 * before[0, :, 2])
        torch.testing.assert_close(part[0, :, :2], before[0, :, :2])


def test_a_unit_that_is_scaled_up_stays_a_number():
    torch.manual_seed(0)
    model = LanguageModel(Stack("lstm", 7), Tokens(NUM_TOKENS, 5), NUM_TOKENS).eval()
    step = TokenSteps(model, [UnitEdit(0, 2, 2.0)])
    with torch.no_grad():
        state = step.start(1)
        for token in [4, 5, 6] * 100:
            logits, state, _ = step(torch.tensor([token]), state)
    assert logits.isfinite().all() and max(part.abs().max() for part in state) <= 100


@pytest.mark.parametrize("edit", [UnitEdit(1, 0), UnitEdit(0, 7), UnitEdit(0, -1)])
def test_units_that_are_not_there_are_refused(edit):
    model = LanguageModel(Stack("gru", 7), Tokens(NUM_TOKENS, 5), NUM_TOKENS)
    with pytest.raises(ValueError, match="1 x 7 units"):
        TokenSteps(model, [edit])


def test_layers_without_memory_have_nothing_to_edit():
    model = LanguageModel(FeedForwardStack(7, window=3), Tokens(NUM_TOKENS, 5), NUM_TOKENS)
    with pytest.raises(ValueError, match="a state"):
        TokenSteps(model, [UnitEdit(0, 0)])
