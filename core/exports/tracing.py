"""The network of a script as ONNX, batch and length free; a process of its own runs it, for the export patches torch as it goes.

Recurrent nodes get the lengths of the sequences of a batch as their input `sequence_lens` (ONNX operators LSTM, GRU and RNN),
which torch's export leaves out: without it a short sequence in a batch would be read beyond its end.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import json
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from core.exports.simple_rnn import translations

if TYPE_CHECKING:
    import onnx_ir as ir

Dims = tuple[str | int, ...]
B, T, S = "batch", "time", "source"
_BATCH, _TIME, _LETTERS = 3, 5, 20  # of the example; different, so that no size is taken for another
_NODES, _SEQUENCE_LENS = ("LSTM", "GRU", "RNN"), 4
_COUNTS = "letter_counts"


@dataclass(frozen=True)
class Part:
    """A file to write: a module whose `forward` takes the inputs in order.

    Attributes:
        inputs: By name its dimensions, of which words are free; `ids`, `token` and `letters` are int64, `lengths` int32.
        outputs: By name its dimensions, in order.
        lengths: By the name of a recurrent layer what tells its nodes the lengths.
    """

    name: str
    module: nn.Module
    inputs: Mapping[str, Dims]
    outputs: Mapping[str, Dims]
    lengths: Mapping[str, str]


class _Direct(nn.Module):
    """A network of a window that has no use of its lengths but in its recurrent nodes."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        return self.network(inputs)


class _Carried(nn.Module):
    """A network that takes a state and gives the next one, as flat tensors."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: Tensor, lengths: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        outputs, after = self.network(inputs, state if len(state) > 1 else state[0])
        return outputs, *(after if isinstance(after, tuple) else (after,))


class _Spelled(nn.Module):
    """A tagger with letters, for a whole batch; the number of letters of each word is given back for the speller's nodes."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, lengths: Tensor, letters: Tensor) -> tuple[Tensor, Tensor]:
        words, flat = self.network.embedding, letters.flatten(0, 1)
        counts = (flat != 0).sum(dim=1).clamp(min=1).to(torch.int32)
        _, (spelled, _) = words.speller(words.letters(flat))
        vectors = torch.cat((spelled[0], spelled[1]), dim=-1).unflatten(0, ids.shape)
        outputs, _ = self.network.recurrent(torch.cat((words.words(ids), vectors), dim=-1))
        return self.network.output(outputs), counts


