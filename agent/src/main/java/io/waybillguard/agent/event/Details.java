package io.waybillguard.agent.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the agent says of itself, in the reader's language: what a sensor sees and cannot see, why a
 * notice was not shown, why an update did not come about. Records hold it as it was said: in
 * English, in parts that "; " joins. The bundle {@code details} has those parts in English, with
 * {@code {0}} for what differs, and in each language the sentence for it; what stands in the gaps
 * is put into words in the same way. A part that the bundle does not have stays as it is: what a
 * system says of its own error, mostly.
 *
 * <p>Used by several threads.
 */
final class Details {
  private static final String BUNDLE = Details.class.getPackageName() + ".details";
  private static final String JOINT = "; ";
  private static final String GAP = "\\{\\d\\}";

  /** What is longer no agent of ours has said, and it is not searched through. */
  private static final int LONGEST = 2_000;

  /**
   * One part.
   *
   * @param english what it looks like in a record; each gap is a group
   * @param gaps the numbers of the groups' gaps, in their order
   * @param local the sentence in the reader's language, with gaps
   */
  private record Part(Pattern english, List<Integer> gaps, String local) {}

  private final List<Part> parts = new ArrayList<>();
  private final String joint;

  /** In a language whose bundle there is. */
  Details(Locale language) {
    ResourceBundle from =
        ResourceBundle.getBundle(BUNDLE, Locale.ENGLISH, Summary.THIS_LANGUAGE_ONLY);
    ResourceBundle to = ResourceBundle.getBundle(BUNDLE, language, Summary.THIS_LANGUAGE_ONLY);
    joint = to.getString("joint");
    TreeMap<String, String> byEnglish =
        new TreeMap<>(
            // The one that says most by itself comes first: it means more than one with gaps.
            Comparator.<String>comparingInt(text -> -text.replaceAll(GAP, "").length())
                .thenComparing(Comparator.naturalOrder()));
    for (String key : from.keySet()) {
      if (!from.getString(key).equals(to.getString(key))) { // in English there is nothing to do
        byEnglish.put(from.getString(key), to.getString(key));
      }
    }
    byEnglish.forEach((english, local) -> parts.add(part(english, local)));
  }

  private static Part part(String english, String local) {
    List<Integer> gaps =
        Pattern.compile(GAP)
            .matcher(english)
            .results()
            .map(gap -> gap.group().charAt(1) - '0')
            .toList();
    String pattern =
        Arrays.stream(english.split(GAP, -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("(.+?)"));
    return new Part(Pattern.compile(pattern, Pattern.DOTALL), gaps, local);
  }

  /**
   * The same in the reader's language.
   *
   * @param detail as a sensor wrote it
   */
  String in(String detail) {
    if (parts.isEmpty() || detail.isEmpty() || detail.length() > LONGEST) {
      return detail;
    }
    return Arrays.stream(detail.split(JOINT, -1))
        .map(this::told)
        .collect(Collectors.joining(joint));
  }

  private String told(String part) {
    for (Part known : parts) {
      Matcher found = known.english().matcher(part);
      if (found.matches()) {
        String told = known.local();
        for (int group = 1; group <= known.gaps().size(); group++) {
          told = told.replace("{" + known.gaps().get(group - 1) + "}", in(found.group(group)));
        }
        return told;
      }
    }
    return part;
  }
}
