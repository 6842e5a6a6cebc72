package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.acts.Acts;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.sweeps.Sweeps;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes regular sweeps when they are due and prolongs policies, on a thread of its own. */
final class Scheduling implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Scheduling.class);
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final Sweeps sweeps;
  private final Policies policies;
  private final Acts acts;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "scheduling");
            made.setDaemon(true);
            return made;
          });

  Scheduling(Sweeps sweeps, Policies policies, Acts acts, InstantSource clock) {
    this.sweeps = sweeps;
    this.policies = policies;
    this.acts = acts;
    this.clock = clock;
    var unused =
        thread.scheduleWithFixedDelay(
            this::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      int published =
          sweeps.publishDue(
              clock.instant(),
              draft ->
                  acts.write(
                      HqAct.Deed.COMMAND,
                      draft.command().askedBy(),
                      "",
                      draft.row().id(),
                      draft.command().type()
                          + " · "
                          + draft.command().reason()
                          + " · "
                          + draft.row().every()));
      if (published > 0) {
        LOG.info("sweeps published={}", published);
      }
      int prolonged = policies.prolong(clock.instant());
      if (prolonged > 0) {
        LOG.info("policies prolonged={}", prolonged);
      }
    } catch (Exception e) {
      if (!thread.isShutdown()) {
        LOG.error("regular sweeps cannot be published; tried again", e);
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
      LOG.warn("scheduling did not end in 30 s");
    }
  }
}
