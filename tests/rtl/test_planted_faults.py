"""A fault in a copy of the RTL is found within its time, and the message says where to look."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.rtl.planted import Change, changed_rtl, write_tiny, write_tiny_pooling, xnorsim

pytestmark = pytest.mark.rtl

DRAIN_DONE = "  assign done_o    = valid_q[Cols-1] && (row_q[Cols-1] == '0);\n"

RESULT_BIT = Change(
    "xnorsim_store",
    "assign packed_bits[c] = valid && row_i[c][0];",
    "assign packed_bits[c] = valid && (row_i[c][0] != (c == 1));",
)
THRESHOLD = Change("xnorsim_threshold", "$signed(sum_i) >= ", "$signed(sum_i) > ")
DRAIN_CYCLE = Change(
    "xnorsim_drain",
    DRAIN_DONE,
    "  always_ff @(posedge clk_i) done_o <= valid_q[Cols-1] && (row_q[Cols-1] == '0);\n",
)
# A store of nothing breaks a rule of the port: this one writes a zero of the row's tail.
DROPPED_STORE = Change(
    "xnorsim_store", "mask_o <= head & tail;", "mask_o <= (n0_i == 2) ? PortBits'(1) << 63 : head & tail;"
)
HANG = Change("xnorsim_drain", DRAIN_DONE, "  assign done_o = 1'b0;\n")
POOLED_BIT = Change("xnorsim_pool", "group_q[sum_q] | word;", "group_q[sum_q] & word;")
# The place of a job's first tile is that behind the job before.
STALE_STATE = Change(
    "xnorsim_drain",
    "    end else if (start_i) begin\n      place_q <= '0;\n",
    "    end else if (start_i) begin\n      place_q <= place_q;\n",
)
ENDLESS_LOOP = Change(
    "xnorsim_drain",
    DRAIN_DONE,
    """\
  logic [7:0] spin_q;
  always_ff @(posedge clk_i) begin
    if (last_i) while (spin_q != 8'd1) spin_q = spin_q + 8'd2;
    else spin_q = 8'd0;
  end
  assign done_o = (spin_q != 8'd3) && valid_q[Cols-1] && (row_q[Cols-1] == '0);
""",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tiny(tmp_path)
    return tmp_path


def faulty(folder: Path, change: Change, *options: str) -> str:
    """Run the small network on RTL with a fault, demand that it is found, and return what was printed."""
    changed_rtl(folder, change)
    ended = xnorsim(
        "cosim", "two.xtrace", "-a", "tiny.toml", "--rtl", "changed/xnorsim.f", *options, folder=folder, limit_s=500
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert "RTL and model differ" in ended.stdout
    return ended.stdout


def test_a_result_bit(folder: Path) -> None:
    said = faulty(folder, RESULT_BIT)
    assert (
        "First: layer fc1: 20 of 45 bits wrong, the first in m tile 0, n tile 0: row 0, channel 1 is 0, not 1" in said
    )
    assert "cut to its leading tiles up to m tile 0, n tile 0: 2 x 70 x 2 differs too, and nothing smaller" in said
    # The next layer read the wrong bits as they were, and is right about them.
    assert re.search(r"^fc2 .* 0  equal", said, re.MULTILINE)


def test_a_threshold_off_by_one(folder: Path) -> None:
    # The thresholds of random operands lie among their sums; those of two random layers are missed by most of theirs.
    said = faulty(folder, THRESHOLD, "--seed", "5", "--layers", "fc1")
    assert "random, seed 5" in said
    assert re.search(r"First: layer fc1: \d+ of 45 bits wrong, .* row 4, channel 5 is 0, not 1", said)


def test_a_cycle_more_in_the_drain(folder: Path) -> None:
    said = faulty(folder, DRAIN_CYCLE, "--json", "found.json")
    assert "First: layer fc1: 181 cycles instead of 173: load_stall 98 instead of 91, flush 8 instead of 7" in said
    assert "98 not 91" in said
    found = json.loads((folder / "found.json").read_text())
    assert not found["passed"]
    first = found["differences"][0]
    assert (first["layer"], first["what"], first["cycle_class"]) == ("fc1", "cycles", "load_stall")
    assert (first["expected"], first["found"]) == (91, 98)
    # A single tile shows it: nothing but the flush is longer there.
    assert found["reproduced"]["tiles"] == [1, 1]
    assert [layer["mismatches"] for layer in found["layers"]] == [0, 0]


def test_a_dropped_store(folder: Path) -> None:
    said = faulty(folder, DROPPED_STORE, "--junit", "found.xml", "--waves")
    assert "the first in m tile 0, n tile 1: row 0, channel 2 is" in said
    assert "it was never stored, it seems: what lay there before is there still" in said
    cases = {case.get("name"): case for case in ET.parse(folder / "found.xml").getroot().iter("testcase")}
    failure = cases["fc1"].find("failure")
    assert failure is not None
    assert "never stored" in failure.attrib["message"]
    assert "m tile 0, n tile 1: 2 x 70 x 4 differs too" in said
    (waves,) = [path for path in folder.iterdir() if path.suffix in (".vcd", ".fst")]
    assert f"Its waveform: {waves}" in said
    assert waves.stem == "two-layers.fc1"
    # Of one job of two tiles: every signal of the RTL, and small enough to be opened.
    assert 1 << 10 < waves.stat().st_size < 1 << 20
    if waves.suffix == ".vcd":
        text = waves.read_text()
        assert "u_store" in text
        last = max(int(step) for step in re.findall(r"^#(\d+)$", text, re.MULTILINE))
        assert last < 2 * 150, "the waveform is of that job alone"


def test_a_hang(folder: Path) -> None:
    said = faulty(folder, HANG)
    assert "layer fc1: the job waits for its last store (jobs_done_o) after 692 cycles, the limit" in said
    assert "(the model takes 173): 10 of 75 words issued, 14 of 79 port words loaded, 0 of 25 stored" in said
    assert "the array waits for operands (wait_load_o)" in said
    assert re.search(r"^fc2 .* not played", said, re.MULTILINE)


def test_a_hang_of_the_simulator_itself(folder: Path) -> None:
    said = faulty(folder, ENDLESS_LOOP, "--patience", "20")
    assert (
        "layer fc1: the job has kept the simulator busy for 20 s without an edge of the clock, near its cycle" in said
    )


def test_what_only_shows_behind_another_job(folder: Path) -> None:
    # fc1 is cut to five of its tiles, so that it ends in another place than it starts in.
    said = faulty(folder, STALE_STATE, "--waves", "--max-cycles", "100")
    assert re.search(r"^fc1 +2 x 70 x 9, cut of 5 x 70 x 9 .* equal", said, re.MULTILINE)
    assert "First: layer fc2: " in said
    assert (
        "To look at it: layer fc2 is right when its job (5 x 9 x 3) is played alone: it takes the jobs before" in said
    )
    (waves,) = [path for path in folder.iterdir() if path.suffix in (".vcd", ".fst")]
    assert waves.stem == "two-layers.fc2"


def test_a_map_that_is_pooled_wrong(folder: Path) -> None:
    write_tiny_pooling(folder)
    said = faulty(folder, POOLED_BIT)
    assert re.search(
        r"First: layer pool1: \d+ of 162 bits wrong, the first in job 0 of 2: row 0, channel \d is 0, not 1\n", said
    )
    assert "layer pool1, cut to its leading rows of places up to row 0: 3 x 4 x 9 differs too" in said
    assert re.search(r"^pool1 +2 of 9 places of 4 taps .* different", said, re.MULTILINE)
    # Convolutions before and behind are right about what they read.
    for name in ("conv1", "conv2", "fc1", "fc2"):
        assert re.search(rf"^{name} .* 0  equal", said, re.MULTILINE), name
