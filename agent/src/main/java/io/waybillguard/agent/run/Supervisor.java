package io.waybillguard.agent.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the duties in the order given, stops them in reverse, and names whoever does not stop in
 * time.
 */
public final class Supervisor {
  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
  private static final Duration PATIENCE_AT_END = Duration.ofSeconds(5);

  private final List<Runner> runners = new ArrayList<>();
  private final Watchdog watchdog;

  /**
   * @param watchdog looks after every duty started here
   */
  public Supervisor(Watchdog watchdog) {
    this.watchdog = watchdog;
  }

  /** Gives the duty a thread of its own. */
  public synchronized void start(Duty duty) {
    Runner runner = new Runner(duty, watchdog.nanos());
    runners.add(runner);
    watchdog.watch(runner);
    runner.start();
  }

  /**
   * Stops every duty, last started first, each within five seconds.
   *
   * @return the names of those that did not stop
   */
  public synchronized List<String> stop() {
    watchdog.stop();
    List<String> hung = new ArrayList<>();
    for (int i = runners.size() - 1; i >= 0; i--) {
      Runner runner = runners.get(i);
      runner.askToStop();
      if (!joined(runner)) {
        LOG.warn(
            "duty={} did not stop within {} s; it is left behind",
            runner.name(),
            PATIENCE_AT_END.toSeconds());
        hung.add(runner.name());
      }
    }
    return hung;
  }

  private static boolean joined(Runner runner) {
    try {
      return runner.join(PATIENCE_AT_END.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
