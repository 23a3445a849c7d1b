"""The pictures of docs/waves: WaveJSON beside what WaveDrom makes of it."""

import json
import re
from pathlib import Path
from typing import Any

import wavedrom

DOCS = Path(__file__).parent.parent / "docs"
FOLDER = DOCS / "waves"


def pictured() -> list[str]:
    """Return the names of the pictures that the pages show."""
    pages = (page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md")))
    return sorted({name for page in pages for name in re.findall(r"\]\(waves/(\w+)\.svg\)", page)})


def committed(name: str) -> str:
    """Return the source of a picture."""
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def source_text(diagram: dict[str, Any]) -> str:
    """Return a diagram as it is committed: a lane a line."""
    fields = []
    for name, value in diagram.items():
        if isinstance(value, list):
            lines = ",\n".join(f"  {json.dumps(item)}" for item in value)
            fields.append(f'"{name}": [\n{lines}\n]')
        else:
            fields.append(f'"{name}": {json.dumps(value)}')
    return "{" + ",\n".join(fields) + "}\n"


def drawn(source: str) -> str:
    """Return the picture of a source: what WaveDrom draws, without the shapes that it never uses, on white."""
    drawing = wavedrom.render(source)
    used = set(re.findall(r'href="#([^"]+)"', drawing.tostring()))
    defined = drawing.defs.elements
    drawing.defs.elements = [shape for shape in defined if shape.elementname != "g" or shape["id"] in used]
    drawing["style"] = "background: white"
    text: str = drawing.tostring()
    return text.replace("><", ">\n<") + "\n"
