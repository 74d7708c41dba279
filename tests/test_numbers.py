"""No number hides in a formula: what is decreed, known of a county, or estimated stands in a configuration.

A literal in the mechanisms must be 0, 1 or −1, or one of these: part of an array's geometry, a square, a mean of two, a
half-life, rounding, a margin for rounding, or on the short lists below with its reason.
"""

import ast
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KERNEL = {
    "columns", "configs", "draws", "grouped", "process", "state", "policy", "evidence", "facts", "links",
}  # fmt: skip
"""Modules without mechanisms: they declare, draw, add up or read."""

NAMED = {
    ("learning", "SPENDING_YEARS"): "years of exposure at which the estimate P18 was measured: its definition",
    ("facilities", "MINIMUM"): "the official minimum of 教督〔2017〕6号, stated once; the verdict is measured by it",
    ("joint_work", "TERMS"): "terms of a school year: a unit conversion",
    ("postings", "LAST_SEAT"): "order in a list, larger than any seat",
    ("rotation", "ROUNDING"): "margin for rounding",
    ("posts", "LAST_SEAT"): "order in a list, larger than any seat",
    ("posts", "SEAT_LUCK"): "how many seats have a random number of their own",
    ("recognition", "AHEAD"): "order in a list, larger than any years of service",
    ("eligibility", "BONUS_STEP"): "unit of bonus_refusal_slope: per tenth of a labour cost",
    ("sending", "BLOM_SHIFT"): "mathematical constant: Blom's expected normal scores",
    ("sending", "BLOM_SPREAD"): "mathematical constant: Blom's expected normal scores",
    ("sending", "STRONGEST_TIE"): "bound of a correlation in the equation of the sender's choice",
    ("population", "APPLICANT_YOUNGEST"): "age at the end of college",
    ("population", "APPLICANT_SPREAD"): "ages at the end of college",
    ("population", "FIRST_COHORT"): "start of a numbering",
}
"""Named constants of modules, each with the reason why it is neither decreed nor estimated."""

INLINE = {
    ("learning", "weighted_means(rooms.grade, 10, score, rooms.size)"): "grades are 1 to 9",
    ("learning", "evidence.class_size_gain * (usual - rooms.size) / 10"): "unit of P27: per 10 pupils",
    ("classrooms", "np.minimum(self.grade, 9)"): "the last grade",
    ("eligibility", "2 if rule.exchange and both else 1"): "persons that an exchange moves",
    ("postings", "100 * (schools.granted_yuan - self.paid)"): "per cent",
}
"""Expressions, each with the reason for its number."""

GEOMETRY = {"zeros", "ones", "empty", "full", "reshape", "bincount", "arange"}
GROUPING = {"sums", "means", "weighted_means", "counts"}
"""Functions of `sim.grouped` that are told how many groups there are."""
SMALLEST_REAL = 1e-6
"""Numbers below this only guard against rounding."""


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(path_of(module).read_text(encoding="utf-8"))


def path_of(module: str) -> Path:
    return ROOT / (module.replace(".", "/") + ".py")


def mechanisms() -> list[str]:
    """The processes and all modules of the model that they import, at any remove."""
    waiting = [f"sim.processes.{path.stem}" for path in (ROOT / "sim" / "processes").glob("[!_]*.py")]
    found: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        for node in ast.walk(tree(module)):
            name = node.module if isinstance(node, ast.ImportFrom) else None
            if name and name.startswith("sim.") and name.split(".")[1] not in KERNEL and path_of(name).is_file():
                waiting.append(name)
    return sorted(found)


def hidden_numbers(module: str) -> list[str]:
    """Literals without an excuse, each with its line."""
    short = module.rsplit(".", 1)[-1]
    parents = {child: node for node in ast.walk(tree(module)) for child in ast.iter_child_nodes(node)}
    lines = path_of(module).read_text(encoding="utf-8").splitlines()
    wrong = []
    for node in ast.walk(tree(module)):
        if not isinstance(node, ast.Constant) or type(node.value) not in (int, float) or node.value in (0, 1):
            continue
        chain = [node]
        while chain[-1] in parents and not isinstance(chain[-1], ast.stmt):
            chain.append(parents[chain[-1]])
        if not excused(short, node.value, chain):
            place = path_of(module).relative_to(ROOT).as_posix()
            wrong.append(f"{place}:{node.lineno}: {node.value} in `{lines[node.lineno - 1].strip()}`")
    return wrong


