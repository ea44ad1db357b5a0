#!/usr/bin/env python3
"""Checks the licence of every crate in the dependency graph: licences.py [METADATA.json]

Without an argument it asks `cargo metadata` about the workspace, every feature switched on and for
every platform. Each crate is judged by the most demanding place it is used in:

  linked   reached from the three cores or from libtrunkline by normal dependencies. A GPL-2.0 module
           must be able to link it, so Apache-2.0 counts only as one side of a choice.
  shipped  reached from a program or from the Python package, build scripts included: permissive.
  dev      tests, benchmarks and tools: permissive, or named in DEV_ONLY with the reason.
"""

import json
import re
import subprocess
import sys

LINKED_ROOTS = {
    "trunkline-acd-core",
    "trunkline-ivr-core",
    "trunkline-media-core",
    "trunkline-ffi",
}

# Permissive, and without a condition that the GPL-2.0 calls a further restriction.
LINKED = {
    "0BSD",
    "Apache-2.0 WITH LLVM-exception",  # the exception exists for GPL-2.0 programs
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
}
PERMISSIVE = LINKED | {"Apache-2.0", "CDLA-Permissive-2.0"}

# Never part of anything a user receives. One line a crate, with what it is for.
DEV_ONLY = {
    "cbindgen": ("MPL-2.0", "writes the C header in a test; its output is ours"),
}


class LicenceError(Exception):
    """An expression that is not SPDX as crates write it."""


def allowed(expression, licences):
    """Whether an SPDX expression can be satisfied with nothing but `licences`.

    The old `A/B` of crates.io means `A OR B`.
    """
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))
    position = 0

    def peek():
        return tokens[position] if position < len(tokens) else None

    def take():
        nonlocal position
        token = peek()
        if token is None:
            raise LicenceError(f"{expression!r} ends too early")
        position += 1
        return token

    def either():
        ok = both()
        while peek() == "OR":
            take()
            ok = both() or ok
        return ok

    def both():
        ok = one()
        while peek() == "AND":
            take()
            ok = one() and ok
        return ok

    def one():
        token = take()
        if token == "(":
            ok = either()
            if take() != ")":
                raise LicenceError(f"{expression!r} has an open bracket")
            return ok
        if token in (")", "AND", "OR", "WITH"):
            raise LicenceError(f"{expression!r} has {token!r} where a licence should stand")
        if peek() == "WITH":
            take()
            token = f"{token} WITH {take()}"
        return token in licences

    ok = either()
    if peek() is not None:
        raise LicenceError(f"{expression!r} goes on after its end")
    return ok


def reached(nodes, roots, kinds):
    """Package ids reached from `roots` by dependencies of `kinds` (None is a normal one)."""
    seen, todo = set(), list(roots)
    while todo:
        package = todo.pop()
        if package in seen:
            continue
        seen.add(package)
        for dependency in nodes[package]["deps"]:
            if any(k["kind"] in kinds for k in dependency["dep_kinds"]):
                todo.append(dependency["pkg"])
    return seen


def problems(metadata):
    """What is wrong, one line each, and how many crates were judged in which place."""
    packages = {p["id"]: p for p in metadata["packages"]}
    nodes = {n["id"]: n for n in metadata["resolve"]["nodes"]}
    members = set(metadata["workspace_members"])
    roots = {m for m in members if packages[m]["name"] in LINKED_ROOTS}
    absent = LINKED_ROOTS - {packages[m]["name"] for m in roots}
    found = [f"{name}: not in the workspace" for name in sorted(absent)]

    linked = reached(nodes, roots, {None})
    shipped = reached(nodes, members, {None, "build"})
    counts = {"linked": 0, "shipped": 0, "dev": 0}
    unused = set(DEV_ONLY)
    for package in sorted(nodes, key=lambda p: packages[p]["name"]):
        name, licence = packages[package]["name"], packages[package]["license"]
        if package in linked:
            place, accepted = "linked", LINKED
        elif package in shipped:
            place, accepted = "shipped", PERMISSIVE
        else:
            place, accepted = "dev", PERMISSIVE
        counts[place] += 1
        if place == "dev" and DEV_ONLY.get(name, (None,))[0] == licence:
            unused.discard(name)
            continue
        try:
            if not licence:
                found.append(f"{name} ({place}): no licence expression")
            elif not allowed(licence, accepted):
                found.append(f"{name} ({place}): {licence} is not allowed there")
        except LicenceError as error:
            found.append(f"{name} ({place}): {error}")
    return found, counts, unused


def main():
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="utf-8") as file:
            metadata = json.load(file)
    else:
        command = ["cargo", "metadata", "--locked", "--all-features", "--format-version", "1"]
        metadata = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    found, counts, unused = problems(metadata)
    found += [f"{name}: named in DEV_ONLY but not used" for name in sorted(unused)]
    for line in found:
        print(line, file=sys.stderr)
    summary = ", ".join(f"{n} {place}" for place, n in counts.items())
    print(f"licences: {summary}, {len(found)} refused")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
