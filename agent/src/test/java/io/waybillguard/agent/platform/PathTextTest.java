package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class PathTextTest {
  @Test
  void anOrdinaryPathReadsAsItIs() {
    assertEquals("/home/courier/a b", PathText.of(Path.of("/home/courier/a b")));
  }

  @Test
  void bytesThatAreNoTextAreShownAsBytes() {
    assertEquals("/tmp/面单\\xff\\xfe%", text("/tmp/%E9%9D%A2%E5%8D%95%FF%FE%25"));
    // Overlong slash, a surrogate, a cut sequence, a stray continuation, past U+10FFFF.
    assertEquals("/\\xc0\\xaf", text("/%C0%AF"));
    assertEquals("/\\xed\\xa0\\x80", text("/%ED%A0%80"));
    assertEquals("/\\xe9\\x9d", text("/%E9%9D"));
    assertEquals("/a\\x80b", text("/a%80b"));
    assertEquals("/\\xf4\\x90\\x80\\x80", text("/%F4%90%80%80"));
    assertEquals("/😀", text("/%F0%9F%98%80"));
  }

  @Test
  void theSlashThatAUriAddsToAFolderIsTakenOff() {
    assertEquals("/tmp/x", text("/tmp/x/"));
    assertEquals("/", text("/"));
  }

  private static String text(String percentEncoded) {
    return PathText.decoded(PathText.bytes(percentEncoded));
  }
}
