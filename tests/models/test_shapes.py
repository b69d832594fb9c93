"""The five shapes: each is named, explained, and has networks that stand under the contract."""

import importlib
import subprocess
import sys

from torch import nn

from core.models.shapes import SHAPES


def named():
    for shape in SHAPES.values():
        for name in shape.networks:
            module, _, cls = name.partition(".")
            yield getattr(importlib.import_module(f"core.models.{module}"), cls)


def test_the_five_shapes_are_there_in_the_usual_order():
    assert list(SHAPES) == [
        "one_to_one", "one_to_many", "many_to_one", "many_to_many_aligned", "many_to_many_delayed"
    ]  # fmt: skip


def test_every_shape_has_a_network_and_the_contract_holds_for_it(networks):
    under_contract = {type(network.build()) for network in networks.values()}
    assert set(named()) == under_contract
    assert all(issubclass(cls, nn.Module) for cls in under_contract)


def test_the_table_can_be_read_without_torch():
    code = "import sys, core.models.shapes; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
