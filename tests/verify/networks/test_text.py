"""Networks on text: the transformer, its loss, the text, and bad input."""

import numpy as np
import pytest

from exponents.errors import InputError
from verify.networks.network_ensemble import Training, train_networks
from verify.networks.online_descent import _compare
from verify.networks.text_task import cross_entropy, text_task
from verify.networks.transformer import Transformer

jax = pytest.importorskip("jax")
SMALL = Transformer(32, 1, 0.5, tokens=7)
"""With two heads."""


def normalise(h):
    return (h - h.mean()) / np.sqrt(h.var() + 1e-6)


def forward(weights, tokens, width=32, head=16, gamma=0.5):
    """The logits of one sample as the equations have them, place by place and head by head, in double precision."""
    embedding, places, *blocks, readout = [np.asarray(one, float) for one in weights]
    stream = [embedding[token] + places[place] for place, token in enumerate(tokens)]
    for first in range(0, len(blocks), 4):
        mix, out, up, down = blocks[first : first + 4]
        q, k, v = np.split(np.array([normalise(h) @ mix / width**0.5 for h in stream]), 3, axis=1)
        for place, h in enumerate(stream):
            found = np.zeros(width)
            for start in range(0, width, head):
                part = slice(start, start + head)
                shares = np.exp([q[place, part] @ k[before, part] / head for before in range(place + 1)])
                found[part] = shares @ v[: place + 1, part] / shares.sum()
            stream[place] = h + found @ out / width**0.5
        for place, h in enumerate(stream):
            inner = np.sqrt(2) * np.maximum(normalise(h) @ up / width**0.5, 0)
            stream[place] = h + inner @ down / (4 * width) ** 0.5
    return np.array([normalise(h) @ readout / (gamma * width) for h in stream])


def test_logits_are_those_of_the_equations():
    tokens = np.array([[1, 4, 0, 6, 2], [3, 3, 5, 1, 1]], np.uint8)
    shapes = jax.eval_shape(lambda key: SMALL.draw(key, (5,)), jax.random.key(0))
    weights = [np.random.default_rng(0).standard_normal(one.shape).astype(np.float32) for one in shapes]
    found = np.asarray(jax.jit(SMALL.apply)(weights, tokens))
    for logits, sample in zip(found, tokens, strict=True):
        expected = forward(weights, sample)
        assert logits == pytest.approx(expected, abs=1e-4 * np.abs(expected).max())
    assert found[0] != pytest.approx(forward(weights, tokens[0], head=32), abs=1e-2)  # control: one head


def test_the_descended_loss_has_the_derivative_that_is_used():
    generator = np.random.default_rng(0)
    logits, answers = generator.standard_normal((2, 3, 5)).astype(np.float32), generator.integers(0, 5, (2, 3))
    slope, loss = _compare(logits, answers, True)
    assert float(loss) == pytest.approx(cross_entropy(logits.astype(float), answers), rel=1e-5)
    step = generator.standard_normal(logits.shape)
    sides = [cross_entropy(logits + sign * 1e-4 * step, answers) for sign in (1, -1)]
    assert (np.asarray(slope) * step).sum() == pytest.approx((sides[0] - sides[1]) / 2e-4, rel=1e-4)


def test_cross_entropy_is_that_of_counts():
    """Logits ln(n_c) give -ln of the share of the answer."""
    logits = np.log([[1.0, 2.0, 5.0]])
    assert cross_entropy(logits, np.array([1])) == pytest.approx(np.log(8 / 2))


def write_files(folder, count=10):
    for number in range(count):
        (folder / f"m{number:02d}.py").write_text(f"{number % 10}" + "abcdefghijklmnopqrst" * 3)


def test_text_is_cut_into_pieces_and_every_tenth_file_is_held_out(tmp_path):
    write_files(tmp_path)
    task = text_task(tmp_path, context=8)
    assert task.inputs.shape == (9 * 6, 8) and task.held_out.shape == (6, 8)  # 61 bytes hold six pieces of 9
    assert bytes(task.inputs[0]) == b"0abcdefg" and bytes(task.targets[0]) == b"abcdefgh"
    assert bytes(task.held_out[0])[:1] == b"9" and b"9" not in task.inputs[::6].tobytes()
    right = np.full((*task.answers.shape, 256), -50.0)
    np.put_along_axis(right, task.answers[..., None].astype(int), 50.0, -1)
    assert task.measure(right) == pytest.approx(0, abs=1e-12) and task.measure(0 * right) == pytest.approx(np.log(256))


@pytest.mark.slow
def test_a_transformer_learns_with_the_same_bits(tmp_path):
    write_files(tmp_path)
    task, training = text_task(tmp_path, context=8), Training(4, 1.0, 60)
    rich, again, near, lazy = (
        train_networks(Transformer(16, 1, richness), task, training, (0,)).losses for richness in (1.0, 1.0, 1e-3, 0.0)
    )
    assert np.array_equal(rich, again) and rich[0, -1] < 0.8 * rich[0, 0]
    assert near == pytest.approx(lazy, rel=2e-3) and rich != pytest.approx(lazy, rel=2e-3)


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda folder: text_task(folder), "at least 10 files"),
        (lambda folder: text_task(folder / "none"), "has 0 files"),
        (lambda _: Transformer(24), "multiple of 16"),
        (lambda _: Transformer(16 * 10**4), "fit into memory"),
        (lambda _: Transformer(16, 0), "depth"),
    ],
)
def test_bad_input_is_refused(make, fault, tmp_path):
    write_files(tmp_path, 9)
    with pytest.raises(InputError, match=fault):
        make(tmp_path)
