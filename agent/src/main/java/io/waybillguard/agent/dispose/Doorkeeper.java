package io.waybillguard.agent.dispose;

import io.waybillguard.agent.platform.Firewall;
import io.waybillguard.agent.platform.UnsupportedHere;
import io.waybillguard.agent.run.Duty;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that a blocked program which starts is cut off from its first step on. */
final class Doorkeeper implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);
  private static final Duration MOST = Duration.ofSeconds(2);

  /** Soon: whoever starts a blocked program waits meanwhile. */
  private static final long AGAIN_MS = 500;

  private static final long UNSUPPORTED_MS = 3_600_000;

  private final Firewall firewall;
  private final Semaphore signal = new Semaphore(0);

  Doorkeeper(Firewall firewall) {
    this.firewall = firewall;
  }

  @Override
  public String name() {
    return "doorkeeper";
  }

  @Override
  public int step() throws Exception {
    int seen = firewall.watch(MOST);
    if (seen < 0) {
      boolean unused = signal.tryAcquire(MOST.toMillis(), TimeUnit.MILLISECONDS);
      return 0;
    }
    if (seen > 0) {
      LOG.info("{} starts of blocked programs were cut off", seen);
    }
    return seen;
  }

  @Override
  public void wake() {
    signal.release();
  }

  @Override
  public long failed(Exception cause) {
    LOG.warn("programs that start cannot be watched: {}", cause.toString());
    return cause instanceof UnsupportedHere ? UNSUPPORTED_MS : AGAIN_MS;
  }

  @Override
  public void end() {
    firewall.unwatch();
  }
}
