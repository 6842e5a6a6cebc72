package io.waybillguard.agent.platform.linux;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of systemd's journal, read beside its writer (systemd.io/JOURNAL_FILE_FORMAT; offsets from
 * {@code journal-def.h} of systemd 252). Objects are only ever added, so what was read need not be
 * read again.
 *
 * <p>Limits: values of 512 bytes and more may be compressed and are passed over; none of those that
 * tell of logins is as long.
 */
final class JournalFile implements AutoCloseable {
  private static final long SIGNATURE = 0x4852_4848_534B_504CL; // LPKSHHRH

  // The header.
  private static final int INCOMPATIBLE = 12;
  private static final int HEADER_SIZE = 88;
  private static final int TAIL_OBJECT = 136;
  private static final int TAIL_REALTIME = 192;
  private static final int HEADER_READ = 208;

  /** XZ, LZ4, keyed hash and ZSTD change nothing for whoever goes from object to object. */
  private static final int UNDERSTOOD = 0x1F;

  private static final int COMPACT = 0x10;

  // Objects.
  private static final int OBJECT_HEADER = 16;
  private static final int DATA = 1;
  private static final int ENTRY = 3;
  private static final int MOST_TYPES = 7;
  private static final int COMPRESSED = 0x07;
  private static final int ENTRY_REALTIME = 24;
  private static final int ENTRY_ITEMS = 64;
  private static final int DATA_PAYLOAD = 64;
  private static final int DATA_PAYLOAD_COMPACT = 72;

  /** An entry has some thirty values; one with more than that is damaged. */
  private static final int MOST_ITEMS = 1024;

  private static final int MOST_VALUE = 1024;

  private final Path file;
  private final FileChannel in;
  private final boolean compact;
  private final long first;

  /**
   * One entry.
   *
   * @param at when journald took it
   * @param fields those that were asked for, by name
   */
  record Entry(Instant at, Map<String, String> fields) {
    Entry {
      fields = Map.copyOf(fields);
    }
  }

  /**
   * What was read.
   *
   * @param entries in the order in which they were written
   * @param next where to go on
   */
  record Part(List<Entry> entries, long next) {}

  private JournalFile(Path file, FileChannel in, boolean compact, long first) {
    this.file = file;
    this.in = in;
    this.compact = compact;
    this.first = first;
  }

  /**
   * @throws IOException if it cannot be read, or is of a form that this version does not know
   */
  static JournalFile open(Path file) throws IOException {
    FileChannel in = FileChannel.open(file, StandardOpenOption.READ);
    try {
      ByteBuffer header = read(in, 0, HEADER_READ);
      if (header.getLong(0) != SIGNATURE) {
        throw new IOException(file + " is no journal");
      }
      int flags = header.getInt(INCOMPATIBLE);
      if ((flags & ~UNDERSTOOD) != 0) {
        throw new IOException(
            file + " is of a form that this version cannot read (flags " + flags + ")");
      }
      return new JournalFile(file, in, (flags & COMPACT) != 0, header.getLong(HEADER_SIZE));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** Where the objects begin. */
  long first() {
    return first;
  }

  /**
   * The entries from an object on, as far as they are whole.
   *
   * @param from {@link #first}, or where the last part ended
   * @param names the fields that are wanted
   * @param most entries to read at once
   * @throws IOException if what is there is no object
   */
  Part read(long from, List<String> names, int most) throws IOException {
    ByteBuffer header = read(in, 0, HEADER_READ);
    long tail = header.getLong(TAIL_OBJECT);
    long newest = header.getLong(TAIL_REALTIME);
    List<Entry> entries = new ArrayList<>();
    long at = from;
    while (at != 0 && at <= tail && entries.size() < most) {
      ByteBuffer object = read(in, at, OBJECT_HEADER);
      int type = object.get(0) & 0xFF;
      long size = object.getLong(8);
      if (type == 0 && size == 0) {
        break; // room that was taken and is not written yet
      }
      if (type < 1 || type > MOST_TYPES || size < OBJECT_HEADER || size > in.size() - at) {
        throw new IOException(
            file + " has no object at byte " + at + " (type " + type + ", " + size + " bytes)");
      }
      if (type == ENTRY) {
        long realtime = read(in, at + ENTRY_REALTIME, 8).getLong(0);
        if (at == tail && realtime != newest) {
          break; // it is being written: the header tells of an entry when it is whole
        }
        entries.add(entry(at, size, realtime, names));
      }
      at += (size + 7) & ~7L;
    }
    return new Part(entries, at);
  }

  private Entry entry(long at, long size, long realtime, List<String> names) throws IOException {
    int width = compact ? 4 : 16;
    long items = (size - ENTRY_ITEMS) / width;
    if (items < 0 || items > MOST_ITEMS) {
      throw new IOException(file + " has an entry of " + items + " values at byte " + at);
    }
    ByteBuffer places = read(in, at + ENTRY_ITEMS, (int) items * width);
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < items; i++) {
      long place =
          compact ? Integer.toUnsignedLong(places.getInt(i * width)) : places.getLong(i * width);
      String value = value(place);
      int equals = value.indexOf('=');
      if (equals > 0 && names.contains(value.substring(0, equals))) {
        fields.put(value.substring(0, equals), value.substring(equals + 1));
      }
    }
    return new Entry(Instant.EPOCH.plus(realtime, ChronoUnit.MICROS), fields);
  }

  /** {@code NAME=value}; "" when it is compressed or very long. */
  private String value(long at) throws IOException {
    ByteBuffer object = read(in, at, OBJECT_HEADER);
    int payload = compact ? DATA_PAYLOAD_COMPACT : DATA_PAYLOAD;
    long length = object.getLong(8) - payload;
    if (object.get(0) != DATA || length < 0) {
      throw new IOException(file + " has no value at byte " + at);
    }
    if ((object.get(1) & COMPRESSED) != 0 || length > MOST_VALUE) {
      return "";
    }
    ByteBuffer bytes = read(in, at + payload, (int) length);
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  private static ByteBuffer read(FileChannel in, long at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (at < 0 || in.read(bytes, at + bytes.position()) < 0) {
        throw new EOFException("the journal ends before byte " + (at + length));
      }
    }
    return bytes.flip();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
