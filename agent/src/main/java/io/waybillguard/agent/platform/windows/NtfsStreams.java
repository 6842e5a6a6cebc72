package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.FileStreams;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;

/**
 * Alternate data streams, by Java's user-defined attributes: the runtime lists them with {@code
 * FindFirstStreamW} (OpenJDK, WindowsUserDefinedFileAttributeView), so no call of ours is needed.
 * It reads a stream whole or not at all, and counts in int, and a {@code Path} holds no colon; so
 * content is read as {@code file:name} by the older classes of Java. Wine finds no streams and
 * lists none.
 */
public final class NtfsStreams implements FileStreams {
  @Override
  public List<String> names(Path file) throws IOException {
    return view(file).list();
  }

  @Override
  public long size(Path file, String name) throws IOException {
    try (FileInputStream content = opened(file, name)) {
      return content.getChannel().size();
    }
  }

  @Override
  public InputStream open(Path file, String name) throws IOException {
    return opened(file, name);
  }

  private static FileInputStream opened(Path file, String name) throws IOException {
    return new FileInputStream(file + ":" + name);
  }

  @Override
  public String unseen() {
    return WindowsVersion.isWine() ? "streams of files are not seen: Wine lists none" : "";
  }

  private static UserDefinedFileAttributeView view(Path file) throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(
            file, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null) {
      throw new IOException("this file system has no named streams: " + file.getFileSystem());
    }
    return view;
  }
}
