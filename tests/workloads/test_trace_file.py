"""The trace file: what is written is read back, and each way to be wrong gets one line."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.traces import one_product, small_cnn, two_layers
from workloads import trace_file
from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.evaluation import evaluate
from workloads.networks import load_trace
from workloads.operations import Convolution, Pooling, SoftmaxAttention
from workloads.trace import Trace, first_rows
from workloads.trace_file import read_trace, write_trace

Manifest = dict[str, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a valid trace."""
    write_trace(two_layers(), tmp_path / "two.xtrace")
    return tmp_path / "two.xtrace"


def assert_same(one: Trace, other: Trace) -> None:
    """Compare two traces, arrays included."""
    assert (one.name, one.description, one.operations, one.sources) == (
        other.name,
        other.description,
        other.operations,
        other.sources,
    )
    assert one.tensors.keys() == other.tensors.keys()
    for name, tensor in one.tensors.items():
        twin = other.tensors[name]
        assert (tensor.rows, tensor.elements, tensor.encoding) == (twin.rows, twin.elements, twin.encoding)
        assert (tensor.packed is None) == (twin.packed is None)
        if tensor.packed is not None and twin.packed is not None:
            assert np.array_equal(tensor.packed, twin.packed)
    for name, thresholds in one.thresholds.items():
        assert np.array_equal(thresholds.sums, other.thresholds[name].sums)
        assert np.array_equal(thresholds.at_most, other.thresholds[name].at_most)


def test_reads_what_it_wrote(path: Path) -> None:
    trace = read_trace(path)
    assert_same(trace, two_layers())
    assert trace.has_operands
    assert trace.labels is not None
    assert trace.labels.tensor == "y"


def test_reads_the_convolutions_and_poolings_that_it_wrote(tmp_path: Path) -> None:
    write_trace(small_cnn(), tmp_path / "cnn.xtrace")
    trace = read_trace(tmp_path / "cnn.xtrace")
    assert_same(trace, small_cnn())
    assert trace.has_operands


def test_the_same_trace_gives_the_same_bytes(path: Path) -> None:
    first = path.read_bytes()
    write_trace(two_layers(), path)
    assert path.read_bytes() == first


def test_a_bare_manifest_is_a_trace_without_operands(tmp_path: Path) -> None:
    write_trace(one_product(3, 4, 5), tmp_path / "t.xtrace")
    with zipfile.ZipFile(tmp_path / "t.xtrace") as archive:
        (tmp_path / "trace.json").write_bytes(archive.read("trace.json"))
    trace = read_trace(tmp_path / "trace.json")
    assert_same(trace, one_product(3, 4, 5))
    assert not trace.has_operands


def test_thresholds_need_no_data(tmp_path: Path) -> None:
    from dataclasses import replace

    write_trace(replace(two_layers(), thresholds={}), tmp_path / "t.xtrace")
    trace = read_trace(tmp_path / "t.xtrace")
    assert not trace.has_operands
    assert trace.matrix_products[0].thresholds == "t1"


def test_first_rows_is_a_smaller_batch() -> None:
    small = first_rows(two_layers(), 2)
    assert [o.m for o in small.matrix_products] == [2, 2]
    assert small.tensors["x"].packed is not None
    assert len(small.tensors["x"].packed) == 2
    assert small.tensors["w1"].rows == 9
    assert small.labels is not None
    assert len(small.labels.classes) == 2


def test_first_rows_of_a_network_of_maps_are_its_first_images() -> None:
    whole, small = small_cnn(maps=3), first_rows(small_cnn(maps=3), 2)
    assert [o.count for o in small.operations if isinstance(o, Convolution | Pooling)] == [2, 2, 2, 2]
    assert [o.m for o in small.matrix_products] == [2]
    assert {name: tensor.rows for name, tensor in small.tensors.items()} == {
        name: tensor.rows // 3 * 2 if name[0] in "xapy" else tensor.rows for name, tensor in whole.tensors.items()
    }
    found, expected = evaluate(small), evaluate(whole)
    for name, values in found.items():
        assert np.array_equal(values, expected[name][: len(values)]), name


