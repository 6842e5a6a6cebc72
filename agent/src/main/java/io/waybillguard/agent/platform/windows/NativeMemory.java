package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import java.nio.charset.StandardCharsets;

/** Bytes and texts where calls can take them; whoever asks for one closes it. */
final class NativeMemory {
  private NativeMemory() {}

  /** A copy, which the call may write into. */
  static Memory of(byte[] bytes) {
    Memory memory = new Memory(bytes.length);
    memory.write(0, bytes, 0, bytes.length);
    return memory;
  }

  /** Characters of 16 bits and a zero, whatever this system's C calls wide. */
  static Memory of(String text) {
    return of((text + '\0').getBytes(StandardCharsets.UTF_16LE));
  }
}
