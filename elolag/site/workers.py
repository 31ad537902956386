"""Who does the work of a site: this process, and others beside it."""

from __future__ import annotations

import gc
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar

from elolag.errors import REPORT, ElolagError, library
from elolag.site.material import answered

_T = TypeVar("_T")


def work_through(
    tasks: Mapping[str, Callable[[], Any]],
    beside: Sequence[Executor],
    tell: Callable[[int, int], object] | None,
    here: Callable[[], _T],
) -> tuple[dict[str, Any], _T]:
    """The answers of tasks by name, or the error in its place; and what is made here meanwhile.

    Each worker takes the first that is left, one at a time; whoever has asked takes the last ones
    when `here` is made. `tell` is told how many are answered, and of how many.
    """
    found: dict[str, Any] = {}
    left, one = deque(tasks.items()), Lock()

    def told(name: str, answer: Any) -> None:
        if isinstance(answer, ElolagError) and name.startswith(_NEEDED):
            raise answer
        with one:
            found[name] = answer
            if tell:
                tell(len(found), len(tasks))

    def handed(worker: Executor) -> None:
        try:
            for name, task in _taken(left.popleft):
                told(name, worker.submit(answered, task).result())
        except BaseException:
            left.clear()
            raise

    with ThreadPoolExecutor(max(len(beside), 1)) as hands:
        busy = [hands.submit(handed, worker) for worker in beside]
        try:
            made = here()
            for name, task in _taken(left.pop):
                told(name, answered(task))
        finally:
            left.clear()
    for each in busy:
        each.result()
    return found, made


def _taken(take: Callable[[], _T]) -> Iterator[_T]:
    """What is left of a queue that others take from too."""
    while True:
        try:
            task = take()
        except IndexError:
            return
        yield task


@contextmanager
def workers(jobs: int) -> Iterator[Sequence[Executor]]:
    """Who is handed tasks beside this process: one fewer than `jobs`."""
    if jobs == 1:
        yield ()
        return
    loky = library("joblib.externals.loky", REPORT)
    # A worker that has grown is replaced. Said as an error, as under -W error, in the thread
    # that reads the answers, it would end that thread, and all would wait for ever.
    warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    # Not the executor that joblib keeps for whoever comes next: it wants one of its own making.
    found = loky.ProcessPoolExecutor(jobs - 1, timeout=300, initializer=_may_grow, env=one)
    try:
        yield (found,) * (jobs - 1)
    finally:
        found.shutdown(kill_workers=True)  # to put away what they have read takes seconds


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
