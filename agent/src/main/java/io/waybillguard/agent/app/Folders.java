package io.waybillguard.agent.app;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.DosFileAttributeView;
import org.jspecify.annotations.Nullable;

/** Folders as a whole. */
final class Folders {
  private Folders() {}

  /**
   * Deletes a folder with all that is in it, if it is there. A link is deleted and not followed,
   * and neither is a junction of Windows, which Java takes for a folder that is also something else
   * ({@link BasicFileAttributes#isOther}): this runs with the system's rights.
   */
  static void delete(Path folder) throws IOException {
    if (Files.notExists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
              throws IOException {
            if (!attributes.isOther()) {
              return FileVisitResult.CONTINUE;
            }
            Files.delete(dir);
            return FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            deleteFile(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failed)
              throws IOException {
            if (failed != null) {
              throw failed;
            }
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Windows deletes nothing that is marked as read-only, as an archive of classes is. */
  private static void deleteFile(Path file) throws IOException {
    try {
      Files.delete(file);
    } catch (AccessDeniedException e) {
      DosFileAttributeView marks =
          Files.getFileAttributeView(file, DosFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      if (marks == null) {
        throw e;
      }
      marks.setReadOnly(false);
      Files.delete(file);
    }
  }
}
