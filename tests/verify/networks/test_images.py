"""Networks on images: the maps, the tangent kernel, the unit of time, data sets in folders, and the command."""

import gzip
import json

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.ndimage import affine_transform

from exponents.cli import train_problem
from exponents.cli.app import cli, main
from exponents.errors import InputError
from verify.networks import image_tasks
from verify.networks.convolutional import Convolutional, _cut_patches
from verify.networks.image_folders import folder_task
from verify.networks.image_tasks import AffineMaps, digits_task, move_images
from verify.networks.kernels import relu_kernels
from verify.networks.network import draw_start, measure_diagonal, start_kernel, tangent_kernel
from verify.networks.network_ensemble import Training, train_networks
from verify.networks.online_descent import Descent

jax = pytest.importorskip("jax")
TINY = Convolutional(4, 2)


@pytest.fixture(scope="module")
def digits():
    """With few samples that are held out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(image_tasks, "HELD_OUT", 200)
        yield digits_task()


def test_images_move_as_scipy_moves_them():
    """Linear interpolation with zeros outside, by another library, in double precision."""
    generator = np.random.default_rng(0)
    images = generator.uniform(size=(5, 8, 7, 2))
    inverse, shifts = np.eye(2) + 0.3 * generator.standard_normal((5, 2, 2)), generator.standard_normal((5, 2))
    found, centre = np.asarray(move_images(images, inverse, shifts)), np.array([3.5, 3.0])
    for image, matrix, shift, moved in zip(images, inverse, shifts, found, strict=True):
        offset = centre - matrix @ (centre + shift)
        for colour in range(2):
            expected = affine_transform(image[..., colour], matrix, offset, order=1, mode="grid-constant")
            assert moved[..., colour] == pytest.approx(expected, abs=1e-5)  # single precision
    assert np.abs(found - images).max() > 0.1  # control: they move


def test_maps_are_random_rotations_scales_and_shifts():
    """The centre of mass of a dot is rotated, scaled and shifted inside the limits, and reaches them nearly."""
    dot = np.zeros((1, 25, 25, 1), np.float32)
    dot[0, 12, 20] = 1  # 8 pixels to the right of the centre
    moved = np.asarray(jax.jit(AffineMaps(20, 0.2, 1.0))(jax.random.key(1), np.repeat(dot, 400, axis=0)))[..., 0]
    rows, columns = np.indices((25, 25)) - 12
    mass = moved.sum(axis=(1, 2))
    down, right = ((part * moved).sum(axis=(1, 2)) / mass for part in (rows, columns))
    far, angle = np.hypot(down, right), np.degrees(np.arctan2(down, right))
    assert 9.4 < far.max() < 8 * 1.2 + 1.5 and 8 * 0.8 - 1.5 < far.min() < 6.6  # shifts reach 1.4 at most
    assert 19 < np.abs(angle).max() < 20 + 14  # and turn a dot at 6 pixels by up to 13 degrees
    assert abs(angle.mean()) < 4 * angle.std() / 400**0.5 and len(np.unique(angle)) > 390


def test_the_stream_of_digits_is_fresh_and_centred(digits):
    assert digits.fresh and np.abs(digits.held_out.mean(axis=0)).max() < 0.3  # 200 samples
    one, other = (np.asarray(jax.jit(digits.distort)(jax.random.key(seed), digits.inputs[:9])) for seed in (0, 1))
    assert np.abs(one - other).max() > 0.1
    assert digits.measure(digits.answers) == 0 < digits.measure(0 * digits.answers)


def test_the_tangent_kernel_is_that_of_finite_differences(monkeypatch):
    """The outputs are polynomials of a single weight where no unit changes sign; differences in double precision."""
    with jax.enable_x64(True):
        network = Convolutional(2, 3, 0.7, outputs=2)
        x = np.random.default_rng(0).standard_normal((4, 5, 6, 2))
        weights = [np.asarray(layer, float) for layer in draw_start(network, x.shape[1:], 0)[0]]
        columns, apply = [], jax.jit(network.apply)
        for place, layer in enumerate(weights):
            for entry in range(layer.size):
                sides = []
                for sign in (1, -1):
                    moved = [one.copy() for one in weights]
                    moved[place].flat[entry] += sign * 1e-6
                    sides.append(np.asarray(apply(moved, x)))
                columns.append((sides[0] - sides[1]) / 2e-6)
        slopes = np.array(columns)  # (weights, samples, outputs)
        expected = np.einsum("wic,wjc->ij", slopes, slopes) / 2
        monkeypatch.setattr("verify.networks.network.BLOCK", 2 * sum(layer.size for layer in weights))  # two blocks
        found = tangent_kernel(network, weights, x)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-8 * expected.max())
    assert found != pytest.approx(expected * 1.001, rel=1e-6)  # control


@pytest.mark.slow
def test_probes_give_the_diagonal_of_the_kernel(digits):
    x = digits.held_out[:48]
    probed = measure_diagonal(TINY, draw_start(TINY, x.shape[1:], 0)[0], x)
    assert probed == pytest.approx(start_kernel(TINY, x).diagonal().mean(), rel=0.1)  # 48 random signs of ten outputs


@pytest.mark.slow
def test_richness_means_the_same_at_every_width(digits):
    """In a time of order one features move by a part that depends on gamma_0 and not on the width."""

    def change(width, richness):
        network = Convolutional(width, 3, richness)
        found = []
        for seed in range(3):
            start, _ = draw_start(network, (8, 8, 1), seed)
            descent = Descent(network, digits, 32, 0.25, seed)
            descent.advance(12)
            before, after = (hidden(one, digits.held_out[:50]) for one in (start, descent.state[0]))
            found.append(np.sqrt(((after - before) ** 2).mean() / (before**2).mean()))
        return np.mean(found)

    def hidden(weights, x):
        first = np.maximum(np.asarray(_cut_patches(x, 1) @ weights[0]), 0) * np.sqrt(2) / 3
        return np.asarray(_cut_patches(first, 2) @ weights[1]) / np.sqrt(9 * weights[0].shape[1])

    narrow, wide, richer = change(16, 0.5), change(64, 0.5), change(64, 1.0)
    assert wide == pytest.approx(narrow, rel=0.35)  # corrections of order 1/sqrt(16)
    assert richer == pytest.approx(2 * wide, rel=0.35)  # control: and doubled gamma_0 doubles it


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bits(digits):
    found = []
    for seed in (0, 0, 1):
        descent = Descent(TINY, digits, 4, 0.1, seed)
        descent.advance(3)
        found.append(descent.outputs())
    assert np.array_equal(found[0], found[1]) and not np.array_equal(found[0], found[2])


@pytest.mark.slow
def test_an_interrupted_training_goes_on_with_the_same_bits(digits, tmp_path):
    short, place = Training(8, 0.1, 30), tmp_path / "state.npz"
    whole = train_networks(TINY, digits, short, (0, 1))

    def interrupt(done, total):
        if done > 40:
            raise KeyboardInterrupt

    assert train_networks(TINY, digits, short, (0, 1), place, interrupt).status.seeds == (0,)
    assert np.array_equal(train_networks(TINY, digits, short, (0, 1), place).losses, whole.losses)
    assert not np.array_equal(*whole.losses)


@pytest.mark.slow
def test_a_linear_network_is_the_limit_of_small_richness(digits):
    lazy, near, rich = (
        train_networks(Convolutional(8, 3, richness), digits, Training(8, 0.1, 60), (0,)).losses
        for richness in (0.0, 1e-3, 1.0)
    )
    assert near == pytest.approx(lazy, rel=1e-3) and lazy[0, -1] < 0.95 * lazy[0, 0]
    assert rich != pytest.approx(lazy, rel=3e-3)  # control


def write_mnist(folder, count=60, pack=False):
    generator = np.random.default_rng(0)
    for part in ("train", "t10k"):
        images, labels = generator.integers(0, 256, (count, 5, 4), np.uint8), np.arange(count, dtype=np.uint8) % 3
        for kind, array, magic in (("images-idx3", images, 0x803), ("labels-idx1", labels, 0x801)):
            held = np.array([magic, *array.shape], ">u4").tobytes() + array.tobytes()
            place = folder / f"{part}-{kind}-ubyte{'.gz' if pack else ''}"
            place.write_bytes(gzip.compress(held) if pack else held)
    return images, labels


def write_cifar10(folder, count=20):
    generator = np.random.default_rng(0)
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        rows = generator.integers(0, 256, (count, 3073), np.uint8)
        rows[:, 0] = np.arange(count) % 4
        (folder / f"{name}.bin").write_bytes(rows.tobytes())
    return rows[:, 1:], rows[:, 0]


def check_held_out(task, images, labels):
    """What is held out are the last images, up to a shift and a scale."""
    back = task.held_out * task.distort.size + task.distort.mean
    assert back == pytest.approx(images, abs=1e-3)
    assert np.array_equal(task.answers.argmax(axis=1), labels)
    few = np.asarray(task.distort(None, task.inputs))
    assert np.abs(few.mean(axis=0)).max() < 1e-5 and (few**2).mean() == pytest.approx(1, abs=1e-4)
    assert not task.fresh


@pytest.mark.parametrize("pack", [False, True])
def test_mnist_is_read(tmp_path, pack):
    images, labels = write_mnist(tmp_path, pack=pack)
    check_held_out(folder_task("mnist", tmp_path), images[..., None], labels)


def test_cifar10_is_read(tmp_path):
    pixels, labels = write_cifar10(tmp_path)
    images = np.stack([pixels[:, 1024 * colour :][:, :1024].reshape(-1, 32, 32) for colour in range(3)], axis=-1)
    check_held_out(folder_task("cifar10", tmp_path), images, labels)


def test_cifar5m_is_read(tmp_path):
    generator = np.random.default_rng(0)
    images, labels = generator.integers(0, 256, (40, 32, 32, 3), np.uint8), np.arange(40) % 5
    for part in range(2):
        half = slice(20 * part, 20 * part + 20)
        np.savez(tmp_path / f"cifar5m_part{part}.npz", X=images[half], Y=labels[half])
    check_held_out(folder_task("cifar5m", tmp_path), images[36:], labels[36:])


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("name", "spoil", "fault"),
    [
        ("mnist", lambda folder: (folder / "t10k-labels-idx1-ubyte").unlink(), "must have t10k-labels-idx1-ubyte"),
        ("mnist", lambda folder: cut(folder / "train-images-idx3-ubyte"), "as many bytes as it says"),
        ("mnist", lambda folder: (folder / "train-images-idx3-ubyte").write_bytes(b"ab"), "must be an IDX file"),
        ("mnist", lambda folder: write_mnist(folder, 1), "at least two classes"),
        ("cifar10", write_mnist, "must have data_batch_1.bin"),
        ("cifar10", lambda folder: (write_cifar10(folder), cut(folder / "test_batch.bin")), "rows of 3073 bytes"),
        ("cifar5m", write_mnist, "any file"),
        ("cifar5m", lambda folder: (folder / "a.npz").write_bytes(b"no"), "must be NPZ with arrays X and Y"),
        ("cifar5m", lambda folder: np.savez(folder / "a.npz", X=np.ones((3, 2)), Y=np.ones(3)), "X of bytes"),
    ],
)
def test_a_folder_with_other_files_is_refused_in_one_line(name, spoil, fault, tmp_path, capsys):
    write_mnist(tmp_path)
    spoil(tmp_path)
    assert main(["train", "--task", name, "--data", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert fault in said and len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--task", "mnist"], "the task mnist needs --data"),
        (["--task", "mnist", "--data", "nowhere"], "there is no folder nowhere"),
        (["--task", "digits", "--data", "."], "does not take --data"),
        (["--task", "digits", "--q-phi", "1"], "--q-phi is for multilayer perceptrons"),
        (["--task", "digits", "--beta", "1"], "--beta is for the task circle"),
        (["--task", "digits", "--depth", "0"], "--depth"),
        (["--task", "digits", "--width", "100000"], "fit into memory"),
        (["--save-spectrum", "no/such/file"], "--save-spectrum needs a file that can be written"),
    ],
)
def test_bad_options_are_refused_in_one_line(words, fault, capsys):
    assert main(["train", *words]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("exponents:")]  # or progress
    assert len(said) == 1 and fault in said[0]


def test_without_scikit_learn_the_command_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    assert main(["train", "--task", "digits"]) == 2
    said = capsys.readouterr().err
    assert "the task digits needs sklearn" in said and "[networks]" in said and len(said.splitlines()) == 1


@pytest.mark.slow
def test_the_command_trains_on_digits_and_keeps_the_spectrum(monkeypatch, tmp_path):
    monkeypatch.setattr(train_problem, "KERNEL_SAMPLES", 400)
    place = tmp_path / "spectrum.csv"
    words = ["train", "--task", "digits", "--width", "4", "--depth", "2", "--steps", "40", "--seeds", "2", "--quiet"]
    done = CliRunner().invoke(cli, [*words, "--save-spectrum", str(place), "--format", "json"], standalone_mode=False)
    found = json.loads(done.stdout)
    assert found["settings"]["task"] == "digits" and found["settings"]["width"] == 4
    assert set(found["predicted"]) <= {"lazy", "rich"}
    eigenvalues, powers = np.loadtxt(place, delimiter=",", skiprows=1).T
    assert eigenvalues.sum() == pytest.approx(1, rel=1e-3)  # the unit of time: the mean of the diagonal
    assert powers.sum() == pytest.approx(found["curve"]["loss"][0], rel=0.2)
    assert main(["curve", "--spectrum", str(place), "--gamma", "0", "--time", "1,10"]) == 0


def test_the_spectrum_of_the_circle_is_in_the_unit_of_time_of_the_network():
    words = dict.fromkeys(("q", "q_phi", "data"))
    problem = train_problem.read_problem(
        {**words, "task": "circle", "beta": "1", "width": 8, "depth": 3, "gamma0": "0"}, 0
    )
    eigenvalues, powers = problem.spectrum()
    angles = 2 * np.pi * np.arange(512) / 512
    kernel = relu_kernels(np.stack([np.cos(angles), np.sin(angles)], axis=1), 1.0, 2).tangent
    pairs = np.linalg.eigvalsh(kernel / kernel[0, 0] / 512)[::-1][:8]  # the constant mode, and cos and sin of others
    assert eigenvalues[0] == pytest.approx(pairs[1], rel=1e-3)  # sums over aliases
    assert eigenvalues[1] == pytest.approx(pairs[3], rel=1e-3)
    assert powers.sum() == pytest.approx(problem.task.measure(np.zeros(len(problem.task.held_out))), rel=1e-4)


def test_a_network_of_no_width_is_refused():
    with pytest.raises(InputError, match="width must be a whole number"):
        Convolutional(0)
    with pytest.raises(InputError, match="gamma must be"):
        Convolutional(8, 3, -1.0)
