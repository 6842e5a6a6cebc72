package io.waybillguard.agent.sense.presence;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Presence;
import io.waybillguard.agent.event.PresenceChanged;
import io.waybillguard.agent.platform.Presences;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Sign;
import io.waybillguard.agent.sense.Watchword;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Whether somebody is at the desk: told at the start, and whenever it changes. It knows when
 * something was touched, never what.
 */
public final class PresenceSensor implements Sensor {
  private static final Duration EVERY = Duration.ofSeconds(10);

  private final Presences desk;
  private final Duration idleAfter;
  private final InstantSource clock;
  private final Watchword watchword;

  /** What was told last; outlives {@link #close}, so that nothing is told twice. */
  private Presence told = Presence.UNSEEN;

  private boolean hasTold;

  /**
   * @param idleAfter how long nothing may be touched before the desk counts as left
   */
  public PresenceSensor(Presences desk, Duration idleAfter, InstantSource clock) {
    this.desk = desk;
    this.idleAfter = idleAfter;
    this.clock = clock;
    this.watchword = new Watchword(clock);
  }

  @Override
  public String name() {
    return "presence";
  }

  @Override
  public Sight open() throws IOException {
    String unseen = desk.open();
    String what = "last use of keyboard and mouse, screen lock, who is logged in at the desk";
    return new Sight(!unseen.isEmpty(), unseen.isEmpty() ? what : what + "; " + unseen, changed());
  }

  @Override
  public List<Observation> sense(Duration patience) throws IOException {
    desk.await(patience.compareTo(EVERY) < 0 ? patience : EVERY);
    return changed();
  }

  private List<Observation> changed() throws IOException {
    Instant now = clock.instant();
    Presence presence = Reading.of(desk.look(), now, idleAfter);
    desk.lastSign()
        .ifPresent(
            number -> {
              boolean unused = watchword.isIt(Integer.toString(number));
            });
    if (hasTold && !presence.isOtherThan(told)) {
      return List.of();
    }
    PresenceChanged change = new PresenceChanged(now, presence, told);
    told = presence;
    hasTold = true;
    return List.of(change);
  }

  @Override
  public boolean expect(Sign sign) {
    watchword.expect(sign);
    return true;
  }

  @Override
  public void wake() {
    desk.wake();
  }

  @Override
  public void close() {
    desk.close();
  }
}
