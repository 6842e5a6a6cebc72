package io.waybillguard.agent.sense.image;

import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.memory.Recent;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which images a process has in hand because it read them, and which a file carries because it is a
 * copy or an archive of them. Bounded: what was not touched for longest is forgotten.
 *
 * <p>Limit: what a process hands to another that is neither its parent, its child nor in the same
 * pipe is lost sight of; the bytes that leave are counted all the same.
 */
final class Lineage {
  private static final int MOST_PROCESSES = 4096;
  private static final int MOST_FILES = 4096;
  private static final Duration MEMORY = Duration.ofMinutes(30);

  /** Programs in one pipe run at the same time. */
  private static final Duration PIPE = Duration.ofMinutes(1);

  /** What a process read. */
  private static final class Hand {
    final Set<Images.Image> images = new LinkedHashSet<>();
    final long parent;
    Instant last;

    Hand(long parent, Instant last) {
      this.parent = parent;
      this.last = last;
    }
  }

  /** A file that carries images. */
  static final class Carrier {
    Path file;

    /** In bytes, when it was last written. */
    long size;

    final Set<Images.Image> images = new LinkedHashSet<>();

    Carrier(Path file) {
      this.file = file;
    }
  }

  private final Processes processes;
  private final Map<Long, Hand> hands = Recent.byUse(MOST_PROCESSES);
  private final Map<Object, Carrier> carriers = Recent.byUse(MOST_FILES);
  private final Map<Path, Carrier> carriersByPath = new HashMap<>();

  Lineage(Processes processes) {
    this.processes = processes;
  }

  /** A process read images. */
  void read(ProcessFacts by, Iterable<Images.Image> images, Instant now) {
    if (by.pid() == 0) {
      return;
    }
    Hand hand = hands.get(by.pid());
    if (hand == null || isOld(hand, now, MEMORY)) {
      hand = new Hand(by.parentPid(), now);
      hands.put(by.pid(), hand);
    }
    hand.last = now;
    images.forEach(hand.images::add);
  }

  /** The images that a process that writes may have written: its own, its parent's, its child's. */
  List<Images.Image> inHand(ProcessFacts writer, Instant now) {
    Set<Images.Image> found = new LinkedHashSet<>();
    if (writer.pid() == 0) {
      return List.of();
    }
    boolean isPiped = writer.parentPid() > 1 && isShell(writer.parentPid());
    for (Map.Entry<Long, Hand> one : hands.entrySet()) {
      Hand hand = one.getValue();
      boolean isKin =
          one.getKey() == writer.pid()
              || one.getKey() == writer.parentPid()
              || hand.parent == writer.pid();
      boolean isInSamePipe =
          isPiped && hand.parent == writer.parentPid() && !isOld(hand, now, PIPE);
      if ((isKin && !isOld(hand, now, MEMORY)) || isInSamePipe) {
        found.addAll(hand.images);
      }
    }
    return List.copyOf(found);
  }

  private static boolean isOld(Hand hand, Instant now, Duration after) {
    return Duration.between(hand.last, now).compareTo(after) > 0;
  }

  private boolean isShell(long pid) {
    return ProcessRef.isShell(processes.of(pid).executable());
  }

  /**
   * A file carries these images now, and those that it carried before.
   *
   * @param size of the file, in bytes
   */
  void carries(Object key, Path file, long size, Iterable<Images.Image> images) {
    Carrier carrier = carriers.get(key);
    if (carrier == null) {
      carrier = new Carrier(file);
      carriers.put(key, carrier);
    }
    renamed(carrier, file);
    carrier.size = size;
    images.forEach(carrier.images::add);
    if (carriersByPath.size() > 2 * MOST_FILES) {
      carriersByPath.clear();
      for (Carrier one : new ArrayList<>(carriers.values())) {
        carriersByPath.put(one.file, one);
      }
    }
  }

  void renamed(Carrier carrier, Path file) {
    carriersByPath.remove(carrier.file, carrier);
    carrier.file = file;
    carriersByPath.put(file, carrier);
  }

  @Nullable Carrier byKey(Object key) {
    return carriers.get(key);
  }

  @Nullable Carrier byPath(Path file) {
    return carriersByPath.get(file);
  }
}
