"""Networks that train: the unit of time, the same bits, going on after an interruption, divergence, bad input."""

import json
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from click.testing import CliRunner

from exponents.cli.app import cli, main
from exponents.errors import InputError
from verify.measurements.circle_exponents import compute_lazy_loss
from verify.networks import network_ensemble
from verify.networks.network_ensemble import Training, train_networks
from verify.networks.online_descent import Descent
from verify.networks.online_tasks import circle_task, samples_task
from verify.networks.perceptron import Perceptron
from verify.training.seeds import SeedDiverged

TASK = circle_task(Fraction(1), points=2**12, grid=2**9)
SMALL = Perceptron(32, 3)
SHORT = Training(16, 0.1, 60)


def tangent_diagonal(network, inputs):
    """The sum of squared gradients of each output, by differentiation."""
    jax = pytest.importorskip("jax")
    weights = network.draw(jax.random.key(0), inputs.shape[1:])
    gradients = jax.vmap(jax.grad(lambda own, x: network.apply(own, x[None])[0]), (None, 0))(weights, inputs)
    return sum((np.asarray(layer, float) ** 2).reshape(len(inputs), -1).sum(axis=1) for layer in gradients)


@pytest.mark.parametrize(("depth", "power", "richness"), [(2, 1.0, 1.0), (4, 1.0, 0.3), (4, 1.5, 2.0), (3, 0.75, 1.0)])
def test_the_step_of_the_weights_moves_outputs_by_eta(depth, power, richness):
    """s Theta(x, x) = eta at large width, whatever N, D, gamma_0 and q_phi are; derivatives are those of JAX."""
    network = Perceptron(1024, depth, power, richness)
    angles = np.linspace(0, 6, 16)
    diagonal = tangent_diagonal(network, np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32))
    moved = 0.1 * network.weight_step(1.0) * diagonal
    assert moved.mean() == pytest.approx(
        0.1, rel=0.1
    )  # one network of width 1024: relative fluctuations of 1/32 a layer
    wrong = Perceptron(1024, depth, power, 2 * richness).weight_step(1.0) * diagonal.mean()  # control: another gamma_0
    assert wrong == pytest.approx(4, rel=0.1)


def test_the_loss_on_the_circle_is_that_of_the_modes():
    """A network that had learned the mode k = 3 alone would leave the rest of the sum."""
    angles = 2 * np.pi * (np.arange(2**9) + 0.5) / 2**9
    rest = np.pi**2 / 12 - 3.0**-2 / 2  # sum of k^-2/2, less one mode
    assert TASK.measure(np.cos(3 * angles) / 3) == pytest.approx(rest, rel=1e-12)
    assert TASK.measure(0 * angles + 0.5) == pytest.approx(np.pi**2 / 12 + 0.25, rel=1e-12)
    shifted = TASK.measure(np.cos(3 * (angles - 0.1)) / 3)  # control: the phase counts
    assert shifted > rest * 1.001


def test_samples_are_held_out():
    generator = np.random.default_rng(0)
    x = generator.standard_normal((500, 3))
    task = samples_task(x, x[:, 0])
    both = np.concatenate([task.inputs, task.held_out])
    scale = np.sqrt((x**2).sum(axis=1).mean())
    assert np.allclose(np.sort(both[:, 0]), np.sort(x[:, 0] / scale), atol=1e-6)
    assert task.measure(task.held_out[:, 0] * scale) < 1e-10 < task.measure(np.zeros(100))


def test_the_loss_falls_and_a_linear_network_is_the_limit_of_small_richness():
    training = Training(16, 0.1, 60)
    lazy, nearly, rich = (
        train_networks(Perceptron(32, 3, richness=richness), TASK, training, seeds=(0,)).loss
        for richness in (0.0, 1e-2, 2.0)
    )
    assert lazy[-1] < 0.5 * lazy[0]
    # the same weights and batches: curves differ by the change of features, of order gamma_0, and by single precision
    assert np.abs(nearly / lazy - 1).max() < 0.02 < np.abs(rich / lazy - 1).max()


