package io.waybillguard.hq.console;

import java.util.List;

/**
 * What checking a bundle has shown, for people.
 *
 * @param name of the file, as the browser called it
 * @param sentences the four: is it whole, whose is it, since when is it so, what does it not say
 * @param refused what does not hold, and why
 */
public record VerifyView(
    String name,
    boolean holds,
    long records,
    List<String> sentences,
    List<String> proved,
    List<String> notProved,
    List<String> refused) {
  public VerifyView {
    sentences = List.copyOf(sentences);
    proved = List.copyOf(proved);
    notProved = List.copyOf(notProved);
    refused = List.copyOf(refused);
  }
}
