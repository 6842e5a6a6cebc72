package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.RemoteAccess;
import io.waybillguard.agent.platform.RemoteSigns;
import io.waybillguard.agent.platform.SystemEvent;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.shared.Bell;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Remote desktops by the list of sessions: who is in by RDP, and the address that the client says
 * it has. Connections of other tools are not looked at here; it says so.
 */
public final class WindowsRemoteAccess implements RemoteAccess {
  /** What these logins are named by among the ways into a PC. */
  public static final String RDP = "rdp";

  private static final String SOURCE = "wts";
  private static final String ONLY_RDP =
      "on Windows this version sees remote desktops (RDP), not yet whose other connections are";

  private final SystemEvents events;
  private final Bell bell = new Bell();
  private Runnable deaf = () -> {};

  /**
   * @param events rings when a session changes
   */
  public WindowsRemoteAccess(SystemEvents events) {
    this.events = events;
  }

  @Override
  public String open() throws IOException {
    close();
    deaf =
        events.listen(
            event -> {
              if (event instanceof SystemEvent.SessionChanged) {
                bell.ring();
              }
            });
    boolean done = false;
    try {
      RemoteSigns unused = look();
      done = true;
      return ONLY_RDP;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  @Override
  public RemoteSigns look() throws IOException {
    boolean locksSwapped = Sessions.areLocksSwapped();
    List<RemoteSigns.Login> logins = new ArrayList<>();
    for (Sessions.Row row : Sessions.list()) {
      boolean isUsed = row.state() == SessionInfo.ACTIVE || row.state() == SessionInfo.SHADOW;
      if (isUsed && Sessions.isByRdp(row.session())) {
        logins.add(
            login(
                row.session(),
                Sessions.info(row.session(), locksSwapped),
                Sessions.text(row.session(), Sessions.USER_NAME),
                Sessions.clientAddress(row.session()),
                Sessions.text(row.session(), Sessions.CLIENT_NAME)));
      }
    }
    return new RemoteSigns(List.of(), List.of(), logins);
  }

  /**
   * Somebody in a session by RDP. A session is another login each time somebody connects to it.
   *
   * @param address as the client says, or ""
   * @param client its name as it says, or ""
   */
  static RemoteSigns.Login login(
      int session, Optional<SessionInfo> info, String user, String address, String client) {
    Instant began =
        info.flatMap(SessionInfo::connected)
            .or(() -> info.flatMap(SessionInfo::logon))
            .orElse(Instant.EPOCH);
    String host = !address.isEmpty() ? address : !client.isEmpty() ? client : "unknown";
    return new RemoteSigns.Login(
        SOURCE,
        session + "-" + began.getEpochSecond(),
        user,
        host,
        RDP,
        ProcessFacts.UNKNOWN.pid(),
        began);
  }

  @Override
  public void await(Duration patience) {
    bell.await(patience);
  }

  @Override
  public void wake() {
    bell.ring();
  }

  @Override
  public void close() {
    deaf.run();
    deaf = () -> {};
  }
}
