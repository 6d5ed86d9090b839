"""The conformance suite of checkpointers."""

from pipeline_core.testing.suite.checkpoints import Checkpoints
from pipeline_core.testing.suite.contention import Contention
from pipeline_core.testing.suite.leases import Leases
from pipeline_core.testing.suite.listing import Listing
from pipeline_core.testing.suite.records import Records

__all__ = ["CheckpointerSuite"]


class CheckpointerSuite(Checkpoints, Records, Leases, Listing, Contention):
    """What every checkpointer must do. Subclass it, and set `__test__` to True.

    Give the subclass one of two pytest fixtures:

    - `factory` returns a `Factory`, for a back end that several processes can open;
    - `checkpointer` yields an empty checkpointer, for one that lives in this process. The tests that
      need several processes are skipped then.

    Example:
        ```python
        class TestSqliteCheckpointer(CheckpointerSuite):
            __test__ = True

            @pytest.fixture
            def factory(self, tmp_path: Path) -> Factory:
                return sqlite_factory(tmp_path)
        ```
    """

    __test__ = False
