"""policy.py FOLDER ZIP

Packs the administrative template for group policy, once every word that it names is there in each language and the other way round, and
every value is one that the agent reads. Times in it are SOURCE_DATE_EPOCH.
"""
import os
import re
import sys
import time
import zipfile
from xml.etree import ElementTree

TEMPLATE, WORDS = "WaybillGuard.admx", "WaybillGuard.adml"
SPACE = "{http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions}"
READER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "agent", "src", "main", "java", "io", "waybillguard", "agent", "app", "RolloutPolicy.java")


def same(what, left, right):
    if left != right:
        sys.exit("policy.py: %s: %s" % (what, ", ".join(sorted(left ^ right))))


def all_of(tree, name, attribute):
    return {each.get(attribute) for each in tree.iter(SPACE + name)}


def main(folder, target):
    with open(os.path.join(folder, TEMPLATE), encoding="utf-8") as f:
        text = f.read()
    template = ElementTree.fromstring(text)
    with open(READER, encoding="utf-8") as f:
        read = set(re.findall(r'getOrDefault\("(\w+)"', f.read()))
    same("a value that only template or agent knows", all_of(template, "text", "valueName"), read)
    languages = sorted(each for each in os.listdir(folder) if os.path.isdir(os.path.join(folder, each)))
    for language in languages:
        words = ElementTree.parse(os.path.join(folder, language, WORDS)).getroot()
        same("a word of %s that is missing, or that nobody names" % language, set(re.findall(r"\$\(string\.(\w+)\)", text)), all_of(words, "string", "id"))
        same("a page of %s" % language, set(re.findall(r"\$\(presentation\.(\w+)\)", text)), all_of(words, "presentation", "id"))
        same("a field of %s" % language, all_of(template, "text", "id"), all_of(words, "textBox", "refId"))
    when = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
    with zipfile.ZipFile(target + ".new", "w") as out:
        for name in [TEMPLATE] + ["%s/%s" % (language, WORDS) for language in languages]:
            entry = zipfile.ZipInfo(name, when)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            with open(os.path.join(folder, name), "rb") as f:
                out.writestr(entry, f.read())
    os.replace(target + ".new", target)


if __name__ == "__main__":
    main(*sys.argv[1:])
