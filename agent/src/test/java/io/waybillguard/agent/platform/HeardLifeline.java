package io.waybillguard.agent.platform;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A line whose other end keeps what it hears. Can be cut, as when the manager of services is gone.
 */
public final class HeardLifeline implements Lifeline {
  private final Optional<Duration> patience;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private volatile boolean cut;

  /**
   * @param patience of the other end; empty when it does not watch
   */
  public HeardLifeline(Optional<Duration> patience) {
    this.patience = patience;
  }

  /** What it heard, in order. */
  public List<String> heard() {
    return List.copyOf(heard);
  }

  /** Nobody hears any more. */
  public void cut() {
    cut = true;
  }

  private void hear(String word) throws IOException {
    if (cut) {
      throw new IOException("nobody listens");
    }
    heard.add(word);
  }

  @Override
  public Optional<Duration> patience() {
    return patience;
  }

  @Override
  public void ready(String status) throws IOException {
    hear("ready " + status.replaceAll("\\s", " "));
  }

  @Override
  public void alive() throws IOException {
    hear("alive");
  }

  @Override
  public void stopping() throws IOException {
    hear("stopping");
  }
}
