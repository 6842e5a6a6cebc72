#!/usr/bin/env python3
"""vectors.py JUDGE   the golden vectors before a judge that shares no code with the product

Each bundle of agent/src/test/resources/.../vectors has to be judged as vectors.json says. Exit 0 only if all are.
"""
import json
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
folder = here.parent / "test/resources/io/waybillguard/agent/evidence/vectors"


def main() -> int:
    judge = sys.argv[1]
    told = json.loads((folder / "vectors.json").read_text(encoding="utf-8"))
    wrong = 0
    for vector in told["vectors"]:
        run = subprocess.run(
            [judge, "-first", vector["first"], "-witness", told["witness"], "-mirror", told["mirror"],
             str(folder / vector["file"])],
            capture_output=True, text=True, timeout=60)
        holds = run.returncode == 0
        good = holds == vector["holds"] and run.returncode in (0, 1)
        wrong += not good
        print(f"{'ok  ' if good else 'FAIL'} {vector['file']}: holds {holds}, expected {vector['holds']}")
        if not good:
            print(run.stdout[-2000:], run.stderr[-2000:])
    print(f"{len(told['vectors'])} vectors, {wrong} judged otherwise")
    return 1 if wrong or not told["vectors"] else 0


if __name__ == "__main__":
    sys.exit(main())
