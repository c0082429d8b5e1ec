"""Random command lines: sensible ones, the same with a word spoiled, and words put together at random."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

NUMBERS = (
    "0", "1", "2", "1/2", "3/2", "-1", "1e3", "0.5", "1.5", "1/3", "7/3", "1e-9", "1e400", "1e-400", "1/0", "0/1",
    "inf", "-inf", "nan", "1_000", "١", "½", "1e", "--1", "+2", "1/2/3", "0x10", "1j", "", " ",
    "999999999999999999999",
    "1/999999999999999999", "1.0000000000000000000001", "1e99999999", "2**0.5", "sqrt(2)", "pi",
)  # fmt: skip
NAMES = (
    "t",
    "N",
    "B",
    "P",
    "D",
    "G",
    "x",
    "alpha",
    "beta",
    "gamma",
    "a",
    "b",
    "C",
    "E",
    "I",
    "S",
    "lambda",
    "é",
    "N_1",
    "oo",
)
EXPONENTS = (
    "2", "-1", "1/2", "-0.34", "(-beta)", "(-alpha)", "(-a)", "(1-a)", "(-a*b)", "(-min(2,beta))",
    "(-a/(1+a))", "(-max(a,b))", "(a**2-b)", "(-1/(a-2))", "(-sqrt(2))", "0", "(-2*beta/(1+beta))", "(-1e-9)",
    "1000", "(-b**3+a)",
)  # fmt: skip
FORMATS = ("text", "markdown", "latex", "csv", "json", "yaml", "JSON")
TABLES = ("compute-optimal", "time", "levels", "loss", "phases", "data", "data-limit", "laws", "tables", "")
NOISE = "()[]{}*/+-.,:;<>=!'\"\\ \t\n\0#$%&@^~`_|?0123456789eEinfNtabαβ²∞−–\u200b\ud7ff"


def number(rng: random.Random) -> str:
    """Return a number, often one near the edge of what is allowed."""
    if rng.random() < 0.5:
        return rng.choice(NUMBERS)
    top, bottom = rng.randint(-3, 40), rng.randint(0, 12)
    return rng.choice((f"{top}/{bottom}", f"{top / 7:.3f}", f"{top}e{bottom}", str(top)))


def monomial(rng: random.Random) -> str:
    """Return a product of powers."""
    factors = [rng.choice(NAMES) + rng.choice(("", "**" + rng.choice(EXPONENTS))) for _ in range(rng.randint(1, 3))]
    return rng.choice(("", "", "3*", "1e9*", "0.5*", "-", "0*")) + rng.choice(("*", "*", "/")).join(factors)


def expression(rng: random.Random, depth: int = 2) -> str:
    """Return a loss in the language, or nearly."""
    if depth == 0 or rng.random() < 0.5:
        return monomial(rng)
    one, other = expression(rng, depth - 1), expression(rng, depth - 1)
    form = rng.choice(
        ("({0} + {1})", "min({0}, {1})", "max({0}, {1})", "({0} + {1})**(-1/3)", "{0} - {1}", "({0})*({1})", "log({0})")
    )
    return form.format(one, other)


def condition(rng: random.Random) -> str:
    """Return a condition or a constraint."""
    relation = rng.choice(("<", ">", "<=", ">=", "==", "=", "!="))
    return f"{rng.choice((monomial(rng), number(rng)))} {relation} {monomial(rng)}"


def pair(rng: random.Random) -> str:
    """Return NAME=VALUE."""
    return f"{rng.choice(NAMES)}={rng.choice((number, monomial))(rng)}"


def listing(rng: random.Random) -> str:
    """Return a list or a range of numbers."""
    return rng.choice((",", ":", ";")).join(number(rng) for _ in range(rng.randint(1, 4)))


Maker = Callable[[random.Random], str]
LOSS: dict[str, Maker] = {
    "--term": expression, "--cost": monomial, "--where": condition, "--subject-to": condition, "--given": pair,
    "--resource": lambda rng: rng.choice(NAMES), "--free": lambda rng: rng.choice(NAMES), "--set": pair,
    "--model": lambda rng: rng.choice(("lazy", "rich", "poor")),
    "--loss": lambda rng: rng.choice(("published", "derived", "")),
}  # fmt: skip
FORMAT: dict[str, Maker] = {"--format": lambda rng: rng.choice(FORMATS)}


def options(rng: random.Random, makers: dict[str, Maker], most: int) -> list[str]:
    """Return some options with values."""
    chosen = rng.choices(list(makers), k=rng.randint(0, most))
    return [word for name in chosen for word in (name, makers[name](rng))]


def file_of(rng: random.Random, folder: Path) -> str:
    """Write a file that is nearly a spectrum, a table of runs or a problem, and return its name."""
    rows = [",".join(number(rng) for _ in range(rng.choice((1, 2, 3)))) for _ in range(rng.randint(0, 12))]
    table = "\n".join([rng.choice(("N,D,loss", "eigenvalue,coefficient", "a b", "")), *rows])
    problem = {
        "terms": [expression(rng)],
        "costs": [monomial(rng)],
        "where": [condition(rng)],
        rng.choice(NAMES): number(rng),
    }
    toml = "\n".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in problem.items())
    texts = {".csv": table, ".txt": table.replace(",", " "), ".json": json.dumps(problem), ".toml": toml, ".npy": table}
    suffix, text = rng.choice((*texts.items(), (".parquet", "PAR1"), ("", "")))
    path = folder / f"input{suffix}"
    path.write_text(text if rng.random() < 0.8 else change(rng, text), encoding="utf-8", errors="replace")
    return str(path if rng.random() < 0.95 else folder / "nothing.csv")


def change(rng: random.Random, text: str) -> str:
    """Return a text with a few characters put in, taken out, doubled or moved."""
    for _ in range(rng.randint(1, 3)):
        place = rng.randint(0, len(text))
        cut = rng.randint(place, min(len(text), place + 4))
        text = rng.choice(
            (text[:place] + rng.choice(NOISE) + text[place:], text[:place] + text[cut:], text[:cut] + text[place:],
             text[:place] + text[cut:] + text[place:cut])
        )  # fmt: skip
    return text


def sensible_number(rng: random.Random) -> str:
    """Return a positive number of moderate size."""
    return rng.choice(
        (f"{rng.randint(1, 40)}/{rng.randint(1, 12)}", f"{rng.uniform(0.01, 5):.3f}", str(rng.randint(1, 9)))
    )


def sensible_loss(rng: random.Random) -> list[str]:
    """Return options of a loss that falls, with its costs, parameters and a few constraints."""
    resources = rng.sample(("N", "t", "D", "G"), rng.randint(1, 4))
    parameters = rng.sample(("a", "b", "alpha"), rng.randint(0, 2))

    def power(name: str) -> str:
        fixed = f"{rng.randint(1, 9)}/{rng.randint(1, 9)}"
        if not parameters or rng.random() < 0.4:
            return f"{name}**(-{fixed})"
        one = rng.choice(parameters)
        shapes = (
            "-{1}",
            "-{0}*{1}",
            "-{1}/(1 + {1})",
            "-min({0}, {1})",
            "-{1}**2",
            "-max(1, {0}*{1})",
            "-({1} + {2})",
            "{0} - {1}",
        )
        return f"{name}**({rng.choice(shapes).format(fixed, one, rng.choice(parameters))})"

    def term(depth: int) -> str:
        if depth and rng.random() < 0.25:
            one, other = term(depth - 1), term(depth - 1)
            return rng.choice(
                ("({0} + {1})**(1/3)", "min({0}, {1})", "max({0}, {1})", "({0})*({1})", "({0} + {1})")
            ).format(one, other)
        factors = [power(name) for name in rng.sample(resources, rng.randint(1, min(2, len(resources))))]
        return rng.choice(("", f"{sensible_number(rng)}*")) + "*".join(factors)

    words = [word for _ in range(rng.randint(1, 5)) for word in ("--term", term(2))]
    words += [
        "--cost",
        "*".join(resources) if rng.random() < 0.7 else "*".join(f"{name}**{rng.randint(1, 3)}" for name in resources),
    ]
    if rng.random() < 0.2:
        words += ["--cost", f"{rng.randint(1, 9)}*" + rng.choice(resources)]
    words += [
        word
        for name in parameters
        for word in ("--where", rng.choice((f"{name} > 0", f"0 < {name} < 2", f"{name} > 1")))
    ]
    bound = (
        f"{rng.choice(resources)} {rng.choice(('<=', '>='))} {rng.choice((*resources, 'C'))}**({sensible_number(rng)})"
    )
    more = [("--subject-to", bound), ("--free", rng.choice(resources))]
    return words + [word for option in more if rng.random() < 0.15 for word in option]


def spoil(rng: random.Random, words: list[str]) -> list[str]:
    """Return the words with one of them changed, replaced, doubled or left out."""
    if not words:
        return words
    place = rng.randrange(len(words))
    put = rng.choice(
        (
            [change(rng, words[place])],
            [rng.choice((number, monomial, expression, condition, pair))(rng)],
            [],
            words[place : place + 1] * 2,
        )
    )
    return [*words[:place], *put, *words[place + 1 :]]


def command_line(rng: random.Random, folder: Path) -> list[str]:
    """Return the words after ``exponents``: half of them sensible, half of those with one word spoiled.

    Commands that compute for minutes on purpose (verify, plot, sweep, train) are left out.
    """
    command = rng.choice(("at", "table", "derive", "balance", "balance", "balance", "plan", "plan", "curve", "fit"))
    words = _sensible_words(rng, command, folder) if rng.random() < 0.6 else _random_words(rng, command, folder)
    if rng.random() < 0.5:
        words = spoil(rng, words)
    return [command, *(word.replace("\0", "") for word in words)]


def _sensible_words(rng: random.Random, command: str, folder: Path) -> list[str]:
    shown = ["--format", rng.choice(FORMATS[:5])] if rng.random() < 0.5 else []
    alpha, beta = str(1 + rng.randint(1, 9) / 4), sensible_number(rng)
    if command == "balance":
        return [*sensible_loss(rng), *shown, *(["--proof"] if rng.random() < 0.2 else [])]
    if command == "plan":
        loss = sensible_loss(rng)
        used = sorted(set(re.findall(r"\b(?:a|b|alpha)\b", " ".join(loss))))
        fixed = [word for name in used for word in ("--set", f"{name}={sensible_number(rng)}")]
        asked = rng.choice(
            (["--budget", f"{rng.randint(2, 9)}e{rng.randint(2, 25)}"], ["--target", f"{rng.uniform(1e-6, 1):.3g}"])
        )
        return [*loss, *fixed, *asked, *shown]
    if command == "curve":
        times = rng.choice(("1,100", "1:1e6:4", "1e2", "0,1,1e30"))
        return [alpha, beta, "--time", times, "--gamma", sensible_number(rng), *shown]
    if command == "fit":
        path, noise = folder / "runs.csv", 10 ** rng.uniform(-6, -1)
        sizes = [(10 ** rng.uniform(7, 10), 10 ** rng.uniform(8, 12)) for _ in range(rng.randint(3, 30))]
        rows = [
            f"{n:.6g},{d:.6g},{(1.7 + 400 / n**0.34 + 410 / d**0.28) * rng.lognormvariate(0, noise):.6g}"
            for n, d in sizes
        ]
        path.write_text("\n".join(["N,D,loss", *rows]), encoding="utf-8")
        return [str(path), "--fast", *shown]
    if command == "at":
        return [alpha, beta, *shown]
    return [rng.choice(TABLES[:8] if command == "table" else ("chi", "levels", "amplitude", "sgd", "data")), *shown]


def _random_words(rng: random.Random, command: str, folder: Path) -> list[str]:
    def named_file(_: random.Random) -> str:
        return file_of(rng, folder)

    if command == "at":
        return [
            number(rng),
            number(rng),
            *options(rng, {**FORMAT, "--learning-rate": number, "--loss": LOSS["--loss"]}, 2),
        ]
    if command == "table":
        return [rng.choice(TABLES), *options(rng, {**FORMAT, "--loss": LOSS["--loss"]}, 2)]
    if command == "derive":
        return [rng.choice(("chi", "Chi", "x", "", "level")), *options(rng, FORMAT, 1)]
    if command == "balance":
        return ["--term", expression(rng), *options(rng, {**LOSS, **FORMAT, "--problem": named_file}, 5)]
    if command == "plan":
        makers = {**LOSS, **FORMAT, "--target": number, "--fix": pair, "--compare": pair, "--factor": number}
        return ["--budget", sensible_number(rng), "--term", expression(rng), *options(rng, makers, 5)]
    if command == "curve":
        makers = {**FORMAT, "--gamma": listing, "--time": listing, "--spectrum": named_file, "--modes": number}
        return [*rng.choice(([], [sensible_number(rng), number(rng)])), *options(rng, makers, 3)]
    return [
        named_file(rng),
        "--fast",
        *options(rng, {**FORMAT, "--term": expression, "--where": condition, "--loss": pair}, 3),
    ]
