package io.waybillguard.agent.platform.shared;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By what a file is known again under another name.
 *
 * @param key device and inode, or what Windows has for them; else the time at which it was made
 * @param size bytes, at that moment
 */
public record FileKey(String key, long size) {
  private static final Logger LOG = LoggerFactory.getLogger(FileKey.class);

  /** That of the file at a path; empty when there is none, or it may not be asked. */
  public static Optional<FileKey> of(Path file) {
    try {
      BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(new FileKey(key(file, facts), facts.size()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.debug("file={} cannot be asked: {}", file, e.toString());
      return Optional.empty();
    }
  }

  private static String key(Path file, BasicFileAttributes facts) {
    Object key = facts.fileKey();
    if (key != null) {
      return key.toString();
    }
    boolean isWindows = file.getFileSystem().getSeparator().equals("\\");
    return (isWindows ? FileIndex.of(file.toAbsolutePath()) : Optional.<String>empty())
        .orElseGet(() -> "made " + facts.creationTime().toMillis());
  }

  /** The file with this key in a folder; null when there is none. */
  public static @Nullable Path find(@Nullable Path folder, String key) {
    if (folder == null) {
      return null;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path one : all) {
        if (of(one).filter(facts -> facts.key().equals(key)).isPresent()) {
          return one;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("folder={} cannot be listed: {}", folder, e.toString());
    }
    return null;
  }
}
