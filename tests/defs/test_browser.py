"""What a user does in the web interface, done in a browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from pipeline_defs.problem_config import EXAMPLE
from pipeline_defs.tags import STATUS, VERDICT
from tests.defs.conftest import CONFIGURATION
from tests.support.browser import missing_programs, running_browser
from tests.support.webserver import Webserver, running_webserver

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        bool(missing_programs()) and not os.environ.get("CI"),
        reason=f"not installed: {', '.join(missing_programs())}",
    ),
]

LAUNCHPAD = "locations/suitability/jobs/screen_problem/playground"
WAIT_SECONDS = 60
VAGUE = "We want to use AI for our documents."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webserver]:
    home = tmp_path_factory.mktemp("browser_home")
    shutil.copy(CONFIGURATION, home / "dagster.yaml")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.delenv("SUITABILITY_POSTGRES_URL", raising=False)
        monkeypatch.setenv("DAGSTER_HOME", str(home))
        with running_webserver(home, {"suitability": "pipeline_defs.definitions"}) as server:
            yield server


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    with running_browser(tmp_path / "profile") as browser:
        yield browser


def text_of(browser: Chrome) -> str:
    """Return what the page shows, read at one moment: pages redraw themselves all the time."""
    return str(browser.execute_script("return document.body.innerText"))  # pyright: ignore[reportUnknownMemberType]


def wait_for_text(browser: Chrome, *texts: str) -> str:
    """Wait until the page shows all of these and return what it shows."""
    WebDriverWait(browser, WAIT_SECONDS).until(
        lambda _: all(text in text_of(browser) for text in texts), f"{texts} not all in {browser.current_url}"
    )
    return text_of(browser)


def open_launchpad(browser: Chrome, server: Webserver) -> str:
    browser.get(f"{server.url}/{LAUNCHPAD}")
    # The form is filled in, and Dagster has found no error in it.
    return wait_for_text(browser, "strategy: partial", "No errors")


def launch(browser: Chrome) -> str:
    """Press Launch Run and return the id of the run whose page opens."""
    waiting = WebDriverWait(browser, WAIT_SECONDS)
    button = browser.find_element(By.XPATH, "//button[contains(., 'Launch Run')]")
    waiting.until(lambda _: button.is_enabled())
    button.click()
    waiting.until(lambda _: "/runs/" in browser.current_url)
    return browser.current_url.rpartition("/")[2]


def filter_events(browser: Chrome, text: str) -> None:
    browser.find_element(By.XPATH, "//input[contains(@placeholder, 'Filter')]").send_keys(text)  # pyright: ignore[reportUnknownMemberType]


def test_a_run_launched_from_the_launchpad_succeeds_and_shows_our_events(
    browser: Chrome, server: Webserver
) -> None:
    form = open_launchpad(browser, server)
    assert EXAMPLE.split(".", maxsplit=1)[0][:40] in form
    run_id = launch(browser)
    assert server.wait_for(run_id) == "SUCCESS"
    wait_for_text(browser, "Success", "Succeeded (14)")
    filter_events(browser, "pipeline:completed")
    wait_for_text(browser, "pipeline:completed STRONG_FIT: ")
    tags = server.run(run_id)["tags"]
    assert (tags[STATUS], tags[VERDICT]) == ("completed", "STRONG_FIT")


def test_a_run_that_asks_shows_its_questions_and_the_command_that_answers(
    browser: Chrome, server: Webserver
) -> None:
    config = {"ops": {"screening": {"config": {"problem": VAGUE}}}}
    run_id = server.launch("screen_problem", "suitability", config)
    assert server.wait_for(run_id) == "FAILURE"
    browser.get(f"{server.url}/runs/{run_id}")
    wait_for_text(browser, "how to answer", f"suitability answer --dagster {run_id}")
