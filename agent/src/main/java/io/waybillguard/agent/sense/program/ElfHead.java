package io.waybillguard.agent.sense.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The beginning of an ELF file, as far as it is there: System V ABI, "ELF Header" and "Program
 * Header". Never fails: a header that was cut off, or points beyond what was read, says less.
 *
 * <p>Limit: a library made by a linker of before 2020 has an entry point, and is taken for a
 * program that needs no loader.
 */
final class ElfHead {
  private static final int RELOCATABLE = 1;
  private static final int SHARED = 3;
  private static final int CORE = 4;
  private static final int INTERPRETER = 3;

  private final ByteBuffer head;
  private final boolean wide;

  private ElfHead(byte[] bytes) {
    head =
        ByteBuffer.wrap(bytes)
            .order(
                bytes.length > 5 && bytes[5] == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    wide = bytes.length > 4 && bytes[4] == 2;
  }

  /** What kind of program a file with these first bytes is; empty for a core dump. */
  static Optional<ProgramKind> kind(byte[] bytes) {
    if (bytes.length > 10
        && bytes[8] == 'A'
        && bytes[9] == 'I'
        && bytes[10] <= 2
        && bytes[10] > 0) {
      return Optional.of(ProgramKind.APPIMAGE);
    }
    ElfHead elf = new ElfHead(bytes);
    return switch (elf.word(16)) {
      case RELOCATABLE -> Optional.of(ProgramKind.MODULE);
      case CORE -> Optional.empty();
      case SHARED -> Optional.of(elf.isLibrary() ? ProgramKind.LIBRARY : ProgramKind.ELF);
      default -> Optional.of(ProgramKind.ELF);
    };
  }

  private boolean isLibrary() {
    int header = wide ? 64 : 52;
    if (head.capacity() < header || number(24) != 0) {
      return false;
    }
    long first = number(wide ? 32 : 28);
    int size = word(wide ? 54 : 42);
    int count = word(wide ? 56 : 44);
    for (int i = 0; i < count; i++) {
      long at = first + (long) i * size;
      if (at < 0 || at + 4 > head.capacity()) {
        return false;
      }
      if (head.getInt((int) at) == INTERPRETER) {
        return false;
      }
    }
    return count > 0;
  }

  private int word(int at) {
    return at + 2 <= head.capacity() ? head.getShort(at) & 0xffff : 0;
  }

  private long number(int at) {
    return wide ? head.getLong(at) : head.getInt(at) & 0xffffffffL;
  }
}
