package io.waybillguard.agent.evidence.bundle;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Frontier;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.Ledger;
import io.waybillguard.agent.evidence.Merkle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A whole log as C2SP tlog-tiles: every leaf in entry bundles, every hash in tiles of 256. Where a
 * bundle has them, anybody can rebuild the tree.
 */
final class Tiles {
  /** Folder of the tiles in a bundle. */
  static final String FOLDER = "data/log/tile/";

  private static final int WIDTH = 256;
  private static final int LEVELS_OF_A_TILE = 8;

  private Tiles() {}

  /** Takes finished files. */
  interface Sink {
    void put(String name, byte[] bytes) throws IOException;
  }

  /** Hands out files. */
  interface Source {
    byte[] read(String name) throws IOException;
  }

  /**
   * Writes the tiles of the first {@code size} leaves.
   *
   * @throws EvidenceException if a leaf is no longer here
   */
  static void write(Ledger log, long size, Sink sink) throws IOException, EvidenceException {
    for (long first = 0; first < size; first += WIDTH) {
      ByteArrayOutputStream entries = new ByteArrayOutputStream();
      long end = Math.min(size, first + WIDTH);
      for (long i = first; i < end; i++) {
        long index = i;
        byte[] leaf =
            log.leaf(i)
                .orElseThrow(
                    () ->
                        new EvidenceException(
                            "record "
                                + index
                                + " is no longer here, so the whole log cannot be exported; leave"
                                + " out --whole-log"));
        entries.write(leaf.length >>> 8);
        entries.write(leaf.length);
        entries.write(leaf);
      }
      sink.put(FOLDER + "entries/" + path(first / WIDTH, end - first), entries.toByteArray());
    }
    int level = 0;
    for (long n = size; n > 0; n /= WIDTH, level++) {
      for (long first = 0; first < n; first += WIDTH) {
        int width = (int) Math.min(WIDTH, n - first);
        byte[] tile = new byte[width * Hash.LENGTH];
        for (int i = 0; i < width; i++) {
          byte[] hash = log.node(level * LEVELS_OF_A_TILE, first + i).bytes();
          System.arraycopy(hash, 0, tile, i * Hash.LENGTH, Hash.LENGTH);
        }
        sink.put(FOLDER + level + "/" + path(first / WIDTH, width), tile);
      }
    }
  }

  /** The names of all tiles of a tree, for those who must account for every file. */
  static java.util.SortedSet<String> names(long size) {
    java.util.SortedSet<String> names = new java.util.TreeSet<>();
    int level = 0;
    for (long n = size; n > 0; n /= WIDTH, level++) {
      for (long first = 0; first < n; first += WIDTH) {
        String path = path(first / WIDTH, Math.min(WIDTH, n - first));
        names.add(FOLDER + level + "/" + path);
        if (level == 0) {
          names.add(FOLDER + "entries/" + path);
        }
      }
    }
    return names;
  }

  /** What a check does with every entry. */
  interface Entry {
    void at(long index, byte[] leaf) throws IOException, EvidenceException;
  }

  /**
   * Rebuilds the tree from its entries, and refuses it unless it has the head's root and every hash
   * tile is the one that the entries make.
   */
  static void check(Checkpoint head, Source source, Entry each)
      throws IOException, EvidenceException {
    Frontier tree = new Frontier();
    SortedMap<Integer, ByteArrayOutputStream> open = new TreeMap<>();
    SortedMap<String, byte[]> done = new TreeMap<>();
    for (long first = 0; first < head.size(); first += WIDTH) {
      long width = Math.min(WIDTH, head.size() - first);
      String name = FOLDER + "entries/" + path(first / WIDTH, width);
      byte[] entries = source.read(name);
      int at = 0;
      for (long i = first; i < first + width; i++) {
        if (at + 2 > entries.length) {
          throw new EvidenceException(name + " ends before entry " + i);
        }
        int length = (entries[at] & 0xff) << 8 | (entries[at + 1] & 0xff);
        at += 2;
        if (at + length > entries.length) {
          throw new EvidenceException(name + " ends within entry " + i);
        }
        byte[] leaf = Arrays.copyOfRange(entries, at, at + length);
        at += length;
        each.at(i, leaf);
        tree.append(
            Merkle.leaf(leaf), (level, index, hash) -> gather(open, done, level, index, hash));
      }
      if (at != entries.length) {
        throw new EvidenceException(name + " holds bytes after its last entry");
      }
      compare(done, source);
    }
    int level = 0;
    for (long n = head.size(); n > 0; n /= WIDTH, level++) {
      ByteArrayOutputStream last = open.get(level);
      if (n % WIDTH > 0 && last != null) {
        done.put(FOLDER + level + "/" + path(n / WIDTH, n % WIDTH), last.toByteArray());
      }
    }
    compare(done, source);
    if (!tree.root().equals(head.root())) {
      throw new EvidenceException(
          "the entries under "
              + FOLDER
              + " make root "
              + tree.root()
              + ", the newest checkpoint says "
              + head.root());
    }
  }

  private static void gather(
      SortedMap<Integer, ByteArrayOutputStream> open,
      SortedMap<String, byte[]> done,
      int level,
      long index,
      Hash hash) {
    if (level % LEVELS_OF_A_TILE != 0) {
      return;
    }
    int row = level / LEVELS_OF_A_TILE;
    ByteArrayOutputStream tile = open.computeIfAbsent(row, r -> new ByteArrayOutputStream());
    tile.writeBytes(hash.bytes());
    if (index % WIDTH == WIDTH - 1) {
      done.put(FOLDER + row + "/" + path(index / WIDTH, WIDTH), tile.toByteArray());
      tile.reset();
    }
  }

  private static void compare(SortedMap<String, byte[]> made, Source source)
      throws IOException, EvidenceException {
    for (var tile : made.entrySet()) {
      if (!Arrays.equals(source.read(tile.getKey()), tile.getValue())) {
        throw new EvidenceException(tile.getKey() + " is not the hashes that the entries make");
      }
    }
    made.clear();
  }

  /** A tile's number in groups of three digits, and the width of one that is not full. */
  private static String path(long number, long width) {
    String path = String.format(Locale.ROOT, "%03d", number % 1000);
    for (long rest = number / 1000; rest > 0; rest /= 1000) {
      path = String.format(Locale.ROOT, "x%03d/", rest % 1000) + path;
    }
    return width < WIDTH ? path + ".p/" + width : path;
  }
}
