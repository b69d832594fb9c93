import pytest
import torch

from core.models import stepping
from core.models.cells import CELLS
from core.models.feed_forward import FeedForwardStack
from core.models.inputs import Tokens
from core.models.language_model import LanguageModel
from core.models.stack import Stack
from core.models.stepping import TokenSteps

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
