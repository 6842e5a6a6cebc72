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
    assertEquals("/tmp/面单\\xff\\xfe%", PathText.decoded("/tmp/%E9%9D%A2%E5%8D%95%FF%FE%25"));
    // Overlong slash, a surrogate, a cut sequence, a stray continuation, past U+10FFFF.
    assertEquals("/\\xc0\\xaf", PathText.decoded("/%C0%AF"));
    assertEquals("/\\xed\\xa0\\x80", PathText.decoded("/%ED%A0%80"));
    assertEquals("/\\xe9\\x9d", PathText.decoded("/%E9%9D"));
    assertEquals("/a\\x80b", PathText.decoded("/a%80b"));
    assertEquals("/\\xf4\\x90\\x80\\x80", PathText.decoded("/%F4%90%80%80"));
    assertEquals("/😀", PathText.decoded("/%F0%9F%98%80"));
  }

  @Test
  void theSlashThatAUriAddsToAFolderIsTakenOff() {
    assertEquals("/tmp/x", PathText.decoded("/tmp/x/"));
    assertEquals("/", PathText.decoded("/"));
  }
}
