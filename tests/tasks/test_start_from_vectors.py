"""Networks that start from a file of word vectors."""

import numpy as np
import pytest
import torch

from core.config.errors import ConfigError
from core.tasks.classification.predictor import load_predictor

LINES = "like 1 2 3\ncat -1 -2 -3\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text(LINES)
    return path


def row_of(task, word):
    return task.predictor.tokenizer.encode(word)[0]


@pytest.mark.parametrize("letters", [0, 3])
def test_words_of_the_file_start_from_their_vectors_and_others_as_ever(bound, file, letters):
    changes = {"model.embedding_dim": 3, "model.character_dim": letters}
    plain, task = bound("sentiment", changes), bound("sentiment", {**changes, "model.vectors": str(file)})
    one, other = (
        each.model.embedding.words.weight if letters else each.model.embedding.weight for each in (plain, task)
    )
    like, cat = row_of(task, "like"), row_of(task, "cat")
    assert other[like].tolist() == [1, 2, 3] and other[cat].tolist() == [-1, -2, -3]
    same = [place for place in range(len(one)) if place not in (like, cat)]
    torch.testing.assert_close(one[same], other[same])
    assert task.vectors["found"] == 2 and task.details()["vectors"]["words"] == len(one) - 4


@pytest.mark.parametrize("frozen", [False, True])
def test_frozen_embeddings_get_no_gradient(bound, file, frozen):
    changes = {"model.embedding_dim": 3, "model.character_dim": 0, "model.vectors": str(file)}
    task = bound("sentiment", {**changes, "model.frozen_vectors": frozen})
    task.training_loss(0).loss.backward()
    assert (task.model.embedding.weight.grad is None) is frozen
    assert task.model.output.weight.grad is not None


def test_a_run_is_loaded_without_the_file(bound, file, tmp_path):
    task = bound("sentiment", {"model.embedding_dim": 3, "model.vectors": str(file)})
    for name, content in task.artifacts().items():
        (tmp_path / name).write_text(content)
    file.unlink()
    again = load_predictor(task.predictor.experiment, tmp_path, torch.device("cpu"))
    again.model.load_state_dict(task.model.state_dict())
    one, other = (network.predict(["I like the cat"])[0]["probabilities"] for network in (again, task.predictor))
    assert one == pytest.approx(other)


def test_vectors_of_another_size_are_refused_with_what_to_do(bound, file):
    with pytest.raises(ConfigError, match=r"embedding_dim=3"):
        bound("sentiment", {"model.embedding_dim": 4, "model.vectors": str(file)})


def test_a_tagger_starts_from_vectors_too(bound, tmp_path):
    task = bound("tagging")
    word = task.prepared.sentences["train"][0][0]
    path = tmp_path / "vectors.txt"
    path.write_text(f"{word} 5 6\n")
    task = bound("tagging", {"model.embedding_dim": 2, "model.vectors": str(path)})
    (number,) = task.predictor.tokenizer.encode_words([word])
    np.testing.assert_allclose(task.model.embedding.weight[int(number)].tolist(), [5, 6])
