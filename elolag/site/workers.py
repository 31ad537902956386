"""Who does the work of a site: this process, and others beside it."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from elolag.errors import REPORT, ElolagError, library
from elolag.site.material import answered

T = TypeVar("T")


class Work(Protocol):
    """Who works, and who is told how far it has come."""

    @property
    def workers(self) -> Executor | None: ...  # noqa: D102

    @property
    def tell(self) -> Callable[[int, int], object] | None: ...  # noqa: D102


def work_through(
    tasks: Mapping[str, Callable[[], Any]], work: Work, here: Callable[[], T]
) -> tuple[dict[str, Any], T]:
    """The answers of tasks by name, or the error in its place; and what is made here meanwhile.

    The workers begin with the first of the tasks; whoever has asked is one of them when `here` is
    made, and takes what none has begun from the end.
    """
    found: dict[str, Any] = {}
    submit = work.workers.submit if work.workers else None
    begun = {name: submit(answered, task) for name, task in tasks.items()} if submit else {}

    def told(name: str, answer: Any) -> None:
        if isinstance(answer, ElolagError) and name.startswith(_NEEDED):
            raise answer
        found[name] = answer
        if work.tell:
            work.tell(len(found), len(tasks))

    try:
        made = here()
        for name in reversed([*tasks]):
            if name not in begun or begun[name].cancel():
                told(name, answered(tasks[name]))
        for name in [name for name in tasks if name not in found]:
            told(name, begun[name].result())
    finally:
        for future in begun.values():
            future.cancel()
    return found, made


@contextmanager
def workers(jobs: int) -> Iterator[Executor | None]:
    """The workers beside this process; None where it works alone."""
    if jobs == 1:
        yield None
        return
    loky = library("joblib.externals.loky", REPORT)
    # A worker that has grown is replaced. Said as an error, as under -W error, in the thread
    # that reads the answers, it would end that thread, and all would wait for ever.
    warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    # Not the executor that joblib keeps for whoever comes next: it wants one of its own making.
    with loky.ProcessPoolExecutor(jobs - 1, timeout=300, initializer=_may_grow, env=one) as found:
        yield found


def _may_grow() -> None:
    """A worker is not replaced for having grown: what it has read is for its next tasks."""
    library("joblib.externals.loky.process_executor", REPORT)._MAX_MEMORY_LEAK_SIZE = sys.maxsize
    gc.set_threshold(_OBJECTS)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Charts are made of many small objects; a twelfth of the time went into looking for waste."""
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


#: New objects after which the collector looks through them.
_OBJECTS = 50_000
#: Tasks whose error is one of the site; that of any other is told in its place.
_NEEDED = ("month", "answer", "list", "ask", "page")
