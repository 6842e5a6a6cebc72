package io.waybillguard.agent.platform.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * In which lists a path may stand, by a 32-bit number of it: FNV-1a, which anybody can make collide
 * and which says of some pairs in a hundred thousand paths that they are one, so whoever asks has
 * to look into the list. 8 bytes a path.
 */
final class PathIndex {
  /** FNV-1a offset basis, and the prime below: the Fowler/Noll/Vo hash, RFC 9923. */
  static final int START = 0x811c9dc5;

  private static final int PRIME = 0x01000193;

  private final List<Path> lists;

  /** Sorted; each a path's number above the place of its list. */
  private final long[] entries;

  private PathIndex(List<Path> lists, long[] entries) {
    this.lists = lists;
    this.entries = entries;
  }

  /**
   * @param numbers of the paths in each list
   */
  static PathIndex of(Map<Path, int[]> numbers) {
    List<Path> lists = new ArrayList<>(numbers.keySet());
    long[] entries = new long[numbers.values().stream().mapToInt(each -> each.length).sum()];
    int at = 0;
    for (int place = 0; place < lists.size(); place++) {
      for (int number : numbers.getOrDefault(lists.get(place), new int[0])) {
        entries[at++] = (long) number << Integer.SIZE | place;
      }
    }
    Arrays.sort(entries);
    return new PathIndex(lists, entries);
  }

  /** The number of a path goes on with one byte more. */
  static int next(int number, int unsignedByte) {
    return (number ^ unsignedByte) * PRIME;
  }

  private static int number(String path) {
    int number = START;
    for (int i = 0; i < path.length(); i++) {
      number = next(number, path.charAt(i));
    }
    return number;
  }

  /**
   * The lists in which a path may stand: mostly one, more for folders.
   *
   * @param path each character a byte
   */
  List<Path> lists(String path) {
    int number = number(path);
    int first = Arrays.binarySearch(entries, (long) number << Integer.SIZE);
    List<Path> found = new ArrayList<>();
    for (int at = first < 0 ? -first - 1 : first;
        at < entries.length && (int) (entries[at] >> Integer.SIZE) == number;
        at++) {
      found.add(lists.get((int) entries[at]));
    }
    return found;
  }
}
