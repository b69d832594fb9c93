"""Who may import whom, what starts without torch, and what is done nowhere: read off the source itself."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

from core.applications import APPLICATIONS

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    path
    for place in ("core", "ui", "pages", "benchmarks", "datasets", "streamlit_app.py")
    for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
)
CORE = [path for path in SOURCES if path.relative_to(ROOT).parts[0] == "core"]

# Area of core to the other areas, or packages in them, it may import. A missing area may import everything in core.
# The configuration reads the table of cells (which loads no torch): their names are its choices, their parameters its
# counts and their gates what it allows, so that a new cell is one class and nothing else. It asks the applications, too:
# their names are its tasks, and the descriptions behind them (an area of their own) say which fields those use. The table
# of likelihoods is read likewise.
MAY_IMPORT = {
    "config": {"models.cells", "models.likelihoods", "applications", "descriptions"},
    "applications": {"descriptions"},
    "descriptions": {"config", "models.cells", "models.likelihoods"},
    "models": set(),
    "decoding": {"sampling"},
    "sampling": set(),
    "metrics": {"schemes", "scripts"},
    "schemes": set(),
    "scripts": set(),
    "bootstrap": {"uncertainty"},
    "figures": {"applications", "baselines", "digits", "metrics"},
    "digits": set(),
    "verdict": {"applications", "config", "figures", "metrics"},
    "backtests": {"metrics"},
    "refits": {"backtests", "bootstrap", "config"},
    "paired": {"bootstrap", "config", "figures", "metrics"},
    "doctor": {"bootstrap", "config", "figures", "models.cells", "verdict"},
    "uncertainty": set(),
    "data": {"config", "schemes"},
    "resolve": {"applications", "config", "data", "models.likelihoods"},
    "compare": {"config", "models.cells", "uncertainty"},
    "race": {"compare", "config", "figures", "models.cells"},
    "run_title": {"config", "data", "models.cells"},
    "sharing": {"config", "run_title"},
    "warm": {"applications", "config", "data", "resolve"},
    "baselines": {"data", "metrics", "scripts"},
    "insight": {"baselines", "config", "models", "decoding", "metrics", "data"},
    "tasks": {
        "config",
        "models",
        "decoding",
        "metrics",
        "uncertainty",
        "data",
        "baselines",
        "insight",
        "novelty",
        "backtests",
        "paired",
        "sampling",
        "schemes",
        "sharing",
    },
    "training": {
        "jobs.corrections",
        "jobs.files",
        "jobs.folders",
        "jobs.moments",
        "jobs.reopening",
        "jobs.reporter",
        "config",
        "models",
        "decoding",
        "metrics",
        "data",
        "baselines",
        "insight",
        "tasks",
        "resolve",
        "paired",
    },
    "jobs": {"config", "data.catalog", "data.downloads", "spreadsheets", "run_title", "sharing"},
    "exports": {"compare", "config", "data", "jobs.folders", "training.checkpoint", "figures", "run_title", "verdict"},
    "novelty": set(),
    "bounded": {"baselines", "config", "data", "novelty", "resolve", "sweeps.space"},
    "spreadsheets": set(),
    "claims": {"config", "data", "decoding", "digits", "insight", "models"},
    "sweeps": {"compare", "config", "data", "figures", "jobs", "resolve"},
}
MAY_IMPORT_ALL = {"api", "rolling", "cli", "console", "jobs.worker", "__init__", "__main__"}
LIGHT = {
    "applications",
    "descriptions",
    "config",
    "data",
    "baselines",
    "metrics",
    "schemes",
    "bootstrap",
    "uncertainty",
    "figures",
    "digits",
    "verdict",
    "backtests",
    "refits",
    "paired",
    "doctor",
    "resolve",
    "compare",
    "race",
    "run_title",
    "sharing",
    "jobs",
    "bounded",
    "novelty",
    "spreadsheets",
    "claims",
    "sweeps",
}
LOADS_TORCH = ("core.data.batching", "core.jobs.worker", "core.claims.experiments")
SCREEN = {"streamlit", "plotly", "altair", "ui", "pages"}
HEAVY = {"torch", "safetensors", "statsmodels", "sklearn", "sacrebleu", "num2words", "babel", "tokenizers"}


def name_of(path):
    """Dotted name of a source file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