def excused(module: str, value: float, chain: list[ast.AST]) -> bool:
    """Whether a literal is no coefficient; `chain` leads from it up to its statement."""
    if abs(value) < SMALLEST_REAL or any((module, ast.unparse(node)) in INLINE for node in chain):
        return True
    statement = chain[-1]
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if (module, ast.unparse(target)) in NAMED:
            return True
    if value == 0.5 and any(rounds(node, chain[0]) for node in chain):
        return True
    return any(harmless(node, above, value) for node, above in pairwise(chain))


def rounds(node: ast.AST, half: ast.AST) -> bool:
    """Whether a node is floor(x + 0.5)."""
    match node:
        case ast.Call(func=function, args=[ast.BinOp(op=ast.Add(), right=right)]):
            return right is half and ast.unparse(function).endswith("floor")
    return False


def harmless(node: ast.AST, above: ast.AST, value: float) -> bool:
    """Whether a number is geometry or arithmetic by where it stands."""
    match above:
        case ast.Subscript(slice=inside):
            return inside is node and isinstance(value, int)
        case ast.Call(func=function):
            name = ast.unparse(function).rsplit(".", 1)[-1]
            sizes = {argument.value for argument in above.keywords if argument.arg in ("minlength", "dtype", "width")}
            plain = isinstance(node, ast.Constant | ast.UnaryOp | ast.Tuple)
            return node in sizes or (plain and node in above.args and name in GEOMETRY | GROUPING)
        case ast.BinOp(op=ast.Pow(), left=left, right=right):
            return (node is right and value == 2) or (node is left and value == 0.5)
        case ast.BinOp(op=ast.Mult(), left=ast.Tuple()):
            return node is above.right
        case ast.BinOp(op=ast.Div(), left=ast.BinOp(op=ast.Add()), right=right):
            return node is right and value == 2
    return False


@pytest.mark.parametrize("module", mechanisms())
def test_no_number_hides_in_a_mechanism(module: str) -> None:
    hint = "a coefficient belongs to configs/evidence, a decree to configs/policies, a fact to configs/counties"
    assert hidden_numbers(module) == [], hint


def test_the_mechanisms_are_found() -> None:
    assert {"sim.processes.learning", "sim.processes.rotation", "sim.sending", "sim.population"} <= set(mechanisms())
    assert "sim.evidence" not in mechanisms()


@pytest.mark.parametrize("entry", NAMED)
def test_no_excuse_outlives_its_number(entry: tuple[str, str]) -> None:
    module, name = entry
    (path,) = (found for found in mechanisms() if found.endswith(f".{module}"))
    named = [node for node in tree(path).body if isinstance(node, ast.Assign | ast.AnnAssign)]
    targets = [target for node in named for target in (node.targets if isinstance(node, ast.Assign) else [node.target])]
    assert name in [ast.unparse(target) for target in targets]


@pytest.mark.parametrize("entry", INLINE)
def test_no_excuse_outlives_its_expression(entry: tuple[str, str]) -> None:
    module, text = entry
    (path,) = (found for found in mechanisms() if found.endswith(f".{module}"))
    assert text in [ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.expr)]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("gain = 0.3 * score", True),
        ("gain = 2 * score", True),
        ("gain = score + 0.05", True),
        ("share = min(share, 0.95)", True),
        ("gain = np.maximum(score, 45)", True),
        ("HIDDEN = 0.4", True),
        ("gain = score + 0.5", True),
        ("first = columns[:, 2]", False),
        ("gain = -1 * score", False),
        ("variance = spread**2", False),
        ("mean = (one + other) / 2", False),
        ("table = np.zeros((3, 4))", False),
        ("whole = np.floor(wanted + 0.5)", False),
    ],
)
def test_the_guard_tells_coefficients_from_geometry(text: str, wrong: bool, monkeypatch, tmp_path) -> None:
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "trial.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr("test_numbers.ROOT", tmp_path)
    tree.cache_clear()
    assert bool(hidden_numbers("sim.trial")) is wrong
    tree.cache_clear()
