"""What survived, and which of it is equivalent?  Prints the survivors, or writes `docs/mutants.md`.

An equivalent mutant gives what the source gives.  The reason stands in `equivalent.txt`, in blocks of four lines: the
function, the line of the source, the line of the mutant, and the reason.  In a block for all functions, ``*``, the
second line is a pattern: what the mutant changes lies within a match.  A mutant that changes only the inside of quotes
changes words, and is counted apart.
"""

import re
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
QUOTED = re.compile(r'"[^"]*"')
COLUMNS = ("mutants", "run", "killed", "equivalent", "words", "surviving", "killed, %")
Change = tuple[str, str, str]


class Equivalent:
    """The reasons of `equivalent.txt`."""

    def __init__(self) -> None:
        blocks = [block.splitlines() for block in (HERE / "equivalent.txt").read_text().split("\n\n") if block.strip()]
        found = {(place, old.removeprefix("- "), new.removeprefix("+ ")): reason for place, old, new, reason in blocks}
        self.of_changes = {change: reason for change, reason in found.items() if change[0] != "*"}
        self.of_patterns = {re.compile(change[1]): reason for change, reason in found.items() if change[0] == "*"}
        self.used: set[Change] = set()

    def reason(self, change: Change) -> str | None:
        """Return why a mutant is equivalent, or None."""
        _, old, new = change
        if change in self.of_changes:
            self.used.add(change)
            return self.of_changes[change]
        shorter = min(len(old), len(new))
        begin = next((k for k in range(shorter) if old[k] != new[k]), shorter)
        end = len(old) - next((k for k in range(shorter - begin) if old[-1 - k] != new[-1 - k]), shorter - begin)
        for pattern, reason in self.of_patterns.items():
            if any(match.start() - 2 <= begin and end <= match.end() + 2 for match in pattern.finditer(old)):
                return reason
        return None


def describe(name: str, path: str) -> Change:
    """Return function, old and new text of a mutant."""
    function, owner = orig_function_and_class_names_from_key(name)
    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    old, new = (" ".join(line[1:].strip() for line in lines if line[:1] == sign) for sign in "-+")
    return ".".join(filter(None, [get_module_from_key(name), owner, function])), old, new


def row(name: str, codes: Counter[str]) -> list[Any]:
    """Return a row of the table; the score is killed / (killed + surviving)."""
    counts = [codes.total(), codes.total() - codes["waiting"], *(codes[kind] for kind in COLUMNS[2:6])]
    tested = codes["killed"] + codes["surviving"]
    return [name, *counts, f"{100 * codes['killed'] / tested:.1f}" if tested else ""]


def write(rooms: list[str], enter: Callable[[str], Any], report: bool) -> None:
    """Print what survived, or write the page."""
    equivalent, rows, lines, alive, missing, whole = Equivalent(), [], [], [], [], Counter[str]()
    for room in rooms:
        total: Counter[str] = Counter()
        modules = enter(room)
        if not modules:
            missing.append(room)
            continue
        for path, data in modules.items():
            codes: Counter[str] = Counter()
            for name, code in data.exit_code_by_key.items():
                kind = "waiting" if code is None else "killed"
                if code in SURVIVED:
                    change = describe(name, path)
                    reason = equivalent.reason(change)
                    kind = "equivalent" if reason else "words" if same_but_words(change) else "surviving"
                    if reason:
                        lines.append(f"- `{change[0]}`: `{change[1]}` → `{change[2]}`. {reason}")
                    elif kind == "surviving":
                        print(*change, "", sep="\n")
                        alive.append(f"- `{change[0]}`: `{change[1]}` → `{change[2]}`")
                codes[kind] += 1
            rows.append(row(path, codes))
            total += codes
        rows.append(row(f"**{room}**", total))
        whole += total
    rows.append(row("**all**", whole))
    print(
        *(f"no longer there: {change}" for change in equivalent.of_changes if change not in equivalent.used), sep="\n"
    )
    print(tabulate(rows, ["module", *COLUMNS]))
    if report:
        head = PAGE.read_text().partition("<!-- written -->")[0]
        table = tabulate(rows, ["module", *COLUMNS], tablefmt="github")
        table += f"\n\nNot run yet: {', '.join(missing)}." if missing else ""
        parts = [table, "## Surviving mutants", "\n".join(alive), "## Equivalent mutants", "\n".join(lines)]
        PAGE.write_text("\n\n".join([f"{head}<!-- written -->", *parts]) + "\n")


def same_but_words(change: Change) -> bool:
    """Return whether a mutant changes nothing outside of quotes, or puts None for quoted words."""
    _, old, new = change
    left_out = [f"{old[: words.start()]}None{old[words.end() :]}" for words in QUOTED.finditer(old) if " " in words[0]]
    return QUOTED.sub("", old) == QUOTED.sub("", new) or new in left_out
