package io.waybillguard.agent.notify.window;

import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.Optional;

/** Colours, sizes and type of the notice. Sizes in pixels, on a grid of four. */
final class Look {
  static final int WIDTH = 420;
  static final int MARGIN = 24;
  static final int EDGE = 16;

  static final Color PAPER = new Color(0xFFFFFF);
  static final Color FRAME = new Color(0xC9D1DC);
  static final Color INK = new Color(0x17212E);
  static final Color SOFT = new Color(0x445063);
  static final Color FAINT = new Color(0x66707F);
  static final Color LINE = new Color(0xE4E8EE);
  static final Color CALM = new Color(0x1D5FBF);
  static final Color CALM_PALE = new Color(0xEEF4FC);
  static final Color PRESSING = new Color(0xB3261E);

  /**
   * Families that have Chinese, in the order in which they are liked: Noto and WenQuanYi on Linux,
   * those of Windows and of UOS after them.
   */
  private static final List<String> FAMILIES =
      List.of(
          "Noto Sans CJK SC",
          "Source Han Sans SC",
          "WenQuanYi Micro Hei",
          "WenQuanYi Zen Hei",
          "Microsoft YaHei UI",
          "Microsoft YaHei",
          "SimHei",
          "Droid Sans Fallback",
          Font.DIALOG);

  private final String family;

  private Look(String family) {
    this.family = family;
  }

  /**
   * The look with a font that has every character of this text.
   *
   * @return empty when no font here has
   */
  static Optional<Look> with(String text) {
    return FAMILIES.stream()
        .filter(
            name -> {
              Font font = new Font(name, Font.PLAIN, 16);
              return (name.equals(Font.DIALOG) || !font.getFamily().equals(Font.DIALOG))
                  && font.canDisplayUpTo(text) < 0;
            })
        .findFirst()
        .map(Look::new);
  }

  Font type(int size) {
    return new Font(family, Font.PLAIN, size);
  }

  Font strong(int size) {
    return new Font(family, Font.BOLD, size);
  }
}
