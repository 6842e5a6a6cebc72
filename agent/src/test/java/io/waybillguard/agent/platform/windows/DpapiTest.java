package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.platform.win32.Crypt32Util;
import com.sun.jna.platform.win32.Win32Exception;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The data protection of the Windows, or Wine, that runs this. */
@EnabledOnOs(OS.WINDOWS)
final class DpapiTest {
  private static final byte[] SECRET = "面单 secret".getBytes(StandardCharsets.UTF_8);

  @Test
  void what_was_wrapped_is_unreadable_and_comes_out_again() throws IOException {
    byte[] wrapped = new Dpapi().wrap(SECRET);
    assertFalse(
        new String(wrapped, StandardCharsets.ISO_8859_1)
            .contains(new String(SECRET, StandardCharsets.ISO_8859_1)));
    assertArrayEquals(SECRET, new Dpapi().unwrap(wrapped));
  }

  @Test
  void it_does_not_come_out_without_our_word_or_changed() throws IOException {
    byte[] wrapped = new Dpapi().wrap(SECRET);
    assertThrows(Win32Exception.class, () -> Crypt32Util.cryptUnprotectData(wrapped));
    byte[] changed = wrapped.clone();
    changed[changed.length - 1] ^= 1;
    IOException e = assertThrows(IOException.class, () -> new Dpapi().unwrap(changed));
    assertTrue(e.toString().contains("error "), e::toString);
  }
}
