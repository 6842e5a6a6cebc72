package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.DeskSigns;
import io.waybillguard.agent.platform.DeskSigns.Lock;
import io.waybillguard.agent.platform.Presences;
import io.waybillguard.agent.platform.SystemEvent;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.shared.Bell;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The desk by the session at the console: who is logged in there, whether it is locked, and when it
 * was touched. A program in that session asks Windows directly; a service, whose own session nobody
 * touches, takes the session's own count, which some versions leave at never: then it is unknown.
 *
 * <p>Limit: what a remote-control program types counts as input, since Windows counts it too.
 */
public final class WindowsPresences implements Presences {
  private final Sessions sessions;
  private final LastInput lastInput;
  private final SystemEvents events;
  private final InstantSource clock;
  private final Bell bell = new Bell();

  /** What the manager of services said last of each session; it is sooner than the list. */
  private final Map<Long, Lock> told = new ConcurrentHashMap<>();

  private Runnable deaf = () -> {};
  private Instant opened = Instant.MAX;

  /**
   * @param events rings when a session is locked, unlocked, connected or left
   */
  public WindowsPresences(SystemEvents events, InstantSource clock) {
    this(Libraries.HERE, events, clock);
  }

  WindowsPresences(Libraries libraries, SystemEvents events, InstantSource clock) {
    this.sessions = new Sessions(libraries);
    this.lastInput = new LastInput(libraries);
    this.events = events;
    this.clock = clock;
  }

  @Override
  public String open() throws IOException {
    close();
    deaf = events.listen(this::hear);
    opened = clock.instant();
    DeskSigns signs = look();
    return Stream.of(signs.inputUnseen(), signs.lockUnseen(), signs.userUnseen())
        .filter(why -> !why.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private void hear(SystemEvent event) {
    if (event instanceof SystemEvent.SessionChanged change) {
      switch (change.change()) {
        case LOCK -> told.put(change.session(), Lock.LOCKED);
        case UNLOCK -> told.put(change.session(), Lock.UNLOCKED);
        case LOGON, LOGOFF -> told.remove(change.session());
        default -> {
          // Who is at the console is read anew anyhow.
        }
      }
      bell.ring();
    }
  }

  @Override
  public DeskSigns look() throws IOException {
    Optional<Integer> console = sessions.atConsole();
    if (console.isEmpty()) {
      String why = "no session is at the console at the moment";
      return new DeskSigns("", why, Optional.empty(), Optional.empty(), why, Lock.UNKNOWN, why);
    }
    int session = console.get();
    Optional<SessionInfo> info = sessions.info(session, sessions.areLocksSwapped());
    String user = sessions.text(session, Sessions.USER_NAME);
    Lock lock = lock(session, info);
    Input input = input(session, info);
    return new DeskSigns(
        user,
        "",
        input.last(),
        input.since(),
        input.unseen(),
        lock,
        lock == Lock.UNKNOWN && !user.isEmpty()
            ? "cannot see whether the screen is locked: this system does not tell before it changes"
            : "");
  }

  private Lock lock(int session, Optional<SessionInfo> info) {
    Lock heard = told.get(Integer.toUnsignedLong(session));
    return heard != null
        ? heard
        : info.flatMap(SessionInfo::lock)
            .map(locked -> locked ? Lock.LOCKED : Lock.UNLOCKED)
            .orElse(Lock.UNKNOWN);
  }

  private record Input(Optional<Instant> last, Optional<Instant> since, String unseen) {}

  private Input input(int session, Optional<SessionInfo> info) throws IOException {
    if (session == sessions.own()) {
      Duration ago = lastInput.ago();
      Instant last = clock.instant().minus(ago);
      return new Input(Optional.of(last), Optional.of(last), "");
    }
    Optional<Instant> counted = info.flatMap(SessionInfo::lastInput);
    return counted.isPresent()
        ? new Input(counted, Optional.of(opened), "")
        : new Input(
            Optional.empty(),
            Optional.empty(),
            "cannot see keyboard and mouse: Windows does not count them for session "
                + session
                + ", and a service is in none");
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
    told.clear();
  }
}
