package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.FileStreams;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;

/**
 * Alternate data streams, by Java's user-defined attributes: the runtime lists them with {@code
 * FindFirstStreamW} and opens {@code file:name} (OpenJDK, WindowsUserDefinedFileAttributeView), so
 * no call of ours is needed. Wine finds no streams and lists none.
 */
public final class NtfsStreams implements FileStreams {
  @Override
  public List<String> names(Path file) throws IOException {
    return view(file).list();
  }

  @Override
  public long size(Path file, String name) throws IOException {
    try {
      return view(file).size(name);
    } catch (ArithmeticException e) {
      throw new IOException("stream " + name + " has more than 2 GiB", e); // OpenJDK counts in int
    }
  }

  @Override
  public void read(Path file, String name, ByteBuffer into) throws IOException {
    try {
      view(file).read(name, into);
    } catch (ArithmeticException e) {
      throw new IOException("stream " + name + " has more than 2 GiB", e);
    }
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
