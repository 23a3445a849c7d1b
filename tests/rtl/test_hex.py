"""The files through which port words go into the simulator and come back."""

from pathlib import Path

import numpy as np
import pytest

from xnorsim.cosimulation.jobs import read_hex, write_hex


def test_a_line_is_a_word_with_its_most_significant_digit_first(tmp_path: Path) -> None:
    path = tmp_path / "image.hex"
    write_hex(path, np.array([[0x01, 0x02], [0xFF, 0x00]], np.uint8))
    assert path.read_text() == "0201\n00ff\n"


@pytest.mark.parametrize("port_bits", [8, 64, 4096])
def test_what_is_written_is_read_back(tmp_path: Path, port_bits: int) -> None:
    words = np.random.default_rng(port_bits).integers(0, 256, (9, port_bits // 8), np.uint8)
    write_hex(tmp_path / "image.hex", words)
    assert np.array_equal(read_hex(tmp_path / "image.hex", port_bits // 8), words)


def test_comments_and_the_start_address_of_a_dump_are_no_words(tmp_path: Path) -> None:
    path = tmp_path / "dump.hex"
    path.write_text("// 0x00000000\n@0\n0a\n0b\n")
    assert read_hex(path, 1).tolist() == [[10], [11]]