@pytest.mark.slow
def test_wide_lazy_networks_follow_the_flow_of_their_kernel():
    """Kernel, unit of time and loss by routes that share no code with training; width 512 is wide up to t = 5."""
    found = train_networks(Perceptron(512, 3, richness=0.0), TASK, Training(256, 0.05, 100), range(6))
    system = Fraction(2), Fraction(1, 2), 3
    apart = (found.loss - compute_lazy_loss(found.time, *system)) / found.error
    assert np.abs(apart).max() < 4  # Student's t of 6 seeds, at times that are correlated
    later = (found.loss - compute_lazy_loss(1.3 * found.time, *system)) / found.error  # control: another clock
    assert np.abs(later).max() > 6


def test_an_interrupted_training_goes_on_with_the_same_bits(tmp_path, monkeypatch):
    whole = train_networks(SMALL, TASK, SHORT, (0, 1))
    assert not np.array_equal(*whole.losses)
    place, steps = tmp_path / "state.npz", []

    def interrupt(done, total):
        steps.append((done, total))
        if done > 90:
            raise KeyboardInterrupt

    part = train_networks(SMALL, TASK, SHORT, (0, 1), place, interrupt)
    assert part.status.interrupted and part.status.seeds == (0,) and steps[-1][1] == 120
    rest = []
    found = train_networks(SMALL, TASK, SHORT, (0, 1), place, lambda done, total: rest.append((done, total)))
    assert np.array_equal(found.losses, whole.losses)
    assert rest[-1][0] == rest[-1][1] == 120 - steps[-1][0]  # nothing was trained twice
    with pytest.raises(InputError, match=r"width = 32; got width = 64"):
        train_networks(Perceptron(64, 3), TASK, SHORT, (0,), place)
    place.write_bytes(b"no state")
    with pytest.raises(InputError, match="could not be read"):
        train_networks(SMALL, TASK, SHORT, (0,), place)
    with pytest.raises(InputError, match="file that can be written"):
        train_networks(SMALL, TASK, SHORT, (0,), tmp_path / "none" / "state.npz")


def test_a_step_beyond_stability_is_said():
    """eta = 1.9 starts stable, but the kernel grows; the step is one of those taken."""
    with pytest.raises(SeedDiverged, match=r"diverged for seed 0 at step \d+") as caught:
        train_networks(Perceptron(32, 4, richness=3.0), TASK, Training(16, 1.9, 200), (0,))
    assert 0 < caught.value.step < 200 and caught.value.time == pytest.approx(1.9 * caught.value.step)
    descent = Descent(Perceptron(32, 4, richness=3.0), TASK, 16, 1.9, 0)
    descent.advance(caught.value.step)  # control: the steps before that one are bounded
    assert np.isfinite(descent.outputs()).all()


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: Perceptron(width=0), "width must be a whole number"),
        (lambda: Perceptron(depth=1), "depth must be a whole number of at least 2"),
        (lambda: Perceptron(width=10**6), "fit into memory"),
        (lambda: train_networks(Perceptron(4096, 3), TASK, Training(2**20), (0,)), "fit into memory"),
        (lambda: Perceptron(power=-1.0), "above 1/2"),
        (lambda: Perceptron(power=float("nan")), "above 1/2"),
        (lambda: Perceptron(richness=-1.0), "gamma must be"),
        (lambda: Training(learning_rate=2.5), "below 2"),
        (lambda: Training(steps=0), "number of steps"),
        (lambda: circle_task(Fraction(1, 2)), "above 1/2"),
        (lambda: samples_task(np.ones((200, 2)), np.ones(100)), "one for each of the 200 inputs"),
        (lambda: samples_task(np.ones((20, 2)), np.ones(20)), "at least 100 samples"),
        (lambda: samples_task(np.full((200, 2), np.nan), np.ones(200)), "finite"),
        (lambda: samples_task(np.zeros((200, 2)), np.ones(200)), "nothing to learn"),
    ],
)
def test_bad_input_is_refused(make, fault):
    with pytest.raises(InputError, match=fault):
        make()


