"""sbom.py BOM ARTEFACT VERSION [NAME=VERSION=LICENCE...]

Writes ARTEFACT.cdx.json: the CycloneDX list of what is in the artefact, which is what Maven found in the module and
what is put beside it (a Java runtime).
"""
import hashlib
import json
import os
import sys


def main(bom, artefact, version, *more):
    with open(bom, encoding="utf-8") as f:
        document = json.load(f)
    with open(artefact, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    about = document["metadata"]["component"]
    # What installs is an application; the module that it was made of stays as its reference.
    about["type"], about["version"] = "application", version
    about["name"] = os.path.basename(artefact)
    about["hashes"] = [{"alg": "SHA-256", "content": digest}]
    for each in more:
        name, its_version, licence = each.split("=")
        document["components"].append(
            {"type": "platform", "bom-ref": name, "name": name, "version": its_version, "licenses": [{"license": {"id": licence}}]}
        )
    with open(artefact + ".cdx.json", "w", encoding="utf-8") as f:
        json.dump(document, f, indent=1, sort_keys=True, ensure_ascii=False)
        f.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
