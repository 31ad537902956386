"""Runs batches, in parallel if asked, and keeps what is done so that a stopped run goes on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

from elolag import tags
from elolag.errors import UsageError
from elolag.extras import JOBS, library
from elolag.grid._answers import Answer, Batch, answer_batch
from elolag.grid._facts import Facts, Question

NOTE = "grid.json"


def run(
    batches: Sequence[Batch],
    question: Question,
    *,
    jobs: int,
    parts: Path | None,
    making: Mapping[str, Any],
    tell: Callable[[int, int], object] | None,
) -> list[list[Answer]]:
    """Answer every batch, those already in `parts` read from there.

    Parameters
    ----------
    parts
        Folder of parts; None keeps nothing.
    making
        What decides the answers (see `fingerprint`); parts made otherwise are refused.
    tell
        Called with specifications answered and wanted.

    Returns
    -------
    list
        Answers in the order of the batches, the same for any `jobs`.
    """
    found: dict[int, list[Answer]] = {}
    if parts is not None:
        _claim(parts, making)
        for batch in batches:
            path = _path(parts, batch)
            if path.is_file():
                found[batch.number] = _read(path, batch)
    total = sum(len(b.specs) for b in batches)
    done = sum(len(a) for a in found.values())
    if tell:
        tell(done, total)
    todo = [b for b in batches if b.number not in found]
    for batch, answers in _computed(todo, question, jobs):
        found[batch.number] = answers
        if parts is not None:
            _write(_path(parts, batch), json.dumps([asdict(a) for a in answers], indent=0))
        done += len(answers)
        if tell:
            tell(done, total)
    return [found[b.number] for b in batches]


def _computed(
    todo: Sequence[Batch], question: Question, jobs: int
) -> Iterable[tuple[Batch, list[Answer]]]:
    if jobs == 1 or len(todo) < 2:
        return (answer_batch(b, question) for b in todo)
    joblib = library("joblib", JOBS)
    calls = (joblib.delayed(answer_batch)(b, question) for b in todo)
    found: Iterable[tuple[Batch, list[Answer]]] = joblib.Parallel(
        n_jobs=jobs, return_as="generator_unordered"
    )(calls)
    return found


def fingerprint(facts: Facts, specs: Sequence[Any]) -> dict[str, str]:
    """Hashes of everything that decides the answers: code, tags, ratings, question, design."""
    question = {k: str(v) for k, v in asdict(facts.question).items() if k != "archive"}
    extra = facts.question.extra_tags
    return {
        "code": _digest(_code()),
        "tags": _digest([tags.digest(extra).encode()] if extra else []),
        "ratings": _digest(
            s.sha256.encode()
            for board in sorted({spec.board for spec in specs})
            for s in facts.boards[board].snapshots
        ),
        "question": _digest([json.dumps(question, sort_keys=True).encode()]),
        "specifications": _digest(repr(spec).encode() for spec in specs),
    }


def _code() -> Iterator[bytes]:
    """The package's modules and data; a change anywhere makes old parts unusable."""
    root = Path(str(resources.files("elolag")))
    for path in sorted(root.rglob("*")):
        part = path.relative_to(root).parts
        if part[0] not in ("_snapshots", "cli", "plots") and path.suffix in (
            ".py", ".json", ".csv",
        ):  # fmt: skip
            yield "/".join(part).encode() + b"\0" + path.read_bytes()


def _digest(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(hashlib.sha256(piece).digest())
    return digest.hexdigest()


def _claim(folder: Path, making: Mapping[str, Any]) -> None:
    """Write down what the folder's parts are made by, or refuse those of another making."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot keep parts in {folder}: {error}") from error
    note = folder / NOTE
    if not note.is_file():
        if any(folder.iterdir()):
            raise UsageError(f"{folder} holds other files; take an empty folder for the parts")
        _write(note, json.dumps(making, indent=1) + "\n")
        return
    kept = _json(note)
    other = sorted(k for k in making if not isinstance(kept, dict) or kept.get(k) != making[k])
    if other:
        raise UsageError(
            f"{note}: the parts in this folder were made with other {', '.join(other)}; take an "
            f"empty folder, or delete this one"
        )


def _path(folder: Path, batch: Batch) -> Path:
    return folder / f"part-{batch.number:04d}.json"


def _read(path: Path, batch: Batch) -> list[Answer]:
    rows = _json(path)
    try:
        answers = [Answer(**row) for row in rows]
    except TypeError as error:
        raise UsageError(f"{path}: not a part of a grid ({error}); delete it") from error
    if len(answers) != len(batch.specs):
        raise UsageError(f"{path}: {len(answers)} answers for {len(batch.specs)}; delete it")
    return answers


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise UsageError(f"{path}: not JSON ({error}); delete it") from error


def _write(path: Path, text: str) -> None:
    """Write so that a stop at any moment leaves a whole file or none."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)
