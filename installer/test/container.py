#!/usr/bin/env python3
"""container.py   holds HQ's Dockerfile against what we promise of it; no engine is needed. Exit 0 only when all holds."""
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "..", "linux", "hq", "Dockerfile")
KNOWN = "FROM RUN COPY USER VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split()


def steps(text):
    """Every instruction with its continuation lines, comments left out."""
    lines = [l for l in text.splitlines() if not l.lstrip().startswith("#")]
    whole = re.sub(r"\\\n", " ", "\n".join(lines))
    return [tuple(l.strip().split(None, 1)) for l in whole.splitlines() if l.strip()]


def check(found):
    names = [name for name, _ in found]
    last = dict(found)

    def words(name):
        try:
            return json.loads(re.sub(r"^.*?(?=\[)", "", last.get(name, "")))
        except ValueError:
            return None

    yield "every instruction is one that is known and used here", not set(names) - set(KNOWN), sorted(set(names) - set(KNOWN))
    yield "the base is named by a dated tag, never latest", re.fullmatch(r"debian:bookworm-\d{8}-slim", last["FROM"]), last["FROM"]
    yield "there is one base and it comes first", names.count("FROM") == 1 and names[0] == "FROM", names
    run = " ".join(arg for name, arg in found if name == "RUN")
    yield "packages come without recommendations, pinned to a major version", "--no-install-recommends openjdk-17-jre-headless=17" in run, run
    yield "package lists stay out of the layer", "rm -rf /var/lib/apt/lists/*" in run, run
    yield "nothing is fetched past the package manager", not re.search(r"curl|wget|\bADD\b|pip ", run), run
    yield "it runs as a number that is not root", re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", last.get("USER", "")), last.get("USER")
    yield "nothing is run as that user's opposite later", names.index("USER") > max(i for i, n in enumerate(names) if n in ("RUN", "COPY")), names
    yield "the program belongs to root and is not writable", "--chown=root:root --chmod=0644" in last.get("COPY", ""), last.get("COPY")
    for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK"):
        yield "%s takes no shell, so that signals arrive" % name, isinstance(words(name), list), last.get(name)
    yield "it is told to end as the program wants it", last.get("STOPSIGNAL") == "SIGTERM", last.get("STOPSIGNAL")
    yield "the console is not offered to the outside", last.get("EXPOSE") == "8443" and "127.0.0.1:8444" in (words("CMD") or []), last.get("EXPOSE")
    yield "data live in a volume", last.get("VOLUME") == "/data" and "/data" in (words("CMD") or []), last.get("VOLUME")
    yield "no secret is built in", not re.search(r"(?i)password|token|secret", " ".join(a for _, a in found)), ""


def main():
    with open(FILE, encoding="utf-8") as f:
        found = steps(f.read())
    passed = failed = 0
    for what, holds, value in check(found):
        if holds:
            passed += 1
        else:
            failed += 1
        print("%s %s%s" % ("PASS" if holds else "FAIL", what, "" if holds else ": %s" % (value,)))
    print("%d passed, %d failed" % (passed, failed))
    return 0 if failed == 0 and passed else 1


if __name__ == "__main__":
    sys.exit(main())
