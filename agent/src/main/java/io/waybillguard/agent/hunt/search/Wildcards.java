package io.waybillguard.agent.hunt.search;

/** Stars and question marks, in time that grows with both lengths and no faster. */
final class Wildcards {
  private Wildcards() {}

  /** Whether the whole text fits. */
  static boolean fit(String pattern, String text) {
    int at = 0;
    int part = 0;
    int star = -1;
    int resume = 0;
    while (at < text.length()) {
      char p = part < pattern.length() ? pattern.charAt(part) : 0;
      if (p == '*' && part < pattern.length()) {
        star = part++;
        resume = at;
      } else if (part < pattern.length() && (p == '?' || p == text.charAt(at))) {
        part++;
        at++;
      } else if (star >= 0) {
        part = star + 1;
        at = ++resume;
      } else {
        return false;
      }
    }
    while (part < pattern.length() && pattern.charAt(part) == '*') {
      part++;
    }
    return part == pattern.length();
  }
}
