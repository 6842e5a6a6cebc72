package io.waybillguard.agent.sense.image;

import io.waybillguard.agent.memory.Recent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The images that lie or lay in the scan folders, each under a number of its own. The newest are
 * remembered: some 300 bytes each, so 15 MB at most. A file keeps its number under another name.
 */
final class Images {
  /** Four days at 200 an hour and desk, ten hours a day, five times over. */
  private static final int REMEMBERED = 50_000;

  /** One image. Its content is known by size and hash only. */
  static final class Image {
    final int number;
    Path file;
    long size;

    /** Lower-case hex; "" while it was not worked out, or when it could not be. */
    String sha256 = "";

    /** The program that put it there; "" for one that was there before. */
    final String maker;

    private Image(int number, Path file, long size, String maker) {
      this.number = number;
      this.file = file;
      this.size = size;
      this.maker = maker;
    }
  }

  /**
   * What the system says of a file.
   *
   * @param key the file system's own identity of it, or its path where it has none
   */
  record Stamp(Object key, long size) {
    /** Of a regular file that is there; links are not followed. */
    static Optional<Stamp> of(Path file) {
      try {
        BasicFileAttributes now =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Object key = now.fileKey();
        return now.isRegularFile()
            ? Optional.of(new Stamp(key == null ? file : key, now.size()))
            : Optional.empty();
      } catch (IOException e) {
        return Optional.empty(); // gone since
      }
    }
  }

  private final Map<Object, Image> byKey = Recent.byArrival(REMEMBERED, this::forget);

  private final Map<Path, Image> byPath = new HashMap<>();
  private final Map<Long, List<Image>> bySize = new HashMap<>();
  private int next;

  private void forget(Image old) {
    byPath.remove(old.file, old);
    dropSize(old);
  }

  private void dropSize(Image image) {
    List<Image> same = bySize.get(image.size);
    if (same != null && same.remove(image) && same.isEmpty()) {
      bySize.remove(image.size);
    }
  }

  /** A new one. */
  Image add(Path file, Stamp stamp, String maker) {
    Image gone = byKey.remove(stamp.key());
    if (gone != null) {
      forget(gone);
    }
    Image image = new Image(next++, file, stamp.size(), maker);
    byKey.put(stamp.key(), image);
    byPath.put(file, image);
    bySize.computeIfAbsent(image.size, s -> new ArrayList<>()).add(image);
    return image;
  }

  @Nullable Image byKey(Object key) {
    return byKey.get(key);
  }

  @Nullable Image byPath(Path file) {
    return byPath.get(file);
  }

  /** Those of a size, however many. */
  List<Image> ofSize(long size) {
    return bySize.getOrDefault(size, List.of());
  }

  /** It has another name, or another content, or both. */
  void changed(Image image, Path file, long size) {
    byPath.remove(image.file, image);
    image.file = file;
    byPath.put(file, image);
    dropSize(image);
    image.size = size;
    image.sha256 = "";
    bySize.computeIfAbsent(size, s -> new ArrayList<>()).add(image);
  }
}
