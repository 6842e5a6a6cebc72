package io.waybillguard.agent.notify.window;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Widths are counted as a fixed-pitch font has them: two for a Chinese character. */
final class WrapTest {
  private static int width(String text) {
    return text.codePoints().map(c -> c >= 0x2E80 ? 2 : 1).sum();
  }

  private static List<String> wrap(String text, int most) {
    return Wrap.lines(text, most, WrapTest::width);
  }

  @Test
  void chineseBreaksAnywhereButNotBeforeAClosingMark() {
    assertEquals(List.of("请先停止处", "理面单，选", "这个。"), wrap("请先停止处理面单，选这个。", 10));
    assertEquals(List.of("一二三", "四，五"), wrap("一二三四，五", 8));
  }

  @Test
  void wordsStayWholeWhereTheyCan() {
    assertEquals(
        List.of("leave the", "PC on and", "call HQ"), wrap("leave the PC on and call HQ", 9));
    assertEquals(List.of("/opt/very/", "long/path/", "x"), wrap("/opt/very/long/path/x", 10));
  }

  @Test
  void nothingIsLostAndNoLineIsTooWide() {
    String text = "来自 203.0.113.7（xrdp 远程桌面）的人用账号 courier 登录，10:41:58 开始。";
    for (int most = 12; most < 80; most++) {
      List<String> lines = wrap(text, most);
      assertEquals(text.replace(" ", ""), String.join("", lines).replace(" ", ""));
      for (String line : lines) {
        assertTrue(width(line) <= most + 2, most + ": " + line);
      }
    }
    assertEquals(List.of(""), wrap("", 10));
  }
}
