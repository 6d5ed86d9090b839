"""Chromium without a window, to see what a user sees."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

PROGRAMS = ("chromium", "chromedriver")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1400,900",
)


def missing_programs() -> list[str]:
    """Return what has to be installed first."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


@contextmanager
def running_browser(profile: Path) -> Generator[Chrome]:
    """Open a browser whose profile is this new folder; it has ended when this returns."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    service = Service(shutil.which("chromedriver"))
    try:
        browser = Chrome(options, service)
        try:
            yield browser
        finally:
            browser.quit()
    finally:
        service.stop()
