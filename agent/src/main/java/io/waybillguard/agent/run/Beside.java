package io.waybillguard.agent.run;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * One piece of work that is done while whoever began it goes on, and takes the result when it is
 * needed. It has a thread of its own, which ends with it and keeps no process alive.
 *
 * @param <T> what comes of it
 */
public final class Beside<T> {
  private final String name;
  private final FutureTask<T> task;

  /**
   * What is to be done.
   *
   * @param <T> what comes of it
   */
  @FunctionalInterface
  public interface Work<T> {
    T done() throws IOException;
  }

  private Beside(String name, Work<T> work) {
    this.name = name;
    this.task = new FutureTask<>(work::done);
  }

  /**
   * Begins.
   *
   * @param name of the thread
   */
  public static <T> Beside<T> begun(String name, Work<T> work) {
    Beside<T> begun = new Beside<>(name, work);
    Thread thread = new Thread(begun.task, name);
    thread.setDaemon(true);
    thread.start();
    return begun;
  }

  /**
   * What came of it, as soon as it is done; the same each time. Safe from any thread.
   *
   * @throws IOException what the work threw, if it did
   * @throws InterruptedIOException if this thread was interrupted while it waited
   */
  public T result() throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException stopped = new InterruptedIOException("nobody waited for " + name);
      stopped.initCause(e);
      throw stopped;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(name + " failed", e.getCause());
    }
  }
}
