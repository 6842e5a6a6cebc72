package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.AutostartChanged.Change;
import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.platform.Registry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * Everything that starts by itself, as one look at all points found it.
 *
 * @param files how many files were looked at
 * @param entries in the order of the points
 * @param unseen files and folders that are there and could not be read, sorted
 */
public record Inventory(long files, List<AutostartEntry> entries, List<String> unseen) {
  private static final int STEP = 64;

  public Inventory {
    entries = List.copyOf(entries);
    unseen = List.copyOf(unseen);
  }

  /** One way in which an inventory differs from a baseline. */
  public record Difference(Change change, AutostartEntry entry) {}

  /**
   * Looks at everything, without rests.
   *
   * @param root {@code /}, or a folder in its place
   * @param registry of Windows
   * @param done told how many points are done, after each
   * @throws IOException if the machine cannot be looked at at all
   */
  public static Inventory of(List<Point> points, Path root, Registry registry, LongConsumer done)
      throws IOException {
    Tree tree = Tree.of(root, registry);
    Programs programs = new Programs(tree);
    PointLook.Memory memory = new PointLook.Memory();
    List<AutostartEntry> entries = new ArrayList<>();
    Set<String> unseen = new TreeSet<>();
    long files = 0;
    for (int i = 0; i < points.size(); i++) {
      PointLook look = new PointLook(points.get(i), tree, programs, memory);
      while (look.step(STEP) <= 0) {
        done.accept(i);
      }
      entries.addAll(look.entries().values());
      unseen.addAll(look.unseen());
      files += look.files();
      done.accept(i + 1L);
    }
    return new Inventory(files, entries, List.copyOf(unseen));
  }

  /** The same on a system that has no registry. */
  public static Inventory of(List<Point> points, Path root, LongConsumer done) throws IOException {
    return of(points, root, Registry.NONE, done);
  }

  /** What appeared, changed and vanished since; what cannot be read counts as still there. */
  public List<Difference> since(Baseline baseline) {
    Map<PointLook.Key, AutostartEntry> before = new LinkedHashMap<>();
    baseline.entries().forEach(entry -> before.put(PointLook.Key.of(entry), entry));
    List<Difference> all = new ArrayList<>();
    for (AutostartEntry entry : entries) {
      AutostartEntry was = before.remove(PointLook.Key.of(entry));
      if (!entry.equals(was)) {
        all.add(new Difference(was == null ? Change.APPEARED : Change.CHANGED, entry));
      }
    }
    for (AutostartEntry gone : before.values()) {
      if (!isUnseen(gone.file())) {
        all.add(new Difference(Change.VANISHED, gone));
      }
    }
    return all;
  }

  private boolean isUnseen(String file) {
    return isBelow(file, unseen);
  }

  /** Whether a file or key is one of these, or below one. */
  static boolean isBelow(String file, Collection<String> unknown) {
    return unknown.stream()
        .anyMatch(u -> file.equals(u) || file.startsWith(u + "/") || file.startsWith(u + "\\"));
  }
}
