package io.waybillguard.agent.notify;

/**
 * Digits as a Code 128 bar code (ISO/IEC 15417), in its set C: two digits a symbol, which is the
 * narrowest that a waybill scanner reads. Pure.
 */
public final class Code128 {
  /** Blank modules that a scanner needs on either side. */
  public static final int QUIET = 10;

  private static final int START_C = 105;
  private static final int CHECK_MODULUS = 103;

  /** The stop symbol, the only one with a seventh bar. */
  private static final String STOP = "2331112";

  /**
   * Widths of bar, blank, bar, … of the values 0 to 105: ISO/IEC 15417:2007, table 1. Each has 11
   * modules.
   */
  private static final String WIDTHS =
      "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231"
          + "113222123122123221223211221132221231213212223112312131311222321122321221312212322112"
          + "322211212123212321232121111323131123131321112313132113132311211313231113231311112133"
          + "112331132131113123113321133121313121211331231131213113213311213131311123311321331121"
          + "312113312311332111314111221411431111111224111422121124121421141122141221112214112412"
          + "122114122411142112142211241211221114413111241112134111111242121142121241114212124112"
          + "124211411212421112421211212141214121412121111143111341131141114113114311411113411311"
          + "113141114131311141411131211412211214211232";

  private Code128() {}

  /**
   * The bars of these digits, without the blanks beside them.
   *
   * @param digits an even number of decimal digits, 2 to 40
   * @return one value a module, true where it is dark
   */
  public static boolean[] bars(String digits) {
    if (!digits.matches("([0-9]{2}){1,20}")) {
      throw new IllegalArgumentException(
          "set C holds pairs of digits, not these " + digits.length() + " characters");
    }
    StringBuilder widths = new StringBuilder(symbol(START_C));
    int check = START_C;
    for (int i = 0; i < digits.length(); i += 2) {
      int value = Integer.parseInt(digits, i, i + 2, 10);
      widths.append(symbol(value));
      check += (i / 2 + 1) * value;
    }
    widths.append(symbol(check % CHECK_MODULUS)).append(STOP);
    return modules(widths);
  }

  private static String symbol(int value) {
    return WIDTHS.substring(value * 6, value * 6 + 6);
  }

  private static boolean[] modules(CharSequence widths) {
    boolean[] modules = new boolean[widths.chars().map(w -> w - '0').sum()];
    int at = 0;
    for (int i = 0; i < widths.length(); i++) {
      for (int w = widths.charAt(i) - '0'; w > 0; w--) {
        modules[at++] = i % 2 == 0;
      }
    }
    return modules;
  }
}
