package io.waybillguard.agent.config;

import java.util.Collection;

/** The known key that somebody most likely meant. */
final class Nearest {
  private Nearest() {}

  /**
   * The candidate with the smallest edit distance, or "" when even that one shares less than half
   * its letters: a wild guess would only mislead.
   *
   * <p>A key that is right but stands in the wrong section is compared by its last part too.
   */
  static String to(String key, Collection<String> candidates) {
    String best = "";
    int least = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      int distance =
          Math.min(
              distance(key, candidate),
              // One more than a slip of the same size in the whole key.
              1 + distance(lastPart(key), lastPart(candidate)));
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return least <= lastPart(key).length() / 2 + 1 ? best : "";
  }

  private static String lastPart(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  /**
   * Optimal string alignment: a letter put in, left out, changed, or swapped with its neighbour.
   */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