def rewrite(path: Path, change: Callable[[Manifest, dict[str, bytes]], None]) -> None:
    """Change a trace's members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["trace.json"])
    change(manifest, members)
    members["trace.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def npy(array: np.ndarray) -> bytes:
    """Return an array as a .npy file."""
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def set_manifest(*keys: Any, to: Any) -> Callable[[Manifest, dict[str, bytes]], None]:
    """Return a change of one entry of the manifest; None deletes it."""

    def change(manifest: Manifest, _: dict[str, bytes]) -> None:
        target: Any = manifest
        for key in keys[:-1]:
            target = target[key]
        if to is None:
            del target[keys[-1]]
        else:
            target[keys[-1]] = to

    return change


def set_member(name: str, content: bytes | None) -> Callable[[Manifest, dict[str, bytes]], None]:
    """Return a change of one member; None deletes it."""

    def change(_: Manifest, members: dict[str, bytes]) -> None:
        if content is None:
            del members[name]
        else:
            members[name] = content

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_manifest("schema_version", to=2), "schema_version 2 is newer than 1, which this program reads"),
        (set_manifest("schema_version", to=None), "schema_version is required"),
        (set_manifest("colour", to="red"), "colour is not a known key"),
        (set_manifest("name", to=None), "name is required"),
        (set_manifest("tensors", "x", "rows", to=-1), "tensors.x.rows must be >= 1, not -1"),
        (set_manifest("tensors", "x", "rows", to=1 << 20), "tensors.x.rows must be <= 1048575, not 1048576"),
        (set_manifest("tensors", "x", "rows", to="5"), "tensors.x.rows must be an integer, not '5'"),
        (set_manifest("tensors", "x", "encoding", to="int1"), "tensors.x.encoding must have 2 to 64 bits, not 'int1'"),
        (set_manifest("tensors", "x", "encoding", to="fp16"), "tensors.x.data cannot be carried for fp16"),
        (set_manifest("operations", to=[]), "operations must have at least 1 entries, not []"),
        (set_manifest("operations", 0, "type", to="gelu"), "operations.0.type must be one of 'matrix_product', 'conv"),
        (set_manifest("operations", 0, "type", to=None), "operations.0.type is required"),
        (set_manifest("operations", 0, "a", to="z"), "operations.0.a must name a tensor, not 'z'"),
        (set_manifest("operations", 0, "a", to="h"), "operations.0.a must be an input or the result of an earlier"),
        (set_manifest("operations", 1, "name", to="fc1"), "operations.1.name must be unique, not 'fc1'"),
        (set_manifest("operations", 1, "a", to="x"), "operations.1.b must have 70 elements a row, as x has, not 9"),
        (set_manifest("operations", 0, "thresholds", to=None), "operations.0.result must hold sums up to +-70"),
        (set_manifest("thresholds", "t1", "channels", to=8), "operations.0.thresholds must have 9 channels, not 8"),
        (set_manifest("tensors", "h", "encoding", to="int4"), "operations.0.result must be bipolar or unipolar"),
        (set_manifest("labels", "tensor", to="q"), "labels.tensor must name a result without thresholds, not 'q'"),
        (set_member("x.npy", None), "x.npy is missing from the archive"),
        (set_member("x.npy", b"no array"), "x.npy is not a .npy file"),
        (set_member("x.npy", npy(np.zeros((5, 1, 1), dtype=np.uint64))), "x.npy must be C-ordered <u8 of shape"),
        (set_member("x.npy", npy(np.zeros((5, 1, 2), dtype=np.int32))), "x.npy must be C-ordered <u8 of shape"),
        (set_member("x.npy", npy(np.zeros((5, 1, 2), dtype=np.uint64))[:-1]), "x.npy must be C-ordered <u8 of shape"),
        (set_member("x.npy", bytes(10_000)), "x.npy must have at most 4176 bytes, not 10000"),
        (set_member("x.npy", npy(np.full((5, 1, 2), 2**64 - 1, dtype=np.uint64))), "x.npy must have zero bits after"),
    ],
)  # fmt: skip
def test_each_mistake_is_named(path: Path, change: Any, message: str) -> None:
    rewrite(path, change)
    with pytest.raises(InputError) as caught:
        read_trace(path)
    text = str(caught.value)
    assert text.startswith(message) or message in text
    assert path.name in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("member", "content", "message"),
    [
        ("trace.json", b'{"schema_version": ' + b"9" * 5000 + b"}", "is neither a trace archive nor JSON"),
        ("trace.json", b"[" * 100_000, "is neither a trace archive nor JSON"),
        ("x.npy", b"\x93NUMPY\x01\x00\x20\x00{'descr': '<u8', 'shape': (1       \n", "x.npy is not a .npy file"),
        ("labels.npy", npy(np.full(5, 3)), "labels.npy must have classes from 0 to 2"),
        ("labels.npy", npy(np.full(5, -1)), "labels.npy must have classes from 0 to 2"),
        ("t1.npy", npy(np.full((9, 2), 7)), "t1.npy must have 0 or 1 in its second column"),
    ],
)
def test_content_that_cannot_be_meant_is_refused(path: Path, member: str, content: bytes, message: str) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**members, member: content}.items():
            archive.writestr(name, data)
    with pytest.raises(InputError, match=message) as caught:
        read_trace(path)
    assert len(str(caught.value)) <= 1000


@pytest.mark.parametrize("tensor", ["x", "h"])
def test_labels_belong_to_sums(path: Path, tensor: str) -> None:
    rewrite(path, set_manifest("labels", "tensor", to=tensor))
    with pytest.raises(InputError, match=f"labels.tensor must name a result without thresholds, not '{tensor}'"):
        read_trace(path)


def test_other_compressions_are_refused(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        manifest = archive.read("trace.json")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("trace.json", manifest)
    with pytest.raises(InputError, match=r"trace\.json must be stored or deflated"):
        read_trace(path)


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    sparse = tmp_path / "sparse.json"
    with sparse.open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(InputError, match=f"must have at most {trace_file.MAX_MANIFEST_BYTES} bytes"):
        read_trace(sparse)


def test_pickled_operands_are_refused(path: Path) -> None:
    rewrite(path, set_member("x.npy", npy(np.array([{"a": 1}], dtype=object))))
    with pytest.raises(InputError, match=r"x\.npy must be C-ordered"):
        read_trace(path)


def test_a_truncated_archive_is_refused(path: Path) -> None:
    content = path.read_bytes()
    for length in (0, 1, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=path.name):
            read_trace(path)


def read_if_right(path: Path) -> Trace | None:
    """Read a trace, or return None where it is refused."""
    try:
        return read_trace(path)
    except InputError:
        return None


def test_a_corrupted_byte_is_refused_or_harmless(path: Path) -> None:
    good = path.read_bytes()
    refused = 0
    for position in range(len(good)):
        path.write_bytes(good[:position] + bytes([good[position] ^ 0xFF]) + good[position + 1 :])
        trace = read_if_right(path)
        if trace is None:
            refused += 1
        else:
            # What is read in spite of the damage (a date in the archive, say) is what was written.
            assert_same(trace, two_layers())
    assert refused > len(good) // 2


def test_declared_size_is_bounded_before_anything_is_read(path: Path) -> None:
    huge = (1 << 20) - 1

    def change(manifest: Manifest, _: dict[str, bytes]) -> None:
        for name in ("x", "h", "y"):
            manifest["tensors"][name]["rows"] = huge
        manifest["tensors"]["x"]["elements"] = manifest["tensors"]["w1"]["elements"] = huge

    rewrite(path, change)
    with pytest.raises(InputError, match=f"takes the operands over {trace_file.MAX_OPERAND_BYTES} bytes"):
        read_trace(path)


def test_a_directory_is_no_trace(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as a trace"):
        read_trace(tmp_path)


def test_unwritable_output_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written: No such file or directory"):
        write_trace(two_layers(), tmp_path / "missing" / "t.xtrace")
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_trace(two_layers(), target)
    assert list(tmp_path.iterdir()) == [target]
    assert list(target.iterdir()) == []


def test_a_product_of_results_is_dynamic(tmp_path: Path) -> None:
    manifest = {
        "schema_version": 1,
        "name": "scores",
        "tensors": {
            "x": {"rows": 4, "elements": 8, "encoding": "bipolar"},
            "w": {"rows": 8, "elements": 8, "encoding": "bipolar"},
            "k": {"rows": 4, "elements": 8, "encoding": "int32"},
            "s": {"rows": 4, "elements": 4, "encoding": "int64"},
        },
        "operations": [
            {"type": "matrix_product", "name": "project", "a": "x", "b": "w", "result": "k"},
            {"type": "matrix_product", "name": "score", "a": "x", "b": "k", "result": "s"},
        ],
    }
    (tmp_path / "scores.json").write_text(json.dumps(manifest))
    trace = read_trace(tmp_path / "scores.json")
    assert [o.dynamic for o in trace.matrix_products] == [False, True]
    assert [tensor.name for tensor in trace.inputs] == ["x"]


def test_other_operations_cannot_be_written_yet(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^layer stages.0.patch_embed: a bias cannot be written to a trace file"):
        write_trace(load_trace("pvtv2-b0"), tmp_path / "pvtv2.xtrace")
    trace = one_product(2, 3, 4)
    conv = small_cnn().operations[0]
    for what, changed in (
        ("a bias", replace(trace.matrix_products[0], bias="b")),
        ("a change of encoding", replace(trace.matrix_products[0], encoding_result=encoding("int8"))),
        ("a convolution in groups", replace(conv, groups=9)),  # type: ignore[type-var]
        ("softmax attention", SoftmaxAttention("att", "a", "y", 2, 1, 1, encoding("int8"))),
    ):
        wrong = replace(trace, operations=(changed,))
        with pytest.raises(InputError, match=f"^layer {changed.name}: {what} cannot be written to a trace file yet"):
            write_trace(wrong, tmp_path / "wrong.xtrace")
    assert not list(tmp_path.iterdir())
