package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.FileTraits;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramsAppeared;
import io.waybillguard.agent.platform.Packages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Programs that a package manager is bringing, held until it is quiet: the lists of packages are
 * written after the files are. Then those that belong to a package are one record, and those that
 * belong to none have one each. Nothing is left out: a file is in exactly one of them.
 *
 * <p>Held are at most {@link #MOST} files for at most {@link #LONGEST}; after that what is there is
 * recorded, and the rest is another burst. An agent that is killed loses what it held; dpkg's own
 * log still has it.
 */
final class Bursts {
  /** A package manager that wrote nothing for so long has ended, or turns to the next package. */
  static final Duration QUIET = Duration.ofSeconds(2);

  static final Duration LONGEST = Duration.ofSeconds(30);

  /** Some 600 bytes each. */
  static final int MOST = 10_000;

  /** So few are recorded one by one: they say more, and cost no more. */
  static final int FEW = 3;

  private final Packages packages;
  private final Map<Long, Burst> bursts = new LinkedHashMap<>();

  /** A program that waits for the end of its burst. */
  record Held(Instant at, Path path, Stamp stamp, FileRef file, Origin origin, ProcessRef by) {}

  /** A file with its bytes: a system gives the identity of one that is gone to another. */
  private record Id(Object file, String sha256) {}

  /** What came of a burst: records, and those that were not summed up, to be remembered. */
  record Ended(Optional<ProgramsAppeared> sum, List<Held> single) {}

  private static final class Burst {
    private final ProcessRef head;
    private final Instant from;
    private final Map<Id, Held> files = new LinkedHashMap<>();
    private Instant last;

    Burst(ProcessRef head, Instant from) {
      this.head = head;
      this.from = from;
      this.last = from;
    }

    Instant due() {
      Instant quiet = last.plus(QUIET);
      Instant longest = from.plus(LONGEST);
      return files.size() >= MOST ? last : quiet.isBefore(longest) ? quiet : longest;
    }
  }

  Bursts(Packages packages) {
    this.packages = packages;
  }

  /**
   * Holds a program.
   *
   * @param head the highest process of those that install
   * @param key the file's identity: one that is moved to its name is still one file
   */
  void add(ProcessRef head, Object key, Held held, Instant now) {
    Burst burst = bursts.computeIfAbsent(head.pid(), pid -> new Burst(head, now));
    String sha256 = held.file().sha256();
    Id unhashed = new Id(key, "");
    Held moved = burst.files.get(unhashed);
    if (!sha256.isEmpty() && moved != null && !Files.exists(moved.path())) {
      burst.files.remove(unhashed); // it was moved before it could be read
    }
    burst.files.put(new Id(key, sha256), held);
    burst.last = now;
  }

  /** When the next burst ends, if nothing comes; null when there is none. */
  @Nullable Instant due() {
    return bursts.values().stream().map(Burst::due).min(Comparator.naturalOrder()).orElse(null);
  }

  /** The bursts that have ended by now. */
  List<Ended> ended(Instant now) {
    List<Ended> ended = new ArrayList<>();
    Iterator<Burst> all = bursts.values().iterator();
    while (all.hasNext()) {
      Burst burst = all.next();
      if (!burst.due().isAfter(now)) {
        all.remove();
        ended.add(end(burst));
      }
    }
    return ended;
  }

  private Ended end(Burst burst) {
    List<Held> packaged = new ArrayList<>();
    List<Held> single = new ArrayList<>();
    for (Held held : burst.files.values()) {
      Packages.Owner owner = packages.owner(held.path());
      Held told = told(held, owner);
      (owner.known() == Packages.Known.OWNED ? packaged : single).add(told);
    }
    if (packaged.size() <= FEW) {
      single.addAll(packaged);
      single.sort(Comparator.comparing(Held::at));
      return new Ended(Optional.empty(), single);
    }
    return new Ended(Optional.of(sum(burst.head, packaged)), single);
  }

  private static Held told(Held held, Packages.Owner owner) {
    FileRef file = held.file();
    FileTraits.Packaged packaged =
        switch (owner.known()) {
          case OWNED -> FileTraits.Packaged.OWNED;
          case NONE -> FileTraits.Packaged.NO;
          case UNKNOWN -> FileTraits.Packaged.UNKNOWN;
        };
    FileTraits traits =
        new FileTraits(
            file.traits().mode(),
            owner.name(),
            packaged,
            file.traits().place(),
            file.traits().imprint());
    FileRef known =
        new FileRef(
            file.path(),
            file.kind(),
            file.size(),
            file.sha256(),
            file.unreadable(),
            file.owner(),
            file.removable(),
            file.hidden(),
            traits);
    return new Held(held.at(), held.path(), held.stamp(), known, held.origin(), held.by());
  }

  private static ProgramsAppeared sum(ProcessRef head, List<Held> files) {
    Instant first = files.get(0).at();
    Instant last = first;
    long bytes = 0;
    long unhashed = 0;
    Map<String, Long> folders = new TreeMap<>();
    Set<String> names = new TreeSet<>();
    for (Held held : files) {
      FileRef file = held.file();
      first = held.at().isBefore(first) ? held.at() : first;
      last = held.at().isAfter(last) ? held.at() : last;
      bytes += file.size();
      unhashed += file.sha256().isEmpty() ? 1 : 0;
      int end = Math.max(1, file.path().lastIndexOf('/'));
      folders.merge(file.path().substring(0, end), 1L, Long::sum);
      names.add(file.traits().packageName());
    }
    return new ProgramsAppeared(
        last,
        first,
        head,
        files.size(),
        unhashed,
        bytes,
        folders.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(ProgramsAppeared.MOST_FOLDERS)
            .map(e -> new ProgramsAppeared.Share(e.getKey(), e.getValue()))
            .toList(),
        names.stream().limit(ProgramsAppeared.MOST_PACKAGES).toList(),
        names.size(),
        digest(files));
  }

  /** As {@link ProgramsAppeared#digest()} says. */
  static String digest(List<Held> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      files.stream()
          .map(Held::file)
          .map(f -> f.path() + " " + (f.sha256().isEmpty() ? "-" : f.sha256()) + "\n")
          .map(line -> line.getBytes(StandardCharsets.UTF_8))
          .sorted(Arrays::compareUnsigned)
          .forEach(digest::update);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime must have SHA-256; this one has not", e);
    }
  }

  /** A record of its own. */
  static ProgramAppeared single(Held held) {
    return new ProgramAppeared(held.at(), held.file(), held.origin(), held.by());
  }
}
