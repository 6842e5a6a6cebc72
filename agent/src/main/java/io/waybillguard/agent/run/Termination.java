package io.waybillguard.agent.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The moment the process is asked to end: by Ctrl-C, SIGTERM or the system's shutdown, or by a
 * manager of services through {@link #ask}.
 */
public final class Termination {
  private static final Logger LOG = LoggerFactory.getLogger(Termination.class);

  private final CountDownLatch asked = new CountDownLatch(1);
  private final AtomicReference<String> reason = new AtomicReference<>("");
  private boolean ended;

  /**
   * Arranges that {@code orderly} runs once when the process is asked to end. When it has run, the
   * process ends with status 0: being asked to end is no failure, whatever number the JVM would
   * make of the signal.
   *
   * @param orderly is given the reason
   */
  public void onRequest(Consumer<String> orderly) {
    Thread hook =
        new Thread(
            () -> {
              ask("signal");
              int status = 0;
              try {
                end(orderly);
              } catch (RuntimeException e) {
                LOG.error("the orderly end failed", e);
                status = 1;
              }
              Runtime.getRuntime().halt(status);
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Asks the process to end. The first reason counts. Safe from any thread; returns at once. */
  public void ask(String why) {
    reason.compareAndSet("", why);
    asked.countDown();
  }

  /** Waits until then. */
  public void await() throws InterruptedException {
    asked.await();
  }

  /** Runs the orderly end, unless it was run already; who comes while it runs waits for it. */
  public synchronized void end(Consumer<String> orderly) {
    if (!ended) {
      ended = true;
      orderly.accept(reason.get());
    }
  }
}
