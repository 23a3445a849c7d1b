"""A page in headless Chromium: what it asks the network for, and what it complains of."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium; where there is none the test fails, and says how to get it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("chromium not found: install it (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Opened:
    """A page that is open; ``requests`` are all that it asked for but itself, ``complaints`` all that went wrong."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, browser: Browser, file: Path, *, dark: bool = False) -> "Opened":
        """Open a file in a window of its own."""
        page = browser.new_page(
            viewport={"width": 1400, "height": 900}, color_scheme="dark" if dark else "light"
        )  # fmt: skip
        opened = cls(page)
        address = file.resolve().as_uri()
        page.on("request", lambda request: opened.requests.append(request.url) if request.url != address else None)
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("console", lambda message: opened.complaints.append(f"{message.type}: {message.text}"))
        page.goto(address)
        return opened
