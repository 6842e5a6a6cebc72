"""papers.py JAR NAME TREE VERSION

Manual pages in English and Chinese and the completion for bash, made from what the program itself says with --help, so
that they cannot say anything else.
"""
import gzip
import os
import re
import subprocess
import sys
import time

ENTRY = re.compile(r"^  (\S+)  +(\S.*)$")
OPTION = re.compile(r"^ +(?:-., )?(--[a-z0-9-]+)(=\S+)?(?:  +(\S.*))?$")
HEADS = {"en": ("Commands:", "Options:"), "zh": ("命令：", "选项：")}
# A name and a section as man(1) wants them; the rest is the program's own words.
TITLES = {"en": ("NAME", "SYNOPSIS", "DESCRIPTION"), "zh": ("名称", "用法", "说明")}


def help_of(jar, lang, words):
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", jar, "--lang", lang] + words + ["--help"]
    told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    if told.returncode != 0:
        sys.exit("%s: exit %d: %s" % (" ".join(command), told.returncode, told.stderr.strip()))
    return told.stdout.rstrip().splitlines()


def commands_in(lines):
    """The names under the heading of commands."""
    found, inside = [], False
    for line in lines:
        if re.match(r"^\S", line):
            inside = line.strip() in ("Commands:", "命令：", "命令:")
        elif inside and ENTRY.match(line):
            found.append(ENTRY.match(line)[1])
    return found


def options_in(lines):
    return sorted({m[1] for m in map(OPTION.match, lines) if m})


def all_help(jar, lang, words=()):
    """Every command's help, the program's own first."""
    lines = help_of(jar, lang, list(words))
    told = [(tuple(words), lines)]
    for name in commands_in(lines):
        told += all_help(jar, lang, tuple(words) + (name,))
    return told


def roff(line):
    line = line.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + line if line[:1] in (".", "'") else line


def manual(name, lang, told, version):
    day = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])))
    top = told[0][1]
    # What the program is comes first or right behind the line that shows its use.
    what = next(l for l in top if l.strip() and not re.match(r"^(Usage|用法)", l)).strip()
    title, usage, text = TITLES[lang]
    page = ['.TH %s 1 "%s" "%s" "Waybill Guard"' % (name.upper(), day, version)]
    page += [".SH %s" % title, roff("%s - %s" % (name, what.rstrip(".。")))]
    page += [".SH %s" % usage, ".nf"] + [roff(l) for l in top if re.match(r"^(Usage|用法)", l)] + [".fi"]
    page += [".SH %s" % text]
    for words, lines in told:
        page += [".SS %s" % roff(" ".join((name,) + words)), ".nf"] + [roff(l) for l in lines] + [".fi"]
    return "\n".join(page) + "\n"


def completion(name, told):
    """Words by what was typed before them; a word that is no command and no option is left to bash's file names."""
    function = "_" + name.replace("-", "_")
    out = ["# Completion of %s for bash." % name, "%s() {" % function, "  local word=${COMP_WORDS[COMP_CWORD]} said='' each"]
    out += ["  for each in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do", "    case \"$said $each\" in"]
    for words, _ in told[1:]:
        out.append("    ' %s') said=' %s' ;;" % (" ".join(words), " ".join(words)))
    out += ["    esac", "  done", "  case $said in"]
    for words, lines in told:
        said = "' %s'" % " ".join(words) if words else "''"
        out.append("  %s) COMPREPLY=($(compgen -W '%s' -- \"$word\")) ;;" % (said, " ".join(commands_in(lines) + options_in(lines))))
    out += ["  esac", "}", "complete -o default -F %s %s" % (function, name)]
    return "\n".join(out) + "\n"


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content)


def main(jar, name, tree, version):
    for lang, folder in (("en", "man1"), ("zh", "zh_CN/man1")):
        told = all_help(jar, lang)
        page = manual(name, lang, told, version).encode("utf-8")
        write("%s/usr/share/man/%s/%s.1.gz" % (tree, folder, name), gzip.compress(page, 9, mtime=0))
        if lang == "en":
            if len(told) < 2:
                sys.exit("no commands were found in the help of " + jar)
            write("%s/usr/share/bash-completion/completions/%s" % (tree, name), completion(name, told).encode("utf-8"))


if __name__ == "__main__":
    main(*sys.argv[1:])