@functools.cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@functools.cache
def imports_of(tree):
    """Dotted names that a module imports anywhere in it; `from a import b` counts as a.b."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def imported_roots(path):
    return {target.split(".")[0] for target in imports_of(tree_of(path))}


def area_of(name):
    """The area of a module of core: core.data.text is in data, core.resolve in resolve, core itself in __init__.

    Descriptions of tasks, which need no torch, are an area of their own.
    """
    parts = name.split(".")
    if parts[1:2] == ["tasks"] and "description" in parts:
        return "descriptions"
    return parts[1] if len(parts) > 1 else "__init__"


def may_import(name, target):
    """Whether a module of core may import a dotted name of core."""
    allowed = {area_of(name)} | MAY_IMPORT[area_of(name)]
    return area_of(target) in allowed or any(f"{target}.".startswith(f"core.{place}.") for place in allowed)


def roots_at_run_time(path, in_functions):
    """First names of what is imported but for type checking: when the module is, or also when its functions run."""
    found, open_nodes = set(), list(tree_of(path).body)
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not in_functions:
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            open_nodes.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
        open_nodes.extend(ast.iter_child_nodes(node))
    return found


def test_core_imports_downwards_only():
    wrong = {}
    for path in CORE:
        name = name_of(path)
        area = area_of(name)
        if area in MAY_IMPORT_ALL or name.removeprefix("core.") in MAY_IMPORT_ALL:
            continue
        targets = {target for target in imports_of(tree_of(path)) if target.split(".")[0] == "core"}
        above = {target for target in targets if not may_import(name, target)}
        if above:
            wrong[name] = above
    assert not wrong


def test_core_knows_nothing_of_the_screen():
    assert not [path for path in CORE if imported_roots(path) & SCREEN]


def test_generators_of_what_ships_need_nothing_of_the_app():
    generators = [path for path in SOURCES if path.relative_to(ROOT).parts[0] == "datasets"]
    assert generators
    assert not [path for path in generators if imported_roots(path) & {"core", "ui", "pages", *HEAVY}]
    assert not list((ROOT / "datasets").glob("__init__.py")), "the package of that name must be found"


def test_the_screen_is_built_downwards_only():
    building_blocks = [path for path in SOURCES if path.relative_to(ROOT).parts[0] == "ui"]
    assert building_blocks
    assert not [path for path in building_blocks if imported_roots(path) & {"pages", "streamlit_app"}]


def without_torch():
    """Modules that a server imports before its first prediction."""
    for path in CORE:
        name = name_of(path)
        needed = area_of(name) in LIGHT
        if name.startswith(("core.models.cells", "core.models.likelihoods")) or (
            needed and not name.startswith(LOADS_TORCH)
        ):
            yield path


def test_what_a_server_starts_with_imports_nothing_heavy():
    loaded = {name_of(path): roots_at_run_time(path, in_functions=False) & HEAVY for path in without_torch()}
    assert not {name: heavy for name, heavy in loaded.items() if heavy}
    assert not [path for path in without_torch() if "torch" in roots_at_run_time(path, in_functions=True)], "not later"


def test_a_server_starts_without_torch():
    names = [name_of(path) for path in without_torch()]
    assert {"core.config.experiment", "core.data.prepare", "core.jobs.manager", "core.metrics.registry"} <= set(names)
    assert {"core.models.cells", "core.models.cells.gru"} <= set(names)
    heavy = sorted(HEAVY | SCREEN)
    code = f"""
import importlib, sys
for name in {names}:
    importlib.import_module(name)
    loaded = [module for module in {heavy} if module in sys.modules]
    assert not loaded, (name, loaded)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr


@functools.cache
def calls_of(path):
    """Every call in a module: the function as written, and the named arguments that a test asks for."""
    return [
        (
            ast.unparse(node.func),
            {word.arg: ast.unparse(word.value) for word in node.keywords if word.arg in ASKED_ARGUMENTS},
        )
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
    ]


ASKED_ARGUMENTS = {"shell", "allow_pickle", "weights_only"}


