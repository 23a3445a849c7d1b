"""Convolutions and poolings in trace.json, as they are written by hand; each way to be wrong gets one line."""

import json
from pathlib import Path
from typing import Any

import pytest

from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.operations import Convolution, Feed, Pooling, VectorFunction, Window
from workloads.trace_file import read_trace

BARE_CNN: dict[str, Any] = {
    "schema_version": 1,
    "name": "by-hand",
    "tensors": {
        "x": {"rows": 2 * 30, "elements": 3, "encoding": "uint4"},
        "w": {"rows": 8, "elements": 9 * 3, "encoding": "bipolar"},
        "h": {"rows": 2 * 30, "elements": 8, "encoding": "bipolar"},
        "p": {"rows": 2 * 6, "elements": 8, "encoding": "bipolar"},
        "v": {"rows": 4, "elements": 6 * 8, "encoding": "bipolar"},
        "y": {"rows": 2, "elements": 4, "encoding": "int16"},
    },
    "thresholds": {"t": {"channels": 8}},
    "operations": [
        {"type": "convolution", "name": "conv", "a": "x", "b": "w", "result": "h", "thresholds": "t", "count": 2,
         "window": {"size": [5, 6], "kernel": [3, 3], "padding": [1, 1]}},
        {"type": "pooling", "name": "pool", "function": "maximum", "a": "h", "result": "p", "count": 2,
         "window": {"size": [5, 6], "kernel": [2, 2], "stride": [2, 2]}},
        {"type": "convolution", "name": "fc", "a": "p", "b": "v", "result": "y", "count": 2, "feed": "direct",
         "window": {"size": [2, 3], "kernel": [2, 3]}},
    ],
}  # fmt: skip


def test_convolutions_written_by_hand(tmp_path: Path) -> None:
    (tmp_path / "cnn.json").write_text(json.dumps(BARE_CNN))
    conv, pool, dense = read_trace(tmp_path / "cnn.json").operations
    bipolar = encoding("bipolar")
    window = Window((5, 6), (3, 3), (1, 1), (1, 1), (1, 1))
    assert conv == Convolution("conv", "x", "w", "h", window, 3, 8, encoding("uint4"), bipolar, thresholds="t", count=2)
    halved = Window((5, 6), (2, 2), (2, 2))
    assert pool == Pooling("pool", VectorFunction.MAXIMUM, "h", "p", halved, 8, bipolar, count=2)
    whole = Window((2, 3), (2, 3), (1, 1))
    assert dense == Convolution("fc", "p", "v", "y", whole, 8, 4, bipolar, bipolar, feed=Feed.DIRECT, count=2)


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("operations", 0, "window"), None, "operations.0.window is required"),
        (("operations", 0, "window", "kernel"), None, "operations.0.window.kernel is required"),
        (("operations", 0, "window", "kernel"), 3, "operations.0.window.kernel must be a list, not 3"),
        (("operations", 0, "window", "kernel"), [3],
         "operations.0.window.kernel must have at least 2 entries, not [3]"),
        (("operations", 0, "window", "kernel"), [0, 3], "operations.0.window.kernel.0 must be >= 1, not 0"),
        (("operations", 0, "window", "padding"), [-1, 0], "operations.0.window.padding.0 must be >= 0, not -1"),
        (("operations", 0, "window", "colour"), 1, "operations.0.window.colour is not a known key"),
        (("operations", 0, "window", "kernel"), [8, 1],
         "operations.0.window.kernel must fit the padded map in its height, not [8, 1]"),
        (("operations", 2, "window", "dilation"), [1, 2],
         "operations.2.window.kernel must fit the padded map in its width, not [2, 3]"),
        (("operations", 0, "feed"), "later", "operations.0.feed must be 'direct' or 'host', not 'later'"),
        (("operations", 0, "count"), 3, "operations.0.a must have 90 rows, a pixel of 3 maps of 5 x 6 each, not 60"),
        (("operations", 0, "window", "stride"), [2, 1],
         "operations.0.result must have 36 rows of 8 elements, not (60, 8)"),
        (("operations", 0, "window", "kernel"), [3, 1],
         "operations.0.b must have 9 elements a row, 3 for each tap, not 27"),
        (("operations", 0, "b"), "p", "operations.0.b must be an input or the result of an earlier operation, not 'p'"),
        (("operations", 2, "b"), "h", "operations.2.b must be a constant, which no operation makes, not 'h'"),
        (("thresholds", "t", "channels"), 7, "operations.0.thresholds must have 8 channels, not 7"),
        (("operations", 0, "thresholds"), "u", "operations.0.thresholds must name an entry of thresholds, not 'u'"),
        (("tensors", "h", "encoding"), "int8", "operations.0.result must be bipolar or unipolar behind thresholds"),
        (("tensors", "y", "encoding"), "int6", "operations.2.result must hold sums up to +-48, not 'int6'"),
        (("tensors", "p", "encoding"), "int8", "operations.1.result must be bipolar, as h is, not 'int8'"),
        (("operations", 1, "function"), "sum", "operations.1.function must be 'maximum' or 'mean', not 'sum'"),
        (("operations", 1, "function"), "mean",
         "operations.1.function must be 'maximum' for elements of one plane (bipolar), not 'mean'"),
        (("operations", 1, "a"), "q", "operations.1.a must name a tensor, not 'q'"),
        (("operations", 1, "a"), "y", "operations.1.a must be an input or the result of an earlier operation, not 'y'"),
        (("operations", 1, "thresholds"), "t", "operations.1.thresholds is not a known key"),
        (("operations", 1, "type"), "convolution", "operations.1.function is not a known key"),
        (("labels",), {"tensor": "p", "data": "l"}, "labels.tensor must name a result without thresholds, not 'p'"),
    ],
)  # fmt: skip
def test_each_mistake_in_a_convolution_or_pooling_is_named(
    tmp_path: Path, keys: tuple[Any, ...], value: Any, message: str
) -> None:
    manifest = json.loads(json.dumps(BARE_CNN))
    *path, last = keys
    target = manifest
    for key in path:
        target = target[key]
    target[last] = value
    if value is None:
        del target[last]
    (tmp_path / "cnn.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError) as caught:
        read_trace(tmp_path / "cnn.json")
    text = str(caught.value)
    assert text.startswith(message)
    assert "cnn.json" in text
    assert "\n" not in text
