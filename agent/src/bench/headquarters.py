"""HQ as it is shipped, on this host, with a way to it that counts what goes over; and when it came to hold each record."""
import glob
import os
import socket
import sqlite3
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "it", "guest"))
import lab  # noqa: E402


class Relay:
    """Carries connections to a port of this host and counts the bytes of TLS either way."""

    def __init__(self, port):
        self.port, self.sent, self.received = port, 0, 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = "https://127.0.0.1:%d" % self.door.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:  # closed by end()
                return
            far = socket.create_connection(("127.0.0.1", self.port))
            for each in (near, far):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.carry, args=(near, far, "sent"), daemon=True).start()
            threading.Thread(target=self.carry, args=(far, near, "received"), daemon=True).start()

    def carry(self, come, go, counter):
        try:
            while part := come.recv(1 << 16):
                setattr(self, counter, getattr(self, counter) + len(part))
                go.sendall(part)
            go.shutdown(socket.SHUT_WR)
        except OSError:  # one side hung up: the other is told the same
            for each in (come, go):
                each.close()

    def end(self):
        self.door.close()


class Headquarters:
    """One HQ with one workstation."""

    def __init__(self, folder):
        self.hq, self.at, self.size, self.ended = lab.Hq(folder), {}, 0, False
        # Ten times as often as by default, so that the sweep does not wait for minutes; its cost is in the figures at rest.
        self.hq.words = ("--heartbeat", "30s")
        self.hq.start()
        self.relay = Relay(self.hq.port)

    def enroll(self, home, jar):
        done = lab.run(lab.JVM + ["-jar", jar, "enroll", "--hq", self.relay.address, "--token", self.hq.token(), "--home", home])
        if done.status != 0:
            raise lab.Broken("the agent is not enrolled: " + done.said())
        (file,) = glob.glob(os.path.join(self.hq.data, "*.db"))
        self.db = sqlite3.connect("file:%s?mode=ro" % file, uri=True, check_same_thread=False)
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.ended:
            (size,) = self.db.execute("SELECT coalesce(max(size), 0) FROM mirror").fetchone()
            now = time.time()
            for seq in range(self.size, size):
                self.at[seq] = now
            self.size = size
            time.sleep(0.002)
        self.db.close()

    def sweep(self, folder):
        """Publishes one for a hash."""
        file = os.path.join(folder, "sweep.yaml")
        with open(file, "w") as f:
            f.write("title: bench\nsha256: [%s]\nspread: 0s\nexpires: 1d\n" % ("ab" * 32))
        self.hq.on_data("sweep", "publish", file, "--json").json()

    def stop(self):
        self.ended = True
        if hasattr(self, "thread"):
            self.thread.join()
        self.relay.end()
        self.hq.stop()
