package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.platform.FolderChanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Folders that change when a test says so; waiting makes the test's clock go on. */
final class FoldersByHand implements FolderChanges {
  private final Consumer<Duration> waited;
  private final boolean blocks;
  private final List<Change> pending = new ArrayList<>();
  private final Set<Path> watched = new LinkedHashSet<>();
  private Consumer<Path> first = folder -> {};
  private boolean lost;
  private boolean called;
  private boolean open;

  private FoldersByHand(Consumer<Duration> waited, boolean blocks) {
    this.waited = waited;
    this.blocks = blocks;
  }

  /** Waits for real. */
  static FoldersByHand blocking() {
    return new FoldersByHand(waited -> {}, true);
  }

  /**
   * @param waited told of each wait that ends because nothing came
   */
  static FoldersByHand counting(Consumer<Duration> waited) {
    return new FoldersByHand(waited, false);
  }

  synchronized void change(Path folder, String name) {
    if (watched.contains(folder)) {
      pending.add(new Change(folder, name));
      notifyAll();
    }
  }

  /** From now on nothing that changed is known. */
  synchronized void lose() {
    lost = true;
    notifyAll();
  }

  /**
   * @param run just before a folder is watched that was not: what happens then, nobody tells
   */
  synchronized void beforeOneIsWatched(Consumer<Path> run) {
    first = run;
  }

  synchronized Set<Path> watched() {
    return new LinkedHashSet<>(watched);
  }

  @Override
  public synchronized void open() {
    pending.clear();
    watched.clear();
    open = true;
  }

  @Override
  public synchronized List<Path> watch(Collection<Path> folders) {
    Set<Path> before = watched();
    watched.clear();
    List<Path> refused = new ArrayList<>();
    for (Path folder : folders) {
      if (Files.isDirectory(folder)) {
        if (!before.contains(folder)) {
          first.accept(folder);
        }
        watched.add(folder);
      } else {
        refused.add(folder);
      }
    }
    return refused;
  }

  @Override
  public synchronized Changes await(Duration patience) throws IOException {
    if (!open) {
      throw new IOException("not open");
    }
    if (pending.isEmpty() && !lost && !called) {
      if (blocks) {
        waitFor(patience);
      } else {
        waited.accept(patience);
      }
    }
    called = false;
    Changes changes = new Changes(pending, lost);
    pending.clear();
    lost = false;
    return changes;
  }

  private void waitFor(Duration patience) throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    try {
      while (pending.isEmpty() && !lost && !called && System.nanoTime() < end) {
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, end - System.nanoTime()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public synchronized void wake() {
    called = true;
    notifyAll();
  }

  @Override
  public synchronized void close() {
    open = false;
    called = false;
    watched.clear();
  }
}
