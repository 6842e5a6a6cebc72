package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.report.Enrolment;
import io.waybillguard.agent.run.Duty;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enrols a PC that was installed while HQ could not be reached, or before group policy had a token
 * for it: once a minute, for as long as there is an {@link EnrolFile}, or a {@link RolloutPolicy}
 * that names one and no enrolment.
 */
final class LateEnrolment implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(LateEnrolment.class);
  private static final long LOOK_MS = 2_000;
  private static final long EVERY_MS = 60_000;

  private final Call call;
  private final Registry registry;
  private final CountDownLatch stop = new CountDownLatch(1);

  // First a pause: the installer that starts the agent makes the first attempt itself.
  private long attempted = System.nanoTime();

  // What HQ refused it would refuse again, and a token that others used alarms it each time.
  private @Nullable EnrolFile refused;

  LateEnrolment(Call call, Registry registry) {
    this.call = call;
    this.registry = registry;
  }

  @Override
  public String name() {
    return "late-enrolment";
  }

  @Override
  public int step() throws Exception {
    if (stop.await(LOOK_MS, TimeUnit.MILLISECONDS)
        || System.nanoTime() - attempted < TimeUnit.MILLISECONDS.toNanos(EVERY_MS)) {
      return 0;
    }
    attempted = System.nanoTime();
    return attempt();
  }

  /** One attempt, if there is anything to enrol with. */
  int attempt() throws Exception {
    Optional<EnrolFile> told = EnrolFile.read(call.home());
    if (told.isPresent()) {
      SetupEnroll.attempt(call, told.get());
    } else {
      if (Enrolment.load(call.home().data()).isPresent()) {
        return 0;
      }
      told = RolloutPolicy.read(registry).enrolment(call.environment());
      if (told.isEmpty() || told.get().equals(refused)) {
        return 0;
      }
      byPolicy(told.get());
    }
    LOG.info("enrolled hq={}", told.get().hq());
    return 1;
  }

  private void byPolicy(EnrolFile told) throws Exception {
    try {
      SetupEnroll.byPolicy(call, told);
    } catch (Refusal refusal) {
      refused = refusal.exit() == Exit.UNAVAILABLE ? null : told;
      throw refusal;
    }
  }

  @Override
  public long failed(Exception cause) {
    if (cause instanceof Refusal refusal) {
      LOG.warn("not enrolled: {}", refusal.in(call.words()));
    } else {
      LOG.warn("not enrolled", cause);
    }
    return LOOK_MS;
  }

  @Override
  public void wake() {
    stop.countDown();
  }
}
