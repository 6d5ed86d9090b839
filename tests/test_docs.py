"""What the pages show is what happens."""

import re
from pathlib import Path

import pytest

from tests.cli.support import Shell
from tests.docs_runner import run_page

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LEAST = {"README.md": 4, "add-a-dimension.md": 5, "cli.md": 5}
"""How many outputs are compared at the least: a page whose blocks were not found would pass in silence."""
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the examples in it, as a checkout has."""
    made = tmp_path / "checkout"
    made.mkdir()
    (made / "examples").symlink_to(ROOT / "examples")
    return made


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_shows_what_happens(page: Path, folder: Path, tmp_path: Path) -> None:
    assert run_page(page, folder, Shell(tmp_path / "home")) >= LEAST.get(page.name, 0)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
