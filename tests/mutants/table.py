"""What survived, and which of it is equivalent?  Prints the survivors, or writes `docs/mutants.md`.

An equivalent mutant gives what the source gives.  The reason stands in `equivalent.txt`, in blocks of four lines: the
function, the line of the source, the line of the mutant, and the reason.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.utils.format_utils import get_module_from_key, orig_function_and_class_names_from_key
from tabulate import tabulate

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "mutants.md"
SURVIVED = (0, 5, 33)
Change = tuple[str, str, str]


def read_equivalent() -> dict[Change, str]:
    """Return the reason of each equivalent change."""
    blocks = [block.splitlines() for block in (HERE / "equivalent.txt").read_text().split("\n\n") if block.strip()]
    return {(place, old.removeprefix("- "), new.removeprefix("+ ")): reason for place, old, new, reason in blocks}


def describe(name: str, path: str) -> Change:
    """Return function, old and new text of a mutant."""
    function, owner = orig_function_and_class_names_from_key(name)
    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    old, new = (" ".join(line[1:].strip() for line in lines if line[:1] == sign) for sign in "-+")
    return ".".join(filter(None, [get_module_from_key(name), owner, function])), old, new


def write(rooms: list[str], enter: Callable[[str], Any], report: bool) -> None:
    """Print what survived, and write the page if it is wanted."""
    reasons, used, rows, lines = read_equivalent(), set(), [], []
    for room in rooms:
        total: Counter[str] = Counter()
        for path, data in enter(room).items():
            codes = Counter(
                "waiting" if code is None else "survived" if code in SURVIVED else "killed"
                for code in data.exit_code_by_key.values()
            )
            for name, code in data.exit_code_by_key.items():
                if code not in SURVIVED:
                    continue
                change = describe(name, path)
                if change in reasons:
                    used.add(change)
                    codes["equivalent"] += 1
                    lines.append(f"- `{change[0]}`: `{change[1]}` → `{change[2]}`. {reasons[change]}")
                elif not report:
                    print(*change, "", sep="\n")
            rows.append(row(path, codes))
            total += codes
        rows.append(row(f"**{room}**", total))
    headers = ["module", "mutants", "run", "killed", "equivalent", "surviving", "score, %"]
    if not report:
        print(tabulate(rows, headers))
        print(*(f"no longer there: {change}" for change in reasons if change not in used), sep="\n")
        return
    head = PAGE.read_text().partition("<!-- written -->")[0]
    table = tabulate(rows, headers, tablefmt="github")
    PAGE.write_text(f"{head}<!-- written -->\n\n{table}\n\n## Equivalent mutants\n\n" + "\n".join(lines) + "\n")


def row(name: str, codes: Counter[str]) -> list[Any]:
    """Return a row of the table; the score is killed / (run - equivalent)."""
    run = codes["killed"] + codes["survived"]
    surviving = codes["survived"] - codes["equivalent"]
    score = 100 * codes["killed"] / (run - codes["equivalent"]) if run > codes["equivalent"] else 100
    return [name, run + codes["waiting"], run, codes["killed"], codes["equivalent"], surviving, f"{score:.1f}"]
