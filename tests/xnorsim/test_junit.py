"""The JUnit file: what CI systems read, and all of it."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from tests.xnorsim.found import found, with_difference
from workloads.atomic import write_whole
from xnorsim.cosimulation.differences import Difference, What
from xnorsim.cosimulation.outcome import Cosimulation
from xnorsim.junit import junit_report

# What the schema of Jenkins' xUnit plugin allows (version 10, that of pytest's xunit2): attributes, demanded ones
# first, and children.
SCHEMA: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": (set(), {"message", "type"}, set()),
    "skipped": (set(), {"message", "type"}, set()),
}
TIME = re.compile(r"[0-9]*\.[0-9]{0,3}")


def report(result: Cosimulation) -> ET.Element:
    """Return the parsed file, after seeing that it keeps to the schema and that its counts are right."""
    root = ET.fromstring(junit_report(result))
    for element in root.iter():
        demanded, allowed, children = SCHEMA[element.tag]
        assert demanded <= set(element.keys()) <= demanded | allowed, element.tag
        assert {child.tag for child in element} <= children, element.tag
        assert TIME.fullmatch(element.get("time", "0."))
    for suite in root:
        cases = suite.findall("testcase")
        for kind, tag in (("failures", "failure"), ("skipped", "skipped"), ("errors", "error")):
            assert int(suite.attrib[kind]) == sum(case.find(tag) is not None for case in cases)
        assert int(suite.attrib["tests"]) == len(cases)
    return root


def test_a_case_for_each_layer_and_a_suite_for_the_accelerator() -> None:
    root = report(found())
    assert [suite.get("name") for suite in root] == ["mixed on test"]
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert list(cases) == ["binary", "function.elements", "function.elements_requantize", "integer"]
    skipped = {name: case.find("skipped") for name, case in cases.items()}
    assert skipped["binary"] is None
    assert [element.get("message") for element in skipped.values() if element is not None] == [
        "model only: vector unit", "model only: vector unit", "model only: array mac",
    ]  # fmt: skip
    assert cases["binary"].attrib == {"classname": "mixed on test", "name": "binary", "time": "0.250"}
    assert root.find(".//failure") is None


def test_a_failure_has_the_first_difference_as_its_message() -> None:
    result = with_difference(found(), Difference("binary", What.CYCLES, "51 cycles instead of 50"))
    (failure,) = report(result).iter("failure")
    assert failure.attrib == {"message": "51 cycles instead of 50", "type": "cycles"}
    assert failure.text == "51 cycles instead of 50"


def test_a_store_beside_all_results_fails_a_case_of_its_own() -> None:
    result = replace(found(), differences=(Difference("", What.MEMORY, "overwritten"),))
    failing = [case for case in report(result).iter("testcase") if case.find("failure") is not None]
    assert [case.get("name") for case in failing] == ["memory"]


@pytest.mark.parametrize("name", ["<&\"'>", "two\nlines", "nul\x00 and \x1b[0m", "\ud800", "ümläut"])
def test_any_name_makes_a_file_that_can_be_read(name: str) -> None:
    result = found()
    named = replace(result, trace=replace(result.trace, name=name))
    assert report(with_difference(named, Difference("binary", What.END, name))) is not None


def test_the_file_appears_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "cosim.xml", junit_report(found()))
    assert [path.name for path in tmp_path.iterdir()] == ["cosim.xml"]
    assert ET.parse(tmp_path / "cosim.xml").getroot().tag == "testsuites"
