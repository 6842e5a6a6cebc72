package io.waybillguard.agent.dispose;

import io.waybillguard.agent.platform.RemoteLines;
import io.waybillguard.agent.platform.RemoteLinesContract;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;

/** The logins that tests of disposals use end as real ones do. */
final class RemoteLinesByHandTest extends RemoteLinesContract {
  private static final int HERE = 22;

  private final ByHand byHand = new ByHand();
  private int peerPort = 50_000;

  @Override
  protected RemoteLines lines() {
    return byHand;
  }

  @Override
  protected RemoteLines.Line connect() throws IOException {
    InetAddress here = InetAddress.getByName("192.0.2.1");
    InetAddress peer = InetAddress.getByName("203.0.113.7");
    RemoteLines.Line line = new RemoteLines.Line(here, HERE, peer, peerPort += 2);
    byHand.lines.add(line);
    return line;
  }

  @Override
  protected void hangUp(RemoteLines.Line line) {
    byHand.lines.remove(line);
  }

  @Override
  protected RemoteLines.Server serve() {
    Instant began = Instant.parse("2026-06-16T02:10:00Z");
    byHand.servers.put(4711L, new ByHand.Running("/usr/bin/x11vnc", began));
    return new RemoteLines.Server(4711, "/usr/bin/x11vnc", began);
  }
}
