#!/usr/bin/env python3
"""sign_on.py OUT [JVM WORD...]     the sign-on page in a real browser, by keyboard, by the account at the screen; and who else gets nothing

As notice.py, whose desk this is: an X server, and the file by which logind shows its session at the seat. Chromium runs there with the account's rights; root,
another account, and another name for this PC are refused. As root; needs chromium, xdotool and ImageMagick's import. The pictures are left in OUT. Exit 0 only
when every check passed. At most a minute."""
import os
import subprocess
import sys
import time

import notice as n
import sessions as s

PORT = 18470
CONFIG = """sensors:
  program: {enabled: false}
  image: {enabled: false}
  upload: {enabled: false}
  usb: {enabled: false}
  persistence: {enabled: false}
terminal:
  port: %d
  page: true
""" % PORT


def curl(words, who=()):
    done = subprocess.run(s.server + list(who) + ["curl", "-s", "-m", "20", "-o", "/dev/null", "-w", "%{http_code}"] + words, capture_output=True, text=True)
    return done.stdout


def browser(words, path):
    profile = s.desk + "/home/profile"
    command = ["chromium", "--no-sandbox", "--disable-gpu", "--no-first-run", "--user-data-dir=" + profile, "--window-size=1024,768", "--window-position=0,0", "--app=http://127.0.0.1:%d%s" % (PORT, path)]
    return s.spawn(n.AS + words + command, s.server, "chromium.log")


def titled(words, title):
    found = subprocess.run(s.server + words + ["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True, text=True)
    return found.stdout.split()


def run():
    s.lay_out()
    words, _ = n.desk()
    with open(s.home + "/config/agent.yaml", "w") as f:
        f.write(CONFIG)
    s.agent()
    page = "http://127.0.0.1:%d/" % PORT
    s.until("the page", lambda: curl([page]) not in ("", "000"), 30)
    s.check("root, who is not at the screen, gets nothing", curl([page]) == "403", curl([page]))
    s.check("another account gets nothing", curl([page], ["setpriv", "--reuid=61235", "--regid=61235", "--clear-groups"]) == "403")
    s.check("the account at the screen has the page", curl([page], n.AS) == "200")
    s.check("not by another name", curl(["-H", "Host: waybills.example:%d" % PORT, page], n.AS) == "421")

    chromium = browser(words, "/?lang=zh")
    window = s.until("the browser's window", lambda: titled(words, "上岗"), 90)[0]
    time.sleep(3)
    n.picture(words, "page-nobody.png")
    n.x(words, "xdotool windowfocus %s" % window)
    n.x(words, "xdotool type --delay 60 'Li Mei'")  # the field has the focus
    n.x(words, "xdotool key Return")
    on = n.nth("operator.on", 1)
    facts = on["event"]
    s.check("typed and Enter: she is on shift, and the record says how", "Li Mei" in on["summary"] and facts["unmapped"]["how"] == "page", on["summary"])
    s.check("and as which account", "wgcourier" in str(facts), facts["unmapped"])
    time.sleep(3)
    n.picture(words, "page-on.png")
    for _ in range(2):  # field, its button, the other button
        n.x(words, "xdotool key Tab")
    n.x(words, "xdotool key space")
    off = n.nth("operator.off", 1)
    s.check("by Tab and the space bar she leaves", "Li Mei" in off["summary"], off["summary"])
    time.sleep(2)
    n.picture(words, "page-off.png")
    s.check("two records and no more", len(s.records("operator.on")) == 1 and len(s.records("operator.off")) == 1)
    s.end(chromium)


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("sign_on.py: needs root, for namespaces and another account")
    if not s.have("Xvfb", "xauth", "xdotool", "import", "chromium", "curl"):
        sys.exit("sign_on.py: apt-get install xvfb xauth xdotool imagemagick chromium curl")
    s.end_with(run)
