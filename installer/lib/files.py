"""files.py TREE NSI

Writes the list of the files in TREE as instructions of NSIS, in an order that is the same at every build.
"""
import os
import sys


def main(tree, nsi):
    lines = []
    for parent, inner, names in os.walk(tree):
        inner.sort()
        inside = os.path.relpath(parent, tree)
        lines.append('SetOutPath "$Program%s"' % ("" if inside == "." else "\\" + inside.replace("/", "\\")))
        lines += ['File "%s"' % os.path.join(parent, name) for name in sorted(names)]
    with open(nsi, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