class _Encoder(nn.Module):
    """What a decoder needs of a source, as flat tensors."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        encoded, state = self.network.encode(ids)
        return encoded, *state


class _Decoder(nn.Module):
    """One step of a decoder, with its state in and out."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network, self.looks = network, hasattr(network, "combine")

    def forward(self, token: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        encoded, lengths, *state = (
            given if self.looks else (token, token, *given)
        )  # without attention they are not read
        scores, after = self.network.decode(token, encoded, lengths, tuple(state))
        return scores, *after


def trace(folder: Path, out: Path) -> dict[str, Any]:
    """Write the parts of a script's network as `NAME.onnx`.

    Args:
        folder: Holds `network.py`, which this package wrote, with its weights and `config.json`.

    Returns:
        By file, `inputs` and `outputs` by name with type and shape.
    """
    from safetensors.torch import load_file

    network = _network(folder / "network.py")
    network.load_state_dict(load_file(folder / "model.safetensors"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = _parts(network.eval(), json.loads((folder / "config.json").read_text(encoding="utf-8")))
        return {f"{part.name}.onnx": _write(part, out / f"{part.name}.onnx") for part in parts}


def _network(path: Path) -> Any:
    """The network that a script of ours describes, with weights as they are drawn."""
    spec = importlib.util.spec_from_file_location("network", path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Network()


def _parts(network: Any, config: Mapping[str, Any]) -> list[Part]:
    """What to write of a network, by what its `forward` takes: a state to go on from, lengths, or neither."""
    if hasattr(network, "encoder"):
        return _of_pairs(network)
    takes, size = inspect.signature(network.forward).parameters, network.output.out_features
    lengths = {"recurrent": "lengths"}
    before, after = _state(network.recurrent, "0"), _state(network.recurrent, "n")
    if "columns" in config:
        window: dict[str, Dims] = {"window": (B, T, len(config["columns"])), "lengths": (B,)}
        if "state" in takes:
            return [Part("network", _Carried(network), window | before, {"forecast": (B, T, size)} | after, lengths)]
        targets = len(config["targets"])
        return [Part("network", _Direct(network), window, {"forecast": (B, size // targets, targets)}, lengths)]
    words: dict[str, Dims] = {"ids": (B, T), "lengths": (B,)}
    if "lengths" in takes:
        return [Part("network", network, words, {"scores": (B, size)}, lengths)]
    scores: dict[str, Dims] = {"scores": (B, T, size)}
    if "state" in takes:
        return [Part("network", _Carried(network), words | before, scores | after, lengths)]
    if not hasattr(network.embedding, "speller"):
        return [Part("network", _Direct(network), words, scores, lengths)]
    return [Part("network", _Spelled(network), words | {"letters": (B, T, _LETTERS)}, scores | {_COUNTS: ("words",)},
                 lengths | {"speller": _COUNTS})]  # fmt: skip


def _of_pairs(network: Any) -> list[Part]:
    """An encoder, and one step of a decoder."""
    projected = getattr(network, "memory_projection", None)
    size = projected.out_features if projected else network.encoder.hidden_size * (1 + network.encoder.bidirectional)
    before, after = _state(network.decoder, "0"), _state(network.decoder, "n")
    looked_at: dict[str, Dims] = {"encoded": (B, S, size), "lengths": (B,)} if hasattr(network, "combine") else {}
    encoder = Part("encoder", _Encoder(network), {"ids": (B, S), "lengths": (B,)}, {"encoded": (B, S, size)} | after,
                   {"encoder": "lengths"})  # fmt: skip
    scores: dict[str, Dims] = {"scores": (B, network.output.out_features)}
    return [encoder, Part("decoder", _Decoder(network), {"token": (B,)} | looked_at | before, scores | after, {})]


def _state(layers: nn.RNNBase, when: str) -> dict[str, Dims]:
    """The parts of the state of recurrent layers of one direction."""
    names = ("h", "c") if layers.mode == "LSTM" else ("h",)
    return {f"{name}_{when}": (layers.num_layers, B, layers.hidden_size) for name in names}


def _write(part: Part, path: Path) -> dict[str, Any]:
    """Export a part, tell its recurrent nodes the lengths, and name its free dimensions; what goes in and comes out."""
    automatic = torch.export.Dim.AUTO
    free = tuple(
        {place: automatic for place, one in enumerate(dims) if isinstance(one, str)} for dims in part.inputs.values()
    )
    state = sum(name.endswith("_0") for name in part.inputs)
    given = len(free) - state
    nested = (*free[:given], free[given:]) if state else free
    if isinstance(part.module, _Decoder):
        nested = (free[0], free[1:])
    program = torch.onnx.export(
        part.module, tuple(_example(name, dims) for name, dims in part.inputs.items()), dynamo=True,
        dynamic_shapes=nested, input_names=[*part.inputs], output_names=[*part.outputs], verbose=False,
        custom_translation_table=translations(),
    )  # fmt: skip
    if program is None:
        raise RuntimeError(f"torch wrote no {path.name}")
    graph = program.model.graph
    _tell_lengths(graph, part.lengths)
    for node in graph:
        for value in node.outputs:
            value.shape = None  # behind recurrent layers torch notes the example's length, which is not true of others
    _name_dims(graph.inputs, part.inputs)
    _name_dims(graph.outputs, part.outputs)
    program.save(str(path), external_data=False)
    return {
        side: {
            str(value.name): {"type": str(value.dtype).lower(), "shape": [*dims[str(value.name)]]} for value in values
        }
        for side, values, dims in (("inputs", graph.inputs, part.inputs), ("outputs", graph.outputs, part.outputs))
    }


def _example(name: str, dims: Dims) -> Tensor:
    sizes = [{B: _BATCH, T: _TIME, S: _TIME}.get(one, 0) if isinstance(one, str) else one for one in dims]
    if name == "lengths":
        return torch.tensor([_TIME, _TIME - 1, _TIME - 2], dtype=torch.int32)
    return torch.ones(sizes, dtype=torch.int64) if name in ("ids", "token", "letters") else torch.zeros(sizes)


def _tell_lengths(graph: ir.Graph, lengths: Mapping[str, str]) -> None:
    """Put lengths into recurrent nodes by the layer that each comes from, and take away outputs that only told them."""
    values, found = {value.name: value for value in (*graph.inputs, *graph.outputs)}, set()
    for node in graph:
        if node.op_type in _NODES:
            scopes = ast.literal_eval(node.metadata_props["pkg.torch.onnx.name_scopes"])  # such as network.recurrent
            for layer in lengths.keys() & {scope.rpartition(".")[2] for scope in scopes}:
                node.replace_input_with(_SEQUENCE_LENS, values[lengths[layer]])
                found.add(layer)
    if found != lengths.keys():
        raise RuntimeError(f"torch wrote the steps of {sorted(lengths.keys() - found)} out, at the example's length")
    graph.outputs[:] = [value for value in graph.outputs if value.name != _COUNTS]


def _name_dims(values: Iterable[ir.Value], dims: Mapping[str, Sequence[str | int]]) -> None:
    import onnx_ir

    for value in values:
        value.shape = onnx_ir.Shape(dims[value.name or ""])


if __name__ == "__main__":
    print(json.dumps(trace(Path(sys.argv[1]), Path(sys.argv[2]))))