def test_without_jax_the_command_says_what_to_install():
    code = "import sys; sys.modules['jax'] = None; from exponents.cli.app import main; exit(main(['train', '--quiet']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "training networks needs jax" in done.stderr and "[networks]" in done.stderr


def test_the_command_trains_and_judges(tmp_path):
    words = ["train", "--beta", "3/4", "--width", "16", "--depth", "2", "--steps", "300", "--seeds", "2", "--quiet"]
    done = CliRunner().invoke(cli, [*words, "--batch-size", "8", "--format", "json"], standalone_mode=False)
    found = json.loads(done.stdout)
    assert found["settings"]["q"] == "5/4" and found["settings"]["alpha"] == "2"
    assert found["predicted"] == {"lazy": 0.75, "rich": pytest.approx(1.5 / 1.75)}
    assert np.mean(found["curve"]["losses"], axis=0) == pytest.approx(found["curve"]["loss"])
    assert found["measured"]["error"] == pytest.approx(found["measured"]["noise"] + found["measured"]["drift"])
    assert set(found["verdicts"]) == {"lazy", "rich"}


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--task", "circel"], "--task must be circle, digits, mnist, cifar10, cifar5m, or an NPZ file"),
        (["--task", "samples.npz", "--beta", "1"], "--beta is for the task circle"),
        (["--task", "none.npz"], "none.npz"),
        (["--q", "1/4"], "--q must be above 1/2"),
        (["--q-phi", "-1"], "q_phi must be above 1/2"),
        (["--q", "1", "--beta", "1"], "leave one of them out"),
        (["--width", "1.5"], "--width"),
        (["--steps", "0"], "--steps"),
        (["--learning-rate", "x"], "--learning-rate"),
        (["--gamma0", "-1"], "at least 0"),
    ],
)
def test_the_command_refuses_bad_input_in_one_line(words, fault, capsys):
    assert main(["train", *words]) == 2
    said = capsys.readouterr().err
    assert fault in said and len(said.splitlines()) == 1


def test_samples_of_your_own_are_predicted_by_their_kernel(tmp_path):
    """Uniform points on a circle, with its target: alpha and beta are near 2 and 3/4, as eq. 14 has them."""
    chosen = np.random.default_rng(0).permutation(len(TASK.targets))[:2000]
    angles = 2 * np.pi * chosen / len(TASK.targets)
    place = tmp_path / "samples.npz"
    targets = sum(np.cos(k * angles) / k**1.25 for k in range(1, 400))
    np.savez(place, inputs=5 * np.stack([np.cos(angles), np.sin(angles)], axis=1), targets=targets)
    words = ["train", "--task", str(place), "--width", "16", "--steps", "300", "--seeds", "2", "--format", "json"]
    found = json.loads(CliRunner().invoke(cli, words, standalone_mode=False).stdout)
    settings = found["settings"]
    assert settings["alpha"] == pytest.approx(2, abs=0.2) and settings["beta"] == pytest.approx(0.75, abs=0.15)
    assert found["predicted"]["lazy"] == pytest.approx(settings["beta"]) and found["prediction_error"]["lazy"] > 0
    assert "drawn some 24 times" in " ".join(found["warnings"])
    np.savez(place, inputs=np.ones((200, 2)))
    assert main(["train", "--task", str(place)]) == 2


def test_seeds_are_saved_from_time_to_time(tmp_path, monkeypatch):
    monkeypatch.setattr(network_ensemble, "SAVED_EVERY", 0.0)
    place = tmp_path / "state.npz"
    sizes = []
    train_networks(SMALL, TASK, SHORT, (0,), place, lambda *_: sizes.append(len(np.load(place).files)))
    assert max(sizes) > sizes[0]  # weights were kept before the end
    assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]
