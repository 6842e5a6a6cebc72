package io.waybillguard.agent.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class Code128Test {
  /**
   * What zbarimg 0.23.92 (Debian 12) read as {@code CODE-128:20481776} from a picture of these
   * bars: start C, 20, 48, 17, 76, check, stop.
   */
  private static final String KNOWN =
      "11010011100"
          + "11001001110"
          + "11101110110"
          + "10011100110"
          + "11001010000"
          + "11001000010"
          + "1100011101011";

  @Test
  void knownDigitsGiveTheBarsThatADecoderHasRead() {
    assertEquals(KNOWN, text(Code128.bars("20481776")));
  }

  @Test
  void everySymbolHasElevenModulesAndIsLikeNoOther() {
    Set<String> symbols = new HashSet<>();
    for (int pair = 0; pair < 100; pair++) {
      String bars = text(Code128.bars("%02d".formatted(pair)));
      assertEquals(11 * 3 + 13, bars.length());
      String symbol = bars.substring(11, 22);
      // ISO/IEC 15417, 4.3.2: every symbol begins dark, ends blank, and is dark in an even number.
      assertTrue(symbol.startsWith("1") && symbol.endsWith("0"), symbol);
      assertEquals(0, symbol.chars().filter(c -> c == '1').count() % 2, symbol);
      assertTrue(symbols.add(symbol), symbol);
    }
  }

  @Test
  void whatIsNoPairOfDigitsIsRefusedWithoutBeingTold() {
    for (String other : List.of("", "1", "12a4", "１２", "1".repeat(42))) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> Code128.bars(other));
      assertFalse(other.length() > 1 && String.valueOf(refused.getMessage()).contains(other));
    }
  }

  /** Every pair of digits once, read by a program that others wrote. */
  @Test
  void aDecoderReadsEveryPairOfDigits(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(
        new File("/usr/bin/zbarimg").canExecute(), "needs zbarimg (Debian: zbar-tools)");
    List<String> command = new ArrayList<>(List.of("/usr/bin/zbarimg", "-q", "--nodbus"));
    StringBuilder expected = new StringBuilder();
    for (int first = 0; first < 100; first += 4) {
      String digits = "%02d%02d%02d%02d".formatted(first, first + 1, first + 2, first + 3);
      File picture = folder.resolve(digits + ".png").toFile();
      ImageIO.write(picture(Code128.bars(digits)), "png", picture);
      command.add(picture.getPath());
      expected.append("CODE-128:").append(digits).append('\n');
    }
    Process zbar =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(zbar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(zbar.waitFor(30, TimeUnit.SECONDS));
    assertEquals(expected.toString(), said);
  }

  private static BufferedImage picture(boolean[] bars) {
    int quiet = Code128.QUIET;
    BufferedImage picture =
        new BufferedImage((bars.length + 2 * quiet) * 2, 60, BufferedImage.TYPE_BYTE_GRAY);
    for (int x = 0; x < picture.getWidth(); x++) {
      int module = x / 2 - quiet;
      boolean dark = module >= 0 && module < bars.length && bars[module];
      for (int y = 0; y < picture.getHeight(); y++) {
        picture.setRGB(x, y, dark ? 0 : 0xffffff);
      }
    }
    return picture;
  }

  private static String text(boolean[] modules) {
    StringBuilder text = new StringBuilder();
    for (boolean dark : modules) {
      text.append(dark ? '1' : '0');
    }
    return text.toString();
  }
}
