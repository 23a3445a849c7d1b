"""A co-simulation as a JUnit file, which CI systems read: a suite for the accelerator, a case for each layer."""

import re
import xml.etree.ElementTree as ET

from xnorsim.cosimulation.differences import Difference
from xnorsim.cosimulation.outcome import Cosimulation, LayerOutcome, Status

# What XML has no way to write.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_report(result: Cosimulation) -> bytes:
    """Return the file's content: a failure names the first difference of its layer, what is model only is skipped."""
    name = f"{result.trace.name} on {result.accelerator.name}"
    suite = ET.Element("testsuite", _attributes(name=name))
    for layer in result.layer_outcomes:
        suite.append(_case(name, layer))
    beside = [difference for difference in result.differences if not difference.layer]
    if beside:
        _fail(ET.SubElement(suite, "testcase", _attributes(classname=name, name="memory", time="0.000")), beside)
    counts = {
        "tests": len(suite),
        "failures": len(suite.findall("testcase/failure")),
        "errors": 0,
        "skipped": len(suite.findall("testcase/skipped")),
    }
    seconds = sum(float(case.get("time", "0")) for case in suite)
    suite.attrib |= _attributes(**counts, time=f"{seconds:.3f}")
    suites = ET.Element("testsuites", _attributes(name="xnorsim cosim"))
    suites.append(suite)
    ET.indent(suites)
    content: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return content


def _case(suite: str, layer: LayerOutcome) -> ET.Element:
    seconds = 0.0 if layer.outcome is None else layer.outcome.seconds
    case = ET.Element("testcase", _attributes(classname=suite, name=layer.name, time=f"{seconds:.3f}"))
    if layer.outcome is not None and layer.outcome.differences:
        _fail(case, layer.outcome.differences)
    elif layer.status is Status.MODEL_ONLY:
        ET.SubElement(case, "skipped", _attributes(message=f"model only: {layer.layer.model_only}"))
    elif layer.status is Status.NOT_PLAYED:
        ET.SubElement(case, "skipped", _attributes(message="not played: a job before it did not end"))
    return case


def _fail(case: ET.Element, differences: tuple[Difference, ...] | list[Difference]) -> None:
    first = differences[0]
    failure = ET.SubElement(case, "failure", _attributes(message=first.message, type=first.what.value))
    failure.text = _NO_XML.sub("?", "\n".join(difference.message for difference in differences))


def _attributes(**values: object) -> dict[str, str]:
    return {name: _NO_XML.sub("?", str(value)) for name, value in values.items()}