def test_no_ready_made_recurrent_layer_is_used():
    layers = {f"nn.{layer}{cell}" for layer in ("RNN", "LSTM", "GRU") for cell in ("", "Cell")}
    names = layers | {f"torch.{layer}" for layer in layers}
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] == "benchmarks":
            continue  # there they are what ours is compared with
        assert not names & {function for function, _ in calls_of(path)}, path
        assert not names & imports_of(tree_of(path)), path


def test_nothing_of_strangers_is_run_or_unpickled():
    forbidden = {
        "eval",
        "exec",
        "compile",
        "__import__",
        "os.system",
        "yaml.load",
        "yaml.unsafe_load",
        "torch.jit.load",
    }
    for path in SOURCES:
        roots = imported_roots(path)
        assert not roots & {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "cloudpickle"}, path
        for function, words in calls_of(path):
            assert function not in forbidden, (path, function)
            assert not function.endswith("read_pickle"), path
            assert words.get("shell", "False") == "False", (path, function)
            assert words.get("allow_pickle", "False") == "False", (path, function)
            if function == "torch.load":
                assert words.get("weights_only") == "True", path


TASKS = {*APPLICATIONS, *(application.task.name for application in APPLICATIONS.values())}


def is_own_room(path):
    """Whether a file is of one task or application: its folder, what is drawn of it, its page, its words."""
    place = path.relative_to(ROOT)
    own = ("core/tasks/", "core/applications/", "ui/tasks/", "pages/")
    return place.as_posix().startswith(own) and bool(
        TASKS & {*place.parts, place.stem} or "applications" in place.parts
    )


def goes_by_task(node):
    """Whether a comparison, a match or a table names tasks; of a list two names make it one."""

    def count(values):
        return sum(isinstance(value, ast.Constant) and value.value in TASKS for value in values)

    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return count([part for side in sides for part in (side.elts if hasattr(side, "elts") else [side])]) > 0
    if isinstance(node, ast.match_case):
        return count(ast.walk(node.pattern)) > 0
    if isinstance(node, ast.Dict):
        return count(node.keys) > 1
    return isinstance(node, (ast.Tuple, ast.List, ast.Set)) and count(node.elts) > 1


def test_no_task_is_named_outside_its_own_rooms():
    rooms = [path for path in SOURCES if path.relative_to(ROOT).parts[0] in ("core", "ui", "pages")]
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno if hasattr(node, 'lineno') else node.pattern.lineno}"
        for path in rooms
        if not is_own_room(path)
        for node in ast.walk(tree_of(path))
        if goes_by_task(node)
    ]
    assert not found, "ask the description (core.tasks.description) or the application instead"


def test_a_comparison_and_a_table_that_go_by_task_would_be_found():
    lines = ["task == 'sentiment'", "'seq2seq' in names", "task in ('x', 'generation')", "{'dna': 1, 'sentiment': 2}"]
    assert all(any(map(goes_by_task, ast.walk(ast.parse(line)))) for line in lines)
    assert any(map(goes_by_task, ast.walk(ast.parse("match task:\n    case 'dna': pass"))))
    assert not any(map(goes_by_task, ast.walk(ast.parse("names = ['label', 'sentiment']; train('sentiment')"))))


def test_a_module_has_a_length_that_can_be_read():
    long = {}
    for path in SOURCES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > (150 if path.relative_to(ROOT).parts[0] == "pages" else 330):
            long[str(path.relative_to(ROOT))] = lines
    assert not long


def test_a_module_says_what_it_is():
    assert not [path for path in SOURCES if not ast.get_docstring(tree_of(path))]


def test_a_wrong_import_would_be_found():
    tree = ast.parse("def f():\n    from core.tasks import registry\nimport torch.nn as nn\nfrom core import resolve")
    assert imports_of(tree) == {"core.tasks.registry", "torch.nn", "core.resolve"}
    assert [area_of(name) for name in ("core.tasks.registry", "core.resolve", "core")] == [
        "tasks",
        "resolve",
        "__init__",
    ]


def test_the_configuration_may_read_the_cells_and_no_other_model():
    assert may_import("core.config.sizes", "core.models.cells.build_cell")
    assert may_import("core.config.sizes", "core.models.cells")
    assert not may_import("core.config.sizes", "core.models.recurrent")
    assert not may_import("core.config.sizes", "core.models.cells_of_another_kind")
    assert may_import("core.tasks.base", "core.models.recurrent")
