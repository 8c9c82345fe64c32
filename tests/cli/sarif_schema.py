"""The structure of SARIF 2.1.0 (OASIS), as far as a static checker of texts uses it.

A hand-made transcription of the standard's object definitions: for each object its required
and its optional properties.  Stricter than the standard: a property that is not listed here
is refused even where the standard has one, so that nothing is written unchecked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Check = Callable[[Any, str], None]


class WrongStructure(AssertionError):
    """Something does not follow the standard; the message names the path to it."""


def text(value: Any, path: str) -> None:
    if not isinstance(value, str) or not value:
        raise WrongStructure(f"{path}: not a text")


def one_of(*words: str) -> Check:
    def check(value: Any, path: str) -> None:
        if value not in words:
            raise WrongStructure(f"{path}: {value!r} is none of {words}")

    return check


def count(value: Any, path: str) -> None:
    if type(value) is not int or value < 1:
        raise WrongStructure(f"{path}: {value!r} is no number from 1")


def uri(value: Any, path: str) -> None:
    text(value, path)
    if not re.fullmatch(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+", value):
        raise WrongStructure(f"{path}: {value!r} is no reference to a resource")


def many(item: Check, least: int = 0) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, list) or len(value) < least:
            raise WrongStructure(f"{path}: not a list of at least {least}")
        for k, one in enumerate(value):
            item(one, f"{path}[{k}]")

    return check


def record(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    known = {**required, **(optional or {})}

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise WrongStructure(f"{path}: not an object")
        for key in required:
            if key not in value:
                raise WrongStructure(f"{path}: no {key}")
        for key, one in value.items():
            if key not in known:
                raise WrongStructure(f"{path}: {key} is not expected")
            known[key](one, f"{path}.{key}")

    return check


MESSAGE = record({"text": text})
ARTIFACT = record({"uri": uri})
REGION = record({"startLine": count}, {"startColumn": count, "endLine": count, "endColumn": count})
PHYSICAL = record({"artifactLocation": ARTIFACT}, {"region": REGION})
LOCATION = record({"physicalLocation": PHYSICAL}, {"message": MESSAGE})
REPLACEMENT = record({"deletedRegion": REGION}, {"insertedContent": MESSAGE})
CHANGE = record({"artifactLocation": ARTIFACT, "replacements": many(REPLACEMENT, 1)})
FIX = record({"artifactChanges": many(CHANGE, 1)}, {"description": MESSAGE})
RESULT = record(
    {"message": MESSAGE, "ruleId": text, "locations": many(LOCATION, 1)},
    {
        "level": one_of("none", "note", "warning", "error"),
        "relatedLocations": many(LOCATION),
        "fixes": many(FIX),
        "suppressions": many(record({"kind": one_of("inSource", "external")})),
    },
)
RULE = record({"id": text}, {"name": text, "shortDescription": MESSAGE, "fullDescription": MESSAGE})
DRIVER = record({"name": text}, {"version": text, "rules": many(RULE)})
RUN = record(
    {"tool": record({"driver": DRIVER})},
    {"results": many(RESULT), "columnKind": one_of("utf16CodeUnits", "unicodeCodePoints")},
)
LOG = record({"version": one_of("2.1.0"), "runs": many(RUN)}, {"$schema": uri})


def check_log(log: Any) -> None:
    """Raises `WrongStructure`; also where a result names no rule, or a region ends too early."""
    LOG(log, "log")
    for run in log["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"].get("rules", [])]
        if len(set(rules)) != len(rules):
            raise WrongStructure("log: a rule is there twice")
        for result in run.get("results", []):
            if result["ruleId"] not in rules:
                raise WrongStructure(f"log: no rule {result['ruleId']}")
            for location in result["locations"] + result.get("relatedLocations", []):
                region = location["physicalLocation"]["region"]
                start = (region["startLine"], region["startColumn"])
                if start > (region["endLine"], region["endColumn"]):
                    raise WrongStructure("log: a region ends before it begins")
