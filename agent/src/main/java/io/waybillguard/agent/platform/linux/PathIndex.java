package io.waybillguard.agent.platform.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * In which lists a path may stand, by a 64-bit number of it (FNV-1a, which anybody can make
 * collide: whoever asks has to look into the list).
 */
final class PathIndex {
  /** FNV-1a offset basis, and the prime below: the Fowler/Noll/Vo hash, RFC 9923. */
  static final long START = 0xcbf29ce484222325L;

  private static final long PRIME = 0x100000001b3L;

  private final List<Path> lists = new ArrayList<>();
  private long[] numbers;
  private int[] where;
  private int size;

  PathIndex(int room) {
    numbers = new long[room];
    where = new int[0];
  }

  /** The number of a path goes on with one byte more. */
  static long next(long number, int unsignedByte) {
    return (number ^ unsignedByte) * PRIME;
  }

  private static long number(String path) {
    long number = START;
    for (int i = 0; i < path.length(); i++) {
      number = next(number, path.charAt(i));
    }
    return number;
  }

  int size() {
    return size;
  }

  void add(long number) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, Math.max(16, size * 2));
    }
    numbers[size++] = number;
  }

  /** Takes over what stands in one list; {@link #sort} afterwards. */
  void addAll(PathIndex one, Path list) {
    if (where.length < numbers.length) {
      where = Arrays.copyOf(where, numbers.length);
    }
    Arrays.fill(where, size, size + one.size, lists.size());
    System.arraycopy(one.numbers, 0, numbers, size, one.size);
    size += one.size;
    lists.add(list);
  }

  void sort() {
    int[] order =
        IntStream.range(0, size)
            .boxed()
            .sorted(Comparator.comparingLong(i -> numbers[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    long[] sorted = new long[size];
    int[] sortedWhere = new int[size];
    for (int i = 0; i < size; i++) {
      sorted[i] = numbers[order[i]];
      sortedWhere[i] = where[order[i]];
    }
    numbers = sorted;
    where = sortedWhere;
  }

  /**
   * The lists in which a path may stand: mostly one, more for folders.
   *
   * @param path each character a byte
   */
  List<Path> lists(String path) {
    long number = number(path);
    int at = Arrays.binarySearch(numbers, 0, size, number);
    if (at < 0) {
      return List.of();
    }
    while (at > 0 && numbers[at - 1] == number) {
      at--;
    }
    List<Path> found = new ArrayList<>();
    for (; at < size && numbers[at] == number; at++) {
      found.add(lists.get(where[at]));
    }
    return found;
  }
}
