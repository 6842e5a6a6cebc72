package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import io.waybillguard.agent.platform.Registry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The registry through {@code advapi32}. */
public final class WindowsRegistry implements Registry {
  private final RegistryKeys registry;

  /** Longest name of a key is 255 characters, of a value 16,383 (Registry Element Size Limits). */
  private static final int LONGEST_NAME = 16_384;

  /** Longer values hold pictures and histories; they are cut. */
  private static final int MOST_DATA = 64 << 10;

  private static final int MOST_HEX = 256;

  private static final int REG_SZ = 1;
  private static final int REG_EXPAND_SZ = 2;
  private static final int REG_DWORD = 4;
  private static final int REG_DWORD_BIG_ENDIAN = 5;
  private static final int REG_LINK = 6;
  private static final int REG_MULTI_SZ = 7;
  private static final int REG_QWORD = 11;

  public WindowsRegistry() {
    this(Libraries.HERE);
  }

  WindowsRegistry(Libraries libraries) {
    registry = new RegistryKeys(libraries);
  }

  @Override
  public List<String> keys(String key) throws IOException {
    Pointer open = registry.open(key);
    try (Memory name = new Memory(LONGEST_NAME * 2L)) {
      List<String> names = new ArrayList<>();
      for (int i = 0; ; i++) {
        IntByReference length = new IntByReference(LONGEST_NAME);
        int error =
            registry.functions().RegEnumKeyExW(open, i, name, length, null, null, null, null);
        if (error == RegistryKeys.ERROR_NO_MORE_ITEMS) {
          return names;
        }
        if (error != RegistryKeys.ERROR_SUCCESS) {
          throw RegistryKeys.failure("RegEnumKeyEx", key, error);
        }
        names.add(text(name, length.getValue()));
      }
    } finally {
      registry.close(open);
    }
  }

  @Override
  public List<Value> values(String key) throws IOException {
    Pointer open = registry.open(key);
    try (Memory name = new Memory(LONGEST_NAME * 2L);
        Memory data = new Memory(MOST_DATA)) {
      List<Value> values = new ArrayList<>();
      for (int i = 0; ; i++) {
        IntByReference length = new IntByReference(LONGEST_NAME);
        IntByReference type = new IntByReference();
        IntByReference size = new IntByReference(MOST_DATA);
        int error =
            registry.functions().RegEnumValueW(open, i, name, length, null, type, data, size);
        if (error == RegistryKeys.ERROR_NO_MORE_ITEMS) {
          return values;
        }
        if (error == RegistryKeys.ERROR_MORE_DATA) {
          values.add(new Value(text(name, length.getValue()), size.getValue() + " bytes"));
          continue;
        }
        if (error != RegistryKeys.ERROR_SUCCESS) {
          throw RegistryKeys.failure("RegEnumValue", key, error);
        }
        values.add(
            new Value(
                text(name, length.getValue()),
                text(type.getValue(), data.getByteArray(0, Math.max(0, size.getValue())))));
      }
    } finally {
      registry.close(open);
    }
  }

  private static String text(Memory characters, int length) {
    return new String(
        characters.getByteArray(0, Math.min(length, LONGEST_NAME) * 2), StandardCharsets.UTF_16LE);
  }

  /** The text of stored bytes: of any length, since whoever writes them need not keep to a type. */
  static String text(int type, byte[] data) {
    ByteBuffer bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case REG_SZ, REG_EXPAND_SZ, REG_LINK -> {
        String text = new String(data, 0, data.length & ~1, StandardCharsets.UTF_16LE);
        int end = text.indexOf('\0');
        yield end < 0 ? text : text.substring(0, end);
      }
      case REG_MULTI_SZ ->
          new String(data, 0, data.length & ~1, StandardCharsets.UTF_16LE)
              .replaceAll("\0+$", "")
              .replace('\0', '\n');
      case REG_DWORD -> data.length < 4 ? hex(data) : Long.toString(bytes.getInt(0) & 0xffffffffL);
      case REG_DWORD_BIG_ENDIAN ->
          data.length < 4
              ? hex(data)
              : Long.toString(bytes.order(ByteOrder.BIG_ENDIAN).getInt(0) & 0xffffffffL);
      case REG_QWORD -> data.length < 8 ? hex(data) : Long.toUnsignedString(bytes.getLong(0));
      default -> hex(data);
    };
  }

  private static String hex(byte[] data) {
    String hex = HexFormat.of().formatHex(data, 0, Math.min(data.length, MOST_HEX));
    return data.length > MOST_HEX ? hex + "…" : hex;
  }
}
