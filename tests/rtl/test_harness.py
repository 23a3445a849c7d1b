"""The bare harness of the benchmarks plays what cocotb plays, and would be caught if it did not."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.one_layer import HARNESS, Bench, convolution, placed
from tests.strategies import hardware
from xnorsim.cosimulation.jobs import bench_design
from xnorsim.cosimulation.network import rtl_parameters

pytestmark = pytest.mark.rtl


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return two rows of the layer on a small array."""
    accelerator = hardware(4, 4, 64, kc=9, port_bits=64)
    image, addresses = placed(convolution("bipolar", 2), accelerator)
    design = replace(bench_design(rtl_parameters(accelerator, "xnor", 1 << 14)), harness=HARNESS)
    return Bench(accelerator, design, image, addresses, tmp_path)


def test_the_harness_plays_what_cocotb_plays(bench: Bench) -> None:
    job = convolution("bipolar", 2)
    bench.cocotb(job)
    bench.harness(job)


def test_other_cycles_than_the_engine_s_are_told(bench: Bench) -> None:
    bench.cocotb(convolution("bipolar", 1))
    with pytest.raises(SystemExit, match="RTL, engine and closed form differ"):
        bench.harness(convolution("bipolar", 2))


def test_another_memory_than_cocotb_s_is_told(bench: Bench) -> None:
    job = convolution("bipolar", 1)
    bench.cocotb(job)
    dump = bench.folder / "dump.hex"
    dump.write_text(dump.read_text().replace("0", "1", 1))
    with pytest.raises(SystemExit, match="different memories"):
        bench.harness(job)
