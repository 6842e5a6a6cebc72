package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What a disk holds, and what it was asked for and may have done or not when the power goes.
 *
 * <p>Stricter than a journaling file system: the content of a file is safe only after a sync of the
 * file, a name (made, moved, gone) only after a sync of its folder. Unsynced content may arrive in
 * any order and by single sectors; unsynced names arrive in order, up to any one.
 */
final class DiskImage {
  static final int SECTOR = 512;

  /** How much of what was not synced a power loss leaves. */
  enum Luck {
    /** Nothing. */
    NONE,
    /** All: as after SIGKILL. */
    ALL,
    /** Any of the writes, in any order. */
    SOME,
    /** Any of the writes, and of each of them any of its sectors. */
    TORN
  }

  private record Change(DiskTrace.Op op, int file) {}

  private final Map<String, Integer> names = new HashMap<>();
  private final Map<String, Integer> safeNames = new LinkedHashMap<>();
  private final Set<String> safeFolders = new LinkedHashSet<>();
  private final Map<Integer, byte[]> safe = new HashMap<>();
  private final List<Change> unsafe = new ArrayList<>();
  private int files;

  /** Takes in what was asked next. */
  void take(DiskTrace.Op op) {
    if (op instanceof DiskTrace.Made made) {
      names.put(made.path(), files);
      unsafe.add(new Change(op, files++));
    } else if (op instanceof DiskTrace.Written written) {
      unsafe.add(new Change(op, file(written.path())));
    } else if (op instanceof DiskTrace.Cut cut) {
      unsafe.add(new Change(op, file(cut.path())));
    } else if (op instanceof DiskTrace.Renamed renamed) {
      int file = file(renamed.from());
      names.remove(renamed.from());
      names.put(renamed.to(), file);
      unsafe.add(new Change(op, file));
    } else if (op instanceof DiskTrace.Removed removed) {
      unsafe.add(new Change(op, file(removed.path())));
      names.remove(removed.path());
    } else if (op instanceof DiskTrace.FolderMade) {
      unsafe.add(new Change(op, -1));
    } else if (op instanceof DiskTrace.Synced synced) {
      sync(file(synced.path()));
    } else if (op instanceof DiskTrace.FolderSynced synced) {
      syncNames(synced.path());
    }
  }

  private int file(String path) {
    Integer file = names.get(path);
    if (file == null) {
      throw new IllegalStateException("nobody made " + path);
    }
    return file;
  }

  private void sync(int file) {
    unsafe.removeIf(
        change -> {
          boolean content = change.file() == file && isContent(change.op());
          if (content) {
            safe.put(file, applied(safe.getOrDefault(file, new byte[0]), change.op(), () -> true));
          }
          return content;
        });
  }

  private void syncNames(String folder) {
    unsafe.removeIf(
        change -> {
          boolean ofIt = !isContent(change.op()) && folder.equals(folderOf(change.op()));
          if (ofIt) {
            rename(change, safeNames, safeFolders);
          }
          return ofIt;
        });
  }

  private static boolean isContent(DiskTrace.Op op) {
    return op instanceof DiskTrace.Written || op instanceof DiskTrace.Cut;
  }

  private static String folderOf(DiskTrace.Op op) {
    String path =
        op instanceof DiskTrace.Made made
            ? made.path()
            : op instanceof DiskTrace.Renamed renamed
                ? renamed.to()
                : op instanceof DiskTrace.Removed removed
                    ? removed.path()
                    : ((DiskTrace.FolderMade) op).path();
    return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
  }

  private static void rename(Change change, Map<String, Integer> names, Set<String> folders) {
    if (change.op() instanceof DiskTrace.Made made) {
      names.put(made.path(), change.file());
    } else if (change.op() instanceof DiskTrace.Renamed renamed) {
      names.remove(renamed.from());
      names.put(renamed.to(), change.file());
    } else if (change.op() instanceof DiskTrace.Removed removed) {
      names.remove(removed.path());
    } else if (change.op() instanceof DiskTrace.FolderMade made) {
      folders.add(made.path());
    }
  }

  /** What a file holds after an operation, or after what is left of it. */
  private static byte[] applied(byte[] before, DiskTrace.Op op, BooleanSupplier sectorArrives) {
    if (op instanceof DiskTrace.Cut cut) {
      return Arrays.copyOf(before, (int) cut.length());
    }
    DiskTrace.Written written = (DiskTrace.Written) op;
    int offset = (int) written.offset();
    byte[] bytes = written.bytes();
    byte[] after = Arrays.copyOf(before, Math.max(before.length, offset + bytes.length));
    // Sectors of the disk, which need not begin where the write does.
    for (int at = 0; at < bytes.length; ) {
      int end = Math.min(bytes.length, at + SECTOR - (offset + at) % SECTOR);
      if (sectorArrives.getAsBoolean()) {
        System.arraycopy(bytes, at, after, offset + at, end - at);
      }
      at = end;
    }
    return after;
  }

  /** How many changes a power loss may undo. */
  int unsynced() {
    return unsafe.size();
  }

  /** The files as they may be when the power goes now. */
  Map<String, byte[]> after(Luck luck, Random random) {
    Map<String, Integer> found = new LinkedHashMap<>(safeNames);
    Set<String> folders = new LinkedHashSet<>(safeFolders);
    List<Change> named = unsafe.stream().filter(c -> !isContent(c.op())).toList();
    int moved =
        switch (luck) {
          case NONE -> 0;
          case ALL -> named.size();
          case SOME, TORN -> random.nextInt(named.size() + 1);
        };
    named.subList(0, moved).forEach(change -> rename(change, found, folders));
    Map<Integer, byte[]> content = new HashMap<>(safe);
    BooleanSupplier sectors = luck == Luck.TORN ? random::nextBoolean : () -> true;
    for (Change change : unsafe) {
      boolean arrives = luck == Luck.ALL || (luck != Luck.NONE && random.nextBoolean());
      if (isContent(change.op()) && arrives) {
        byte[] before = content.getOrDefault(change.file(), new byte[0]);
        content.put(change.file(), applied(before, change.op(), sectors));
      }
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    found.forEach(
        (path, file) -> {
          if (!path.contains("/") || folders.contains(path.substring(0, path.lastIndexOf('/')))) {
            files.put(path, content.getOrDefault(file, new byte[0]));
          }
        });
    return files;
  }

  /** Lays the files into an empty folder. */
  static void lay(Map<String, byte[]> files, Path folder) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }
}
