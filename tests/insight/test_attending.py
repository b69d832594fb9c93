"""One step of attention in numbers, and a decoder that reads right words or its own."""

import numpy as np
import pytest
import torch

from core.insight.attending import gradients_at_source, looks_of, untrained, write_on
from core.models.encoder_decoder import EncoderDecoder
from core.models.inputs import Tokens
from core.models.stack import Stack

BEGIN = 1


def network(attention="dot", **more):
    torch.manual_seed(3)
    stack = Stack("gru", 3, bidirectional=True)
    return EncoderDecoder(stack, Tokens(7, 2), Tokens(5, 2), 5, attention, **more).eval()


SRC, LENGTHS, TRG_IN = torch.tensor([[4, 2, 6, 5]]), torch.tensor([4]), torch.tensor([[BEGIN, 3, 2]])


@pytest.mark.parametrize("kind", ["dot", "scaled_dot", "general", "additive"])
def test_what_is_shown_of_attention_is_what_the_network_does(kind):
    model = network(kind)
    looks = looks_of(model, SRC, LENGTHS, TRG_IN)
    with torch.inference_mode():
        memory = model.encode(SRC, LENGTHS)
        _, _, weights = model.decode(TRG_IN, memory, memory.state)
    assert looks.weights == pytest.approx(weights[0].double().numpy(), abs=1e-6)
    raised = np.exp(looks.scores - looks.scores.max(1, keepdims=True))
    assert looks.weights == pytest.approx(raised / raised.sum(1, keepdims=True), abs=1e-6)
    assert looks.contexts == pytest.approx(looks.weights @ looks.values, abs=1e-6)
    if kind != "additive":
        assert looks.scores == pytest.approx(looks.queries @ looks.keys.T, abs=1e-6)


def test_a_network_without_attention_has_no_looks():
    with pytest.raises(ValueError, match="with attention"):
        looks_of(network("none"), SRC, LENGTHS, TRG_IN)


def test_teacher_forcing_gives_the_loss_of_training_at_every_step():
    model, right = network(), [3, 2, 4]
    with torch.inference_mode():
        logits = model(SRC, LENGTHS, TRG_IN)[0].double()
    expected = -logits.log_softmax(-1)[range(3), right]
    found = write_on(model, SRC, LENGTHS, right, BEGIN, own=False)
    assert found.read == [BEGIN, 3, 2]
    assert found.losses == pytest.approx(expected.numpy(), abs=1e-6)


def test_who_reads_its_own_words_reads_what_it_held_for_likeliest_but_where_a_mistake_is_made():
    model = network()
    own = write_on(model, SRC, LENGTHS, [3, 2, 4], BEGIN, own=True)
    assert own.read == [BEGIN, *own.likeliest[:-1]]
    wrong = write_on(model, SRC, LENGTHS, [3, 2, 4], BEGIN, own=True, mistake=1)
    assert wrong.read[0] == BEGIN and wrong.read[1] != own.likeliest[0]
    assert wrong.losses[0] == own.losses[0] and not np.allclose(wrong.losses[1:], own.losses[1:])


def test_a_source_that_equals_its_right_translation_of_its_own_has_the_same_loss_in_both_modes():
    model = network()
    own = write_on(model, SRC, LENGTHS, [0, 0, 0], BEGIN, own=True)
    forced = write_on(model, SRC, LENGTHS, own.likeliest, BEGIN, own=False)
    assert forced.read == own.read


@pytest.mark.parametrize("kind", ["dot", "none"])
def test_the_gradient_at_a_source_word_is_how_the_score_moves_with_its_vector(kind):
    model, written, step = network(kind).double(), [3, 2, 4], 1e-6
    found = gradients_at_source(model, SRC, LENGTHS, TRG_IN, written)
    with torch.inference_mode():
        vectors = model.src_embedding(SRC)

        def scores(moved):
            memory = model.read_source(moved, LENGTHS)
            return model.read_target(model.trg_embedding(TRG_IN), memory, memory.state)[0][0, range(3), written]

        for word in range(4):
            moves = []
            for number in range(2):
                moved = vectors.clone()
                moved[0, word, number] += step
                moves.append((scores(moved) - scores(vectors)) / step)
            assert found[:, word] == pytest.approx(torch.stack(moves).norm(dim=0).numpy(), rel=1e-4)


def test_before_training_only_attention_reaches_the_first_of_many_source_words():
    src, lengths, written = torch.full((1, 15), 3), torch.tensor([15]), [3, 2, 4]
    share = {}
    for kind in ("dot", "none"):
        model = untrained(7, 5, kind)
        norms = gradients_at_source(model, src, lengths, TRG_IN, written).max(0)
        share[kind] = norms[0] / norms.max()
    assert share["dot"] > 0.1 and share["none"] < 0.01


def test_two_untrained_networks_differ_in_attention_alone_and_are_the_same_each_time():
    one, other, again = untrained(7, 5, "dot"), untrained(7, 5, "none"), untrained(7, 5, "dot")
    for name, part in other.state_dict().items():
        if name.startswith(("encoder", "decoder", "src_", "trg_")):
            assert torch.equal(part, one.state_dict()[name])
    assert all(torch.equal(part, again.state_dict()[name]) for name, part in one.state_dict().items())
