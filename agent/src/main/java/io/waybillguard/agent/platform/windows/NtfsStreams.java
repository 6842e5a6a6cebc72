package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.win32.StdCallLibrary;
import io.waybillguard.agent.platform.FileStreams;
import io.waybillguard.agent.platform.shared.LongPath;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Alternate data streams, with their sizes, by {@code FindFirstStreamW}. A {@code Path} holds no
 * colon, so content is read as {@code file:name} by the older classes of Java. Wine answers that
 * every file has none.
 */
public final class NtfsStreams implements FileStreams {
  /** WIN32_FIND_STREAM_DATA (fileapi.h): a size, and a name of at most 295 characters. */
  static final int SIZE = 600;

  static final int STREAM_SIZE = 0;
  static final int STREAM_NAME = 8;

  static final int FIND_STREAM_INFO_STANDARD = 0;

  /** There is no stream, or no further one. */
  static final int ERROR_HANDLE_EOF = 38;

  /** The file system knows no streams, as FAT. */
  static final int ERROR_INVALID_PARAMETER = 87;

  /** Behind a name: the one kind of stream that is listed. */
  private static final String KIND = ":$DATA";

  /** {@code kernel32.dll}, as far as it tells of streams. */
  interface Kernel extends StdCallLibrary {
    Pointer FindFirstStreamW(WString file, int level, Memory found, int reserved);

    boolean FindNextStreamW(Pointer search, Memory found);

    boolean FindClose(Pointer search);
  }

  private final Kernel kernel;

  /** Of this machine. */
  public NtfsStreams() {
    this(Libraries.HERE);
  }

  NtfsStreams(Libraries libraries) {
    kernel = libraries.load("kernel32", Kernel.class);
  }

  @Override
  public List<Named> list(Path file) throws IOException {
    List<Named> all = new ArrayList<>();
    try (Memory found = new Memory(SIZE)) {
      found.clear();
      Pointer search =
          kernel.FindFirstStreamW(LongPath.of(file), FIND_STREAM_INFO_STANDARD, found, 0);
      if (Pointer.nativeValue(search) == -1) {
        int error = Native.getLastError();
        if (error == ERROR_HANDLE_EOF || error == ERROR_INVALID_PARAMETER) {
          return all;
        }
        throw Win32.failure("FindFirstStream", "cannot list the streams of " + file, error);
      }
      try {
        do {
          named(found.getByteArray(0, SIZE)).ifPresent(all::add);
        } while (kernel.FindNextStreamW(search, found));
        int error = Native.getLastError();
        if (error != ERROR_HANDLE_EOF) { // half a list would hide the rest
          throw Win32.failure("FindNextStream", "cannot list the streams of " + file, error);
        }
      } finally {
        kernel.FindClose(search);
      }
    }
    return all;
  }

  /** A stream out of its WIN32_FIND_STREAM_DATA; empty for the file's own content. Pure. */
  static Optional<Named> named(byte[] found) {
    String text =
        new String(found, STREAM_NAME, found.length - STREAM_NAME, StandardCharsets.UTF_16LE);
    int end = text.indexOf('\0');
    String name = end < 0 ? text : text.substring(0, end);
    name = name.startsWith(":") ? name.substring(1) : name;
    name = name.endsWith(KIND) ? name.substring(0, name.length() - KIND.length()) : name;
    long size = ByteBuffer.wrap(found).order(ByteOrder.LITTLE_ENDIAN).getLong(STREAM_SIZE);
    return name.isEmpty() ? Optional.empty() : Optional.of(new Named(name, size));
  }

  @Override
  public InputStream open(Path file, String name) throws IOException {
    return new FileInputStream(file + ":" + name);
  }

  @Override
  public String unseen() {
    return WindowsVersion.isWine() ? "streams of files are not seen: Wine lists none" : "";
  }
}
