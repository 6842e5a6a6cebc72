package io.waybillguard.agent.app;

import io.waybillguard.agent.run.Duty;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enrols a PC that was installed while HQ could not be reached: once a minute, for as long as there
 * is an {@link EnrolFile}.
 */
final class LateEnrolment implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(LateEnrolment.class);
  private static final long LOOK_MS = 2_000;
  private static final long EVERY_MS = 60_000;

  private final Call call;
  private final CountDownLatch stop = new CountDownLatch(1);

  // First a pause: the installer that starts the agent makes the first attempt itself.
  private long attempted = System.nanoTime();

  LateEnrolment(Call call) {
    this.call = call;
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
    Optional<EnrolFile> told = EnrolFile.read(call.home());
    if (told.isEmpty()) {
      return 0;
    }
    SetupEnroll.attempt(call, told.get());
    LOG.info("enrolled hq={}", told.get().hq());
    return 1;
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
