package io.waybillguard.agent.platform.windows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A machine whose trace the test writes. */
final class TracingByHand implements Tracing {
  final List<String> calls = new ArrayList<>();

  /** The step that is refused, such as {@code open}. */
  String refused = "";

  /** Whether a session is there that somebody left. */
  boolean left;

  Losses losses = Losses.NONE;
  private @Nullable Consumer<TraceEvent> sink;
  private CountDownLatch over = new CountDownLatch(1);
  private volatile String why = "";

  private void call(String step) throws IOException {
    calls.add(step);
    if (step.equals(refused)) {
      throw new IOException("no " + step + " here");
    }
  }

  @Override
  public long start(String name) throws IOException {
    call("start");
    if (left) {
      throw new AlreadyThere(name);
    }
    left = true;
    over = new CountDownLatch(1);
    why = "";
    return 1;
  }

  @Override
  public void stop(String name) throws IOException {
    call("stop");
    left = false;
    over.countDown();
  }

  @Override
  public void enable(long session, TraceSource source) throws IOException {
    call("enable");
  }

  @Override
  public long open(String name, Consumer<TraceEvent> to) throws IOException {
    call("open");
    sink = to;
    return 2;
  }

  @Override
  public void process(long trace) throws IOException {
    try {
      over.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    if (!why.isEmpty()) {
      throw new IOException(why);
    }
  }

  @Override
  public void close(long trace) {
    calls.add("close");
  }

  @Override
  public Losses losses(String name) throws IOException {
    call("losses");
    return losses;
  }

  /** The system tells of something. */
  void tell(TraceEvent event) {
    Objects.requireNonNull(sink, "the trace is not open").accept(event);
  }

  /** Somebody ends it. */
  void end(String reason) {
    why = reason;
    left = false;
    over.countDown();
  }

  /** Waits until the reading thread has seen the end. */
  static void awaitEnd(TraceSession session) {
    while (session.ended().isEmpty()) {
      Thread.onSpinWait();
    }
  }
}
