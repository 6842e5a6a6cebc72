package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.AutostartBurst;
import io.waybillguard.agent.event.AutostartChanged;
import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Observation;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells a few changes one by one, and sums up many ordinary ones: a package upgrade makes hundreds.
 * What is not ordinary always has a record of its own.
 */
final class Burst {
  /** So many ordinary ones within {@link #WINDOW} are told one by one. */
  static final int SINGLE = 16;

  static final Duration WINDOW = Duration.ofSeconds(60);

  /** A burst is over when nothing came for so long. */
  static final Duration QUIET = Duration.ofSeconds(5);

  /** One that does not end is told in parts. */
  static final Duration LONGEST = Duration.ofSeconds(60);

  /** Points where each change matters, however many there are. */
  private static final Set<String> NEVER = Set.of("ssh", "sudo_accounts", "ld_preload");

  private final Deque<Instant> single = new ArrayDeque<>();
  private final Map<AutostartChanged.Change, Long> counts =
      new EnumMap<>(AutostartChanged.Change.class);
  private final Set<String> points = new TreeSet<>();
  private final List<String> names = new ArrayList<>();
  private final MessageDigest digest = Programs.sha256();
  private Instant began = Instant.EPOCH;
  private Instant last = Instant.EPOCH;
  private boolean whileAway;
  private long count;

  /** Takes a change, and gives its record if it has one of its own. */
  void add(AutostartChanged change, List<Observation> told) {
    Instant now = change.at();
    while (!single.isEmpty() && single.peek().isBefore(now.minus(WINDOW))) {
      single.remove();
    }
    if (!isOrdinary(change)) {
      told.add(change);
    } else if (count == 0 && single.size() < SINGLE) {
      single.add(now);
      told.add(change);
    } else {
      if (count == 0) {
        began = now;
      }
      last = now;
      count++;
      counts.merge(change.change(), 1L, Long::sum);
      points.add(change.entry().point());
      if (names.size() < AutostartBurst.MOST_NAMES) {
        names.add(change.entry().name());
      }
      whileAway |= change.whileAway();
      digest.update(change.change().name().getBytes(StandardCharsets.US_ASCII));
      digest.update(Entries.json(change.entry()).canonical());
    }
  }

  boolean isOpen() {
    return count > 0;
  }

  /** When it is to be told, if nothing more comes. */
  Instant due() {
    Instant quiet = last.plus(QUIET);
    Instant longest = began.plus(LONGEST);
    return quiet.isBefore(longest) ? quiet : longest;
  }

  /** The record of it; it is empty after that. */
  Observation end(Instant now) {
    AutostartBurst burst =
        new AutostartBurst(
            now.isBefore(began) ? began : now,
            began,
            counts.getOrDefault(AutostartChanged.Change.APPEARED, 0L),
            counts.getOrDefault(AutostartChanged.Change.CHANGED, 0L),
            counts.getOrDefault(AutostartChanged.Change.VANISHED, 0L),
            List.copyOf(points),
            names,
            HexFormat.of().formatHex(digest.digest()),
            whileAway);
    counts.clear();
    points.clear();
    names.clear();
    whileAway = false;
    count = 0;
    return burst;
  }

  /**
   * Whether it is what packages do: written by the system's own folders, and starting nothing but
   * the system's own programs.
   */
  static boolean isOrdinary(AutostartChanged change) {
    AutostartEntry entry = change.entry();
    // Packages put no units there, only links to units.
    boolean isOwnUnit =
        entry.file().startsWith("/etc/systemd/system/") && !entry.command().startsWith("-> ");
    return !NEVER.contains(entry.point())
        && !isOwnUnit
        && isOfTheSystem(entry.file())
        && (entry.program().path().isEmpty() || isOrdinary(entry.program()));
  }

  private static boolean isOrdinary(FileRef program) {
    return isOfTheSystem(program.path())
        && !program.hidden()
        && !program.isOwnedByAnOrdinaryAccount();
  }

  /** Where packages put what is theirs (Filesystem Hierarchy Standard 3.0). */
  private static boolean isOfTheSystem(String path) {
    return !path.startsWith("/usr/local/")
        && List.of("/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/etc/", "/boot/", "/var/lib/")
            .stream()
            .anyMatch(path::startsWith);
  }
}
