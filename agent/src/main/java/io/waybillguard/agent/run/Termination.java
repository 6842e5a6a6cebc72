package io.waybillguard.agent.run;

import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The moment the process is asked to end, by Ctrl-C, SIGTERM or the system's shutdown. */
public final class Termination {
  private static final Logger LOG = LoggerFactory.getLogger(Termination.class);

  private final CountDownLatch asked = new CountDownLatch(1);

  /**
   * Arranges that {@code orderly} runs once when the process is asked to end. When it has run, the
   * process ends with status 0: being asked to end is no failure, whatever number the JVM would
   * make of the signal.
   */
  public void onRequest(Runnable orderly) {
    Thread hook =
        new Thread(
            () -> {
              asked.countDown();
              int status = 0;
              try {
                orderly.run();
              } catch (RuntimeException e) {
                LOG.error("the orderly end failed", e);
                status = 1;
              }
              Runtime.getRuntime().halt(status);
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Waits until then. */
  public void await() throws InterruptedException {
    asked.await();
  }
}
