package io.waybillguard.agent.sense.program.pe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a Windows program keeps what we want of it (Microsoft, "PE Format"): the parts that its
 * signature leaves out, the signature, and the resource of its version. Whoever wrote it may have
 * written anything: what points outside of the file, or is larger than it ever is, is not there.
 */
final class PeFile {
  private static final int POINTER = 0x3c;
  private static final int SIGNATURE = 0x4550;
  private static final int WIDE = 0x20b;
  private static final int CHECKSUM = 64;
  private static final int SECTION = 40;
  private static final int MOST_SECTIONS = 96;
  private static final int RESOURCES = 2;
  private static final int CERTIFICATES = 4;
  private static final int VERSION = 16;
  private static final int MOST_HEAD = 64 << 10;
  private static final int MOST_ENTRIES = 4_096;

  /** A signature of several certificates and time stamps has some 20 KiB. */
  static final int MOST_CERTIFICATES = 4 << 20;

  private static final int MOST_VERSION = 64 << 10;

  private final SeekableByteChannel file;
  private final long size;
  private final int optional;
  private final int directories;
  private final int directoryCount;
  private final ByteBuffer head;
  private final List<Section> sections = new ArrayList<>();

  private record Section(long address, long length, long at, long stored) {}

  private PeFile(SeekableByteChannel file) throws IOException, DamagedException {
    this.file = file;
    this.size = file.size();
    ByteBuffer start = read(0, POINTER + 4);
    long header = start.getInt(POINTER) & 0xffffffffL;
    if (header > MOST_HEAD) {
      throw new DamagedException("its header lies at " + header);
    }
    this.head = read(0, (int) Math.min(size, header + MOST_HEAD));
    int at = (int) header;
    if (number(at) != SIGNATURE) {
      throw new DamagedException("no PE header");
    }
    this.optional = at + 24;
    boolean wide = word(optional) == WIDE;
    this.directories = optional + (wide ? 112 : 96);
    this.directoryCount = (int) Math.min(16, number(directories - 4));
    int table = optional + word(at + 20);
    int count = Math.min(MOST_SECTIONS, word(at + 6));
    for (int i = 0; i < count; i++) {
      int one = table + i * SECTION;
      sections.add(
          new Section(number(one + 12), number(one + 8), number(one + 20), number(one + 16)));
    }
  }

  /**
   * Reads the headers.
   *
   * @throws DamagedException if there are none
   */
  static PeFile of(SeekableByteChannel file) throws IOException, DamagedException {
    return new PeFile(file);
  }

  private int word(int at) throws DamagedException {
    if (at < 0 || at + 2 > head.capacity()) {
      throw new DamagedException("its header is cut off");
    }
    return head.getShort(at) & 0xffff;
  }

  private long number(int at) throws DamagedException {
    if (at < 0 || at + 4 > head.capacity()) {
      throw new DamagedException("its header is cut off");
    }
    return head.getInt(at) & 0xffffffffL;
  }

  private ByteBuffer read(long at, int length) throws IOException, DamagedException {
    if (at < 0 || length < 0 || at + length > size) {
      throw new DamagedException("a part lies beyond its end");
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.position(at);
    while (bytes.hasRemaining()) {
      if (file.read(bytes) < 0) {
        throw new DamagedException("it became shorter");
      }
    }
    return bytes.flip();
  }

  /** The four bytes of the checksum, which a signature leaves out. */
  long checksumAt() {
    return (long) optional + CHECKSUM;
  }

  /** The eight bytes that say where the signature is, which it leaves out. */
  long certificatesEntryAt() {
    return directories + CERTIFICATES * 8L;
  }

  /** Where the signatures are in the file; 0 when there are none. */
  long certificatesAt() throws DamagedException {
    return directoryCount > CERTIFICATES ? number((int) certificatesEntryAt()) : 0;
  }

  /** How many bytes they have. */
  long certificatesSize() throws DamagedException {
    return directoryCount > CERTIFICATES ? number((int) certificatesEntryAt() + 4) : 0;
  }

  /** The signatures as they are stored. */
  byte[] certificates() throws IOException, DamagedException {
    long length = certificatesSize();
    if (length > MOST_CERTIFICATES) {
      throw new DamagedException("a signature of " + length + " bytes");
    }
    return read(certificatesAt(), (int) length).array();
  }

  /** The resource that tells the version, in the first language there is. */
  Optional<byte[]> version() throws IOException, DamagedException {
    long address = directoryCount > RESOURCES ? number(directories + RESOURCES * 8) : 0;
    long root = address == 0 ? -1 : offset(address);
    if (root < 0) {
      return Optional.empty();
    }
    long names = below(root, root, VERSION);
    long languages = names < 0 ? -1 : below(root, names, -1);
    long entry = languages < 0 ? -1 : below(root, languages, -1);
    if (entry < 0) {
      return Optional.empty();
    }
    ByteBuffer data = read(entry, 8);
    long at = offset(data.getInt(0) & 0xffffffffL);
    long length = data.getInt(4) & 0xffffffffL;
    return at < 0 || length > MOST_VERSION
        ? Optional.empty()
        : Optional.of(read(at, (int) length).array());
  }

  /** What an entry of a directory of resources leads to; the first when no id is asked for. */
  private long below(long root, long directory, int id) throws IOException, DamagedException {
    ByteBuffer header = read(directory, 16);
    int count = (header.getShort(12) & 0xffff) + (header.getShort(14) & 0xffff);
    if (count > MOST_ENTRIES) {
      throw new DamagedException(count + " resources in one directory");
    }
    ByteBuffer entries = read(directory + 16, count * 8);
    for (int i = 0; i < count; i++) {
      if (id < 0 || entries.getInt(i * 8) == id) {
        return root + (entries.getInt(i * 8 + 4) & 0x7fffffffL);
      }
    }
    return -1;
  }

  /** Where an address of memory lies in the file; -1 when nowhere. */
  private long offset(long address) {
    for (Section section : sections) {
      long within = address - section.address();
      if (within >= 0 && within < Math.max(section.length(), section.stored())) {
        return within < section.stored() ? section.at() + within : -1;
      }
    }
    return -1;
  }
}
