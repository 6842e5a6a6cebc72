package io.waybillguard.agent.policy;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.Expected;
import io.waybillguard.agent.config.PolicyFile;
import io.waybillguard.agent.config.RemoteToolsFile;
import io.waybillguard.agent.config.Setting;
import io.waybillguard.agent.policy.Change.Way;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says in words what a policy means, and in which things two differ. {@code policy check}, HQ's
 * commands and its pages say the same, from here. Chinese is written first.
 */
public final class PolicyWords {
  // Without this, a missing key of one language would be looked up in the language of the machine.
  private static final ResourceBundle.Control THIS_LANGUAGE_ONLY =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

  /** So many of a list are named; the others are counted. */
  private static final int MOST_NAMED = 12;

  /** Lists on which the rules are silent: the longer, the looser. */
  private static final Set<String> ALLOWING =
      Set.of(
          "rules.images_carried_off.allowed_destinations",
          "rules.remote_session.allowed_peers",
          "rules.remote_session.allowed_tools",
          "rules.programs.allowed",
          "rules.usb.known",
          "sensors.image.programs");

  /** Numbers and sizes from which on the rules speak: the higher, the looser. */
  private static final Set<String> THRESHOLDS =
      Set.of(
          "rules.images_carried_off.least_images",
          "rules.images_carried_off.least_bytes",
          "rules.images_carried_off.surplus");

  private final Locale language;
  private final ResourceBundle words;

  /**
   * @param language {@link Locale#SIMPLIFIED_CHINESE} or {@link Locale#ENGLISH}
   */
  public PolicyWords(Locale language) {
    this.language = language;
    this.words =
        ResourceBundle.getBundle(
            PolicyWords.class.getPackageName() + ".words", language, THIS_LANGUAGE_ONLY);
  }

  private String say(String key, Object... args) {
    return new MessageFormat(words.getString(key), language).format(args);
  }

  // -- what it means -----------------------------------------------------------------------------

  /** One sentence for each thing that the rules go by. */
  public List<String> meaning(PolicyFile policy) {
    if (policy.isEmpty()) {
      return List.of(say("means.nothing"));
    }
    List<String> means = new ArrayList<>();
    policy.rules().ifPresentOrElse(rules -> rules(rules, means), () -> means.add(say("rules.own")));
    means.add(images(policy));
    return means;
  }

  private void rules(Config.Rules rules, List<String> means) {
    means.add(known("means.usb", rules.usb().known()));
    means.add(known("means.programs", rules.programs().allowed()));
    Config.RemoteSession remote = rules.remoteSession();
    means.add(
        remote.allowedPeers().isEmpty() || remote.allowedTools().isEmpty()
            ? say("means.remote.none")
            : say(
                "means.remote",
                list(remote.allowedPeers()),
                list(remote.allowedTools()),
                remote.allowedAccounts().isEmpty()
                    ? say("any_account")
                    : list(remote.allowedAccounts()),
                isAny(remote.allowedHours()) ? say("any_time") : remote.allowedHours().toString()));
    Config.ImagesCarriedOff off = rules.imagesCarriedOff();
    means.add(say("means.carried_off", off.leastImages(), off.leastBytes() / 1024, off.surplus()));
    if (!off.allowedDestinations().isEmpty()) {
      means.add(say("means.destinations", list(off.allowedDestinations())));
    }
    Config.Desk desk = rules.desk();
    means.add(
        say(isAny(desk.workingHours()) ? "means.hours.any" : "means.hours", desk.workingHours()));
    means.add(say(desk.operatorRequired() ? "means.operator" : "means.operator.free"));
  }

  private String images(PolicyFile policy) {
    if (policy.folders().isEmpty() && policy.programs().isEmpty()) {
      return say("means.images.own");
    }
    String folders =
        policy.folders().map(f -> f.isEmpty() ? say("no_folder") : list(f)).orElse(say("own"));
    String programs =
        policy.programs().map(p -> p.isEmpty() ? say("nobody") : list(p)).orElse(say("own"));
    return policy.folders().filter(List::isEmpty).isPresent()
        ? say("means.images.none")
        : say("means.images", folders, programs);
  }

  private String known(String key, List<String> known) {
    return known.isEmpty() ? say(key + ".none") : say(key, known.size(), list(known));
  }

  private static boolean isAny(Config.Hours hours) {
    return hours.from().equals(hours.until());
  }

  private String list(List<String> items) {
    String named = items.stream().limit(MOST_NAMED).collect(Collectors.joining(say("separator")));
    return items.size() <= MOST_NAMED ? named : say("more", named, items.size() - MOST_NAMED);
  }

  /** What is allowed to be written and yet seldom meant: a sentence each. */
  public List<String> remarks(PolicyFile policy) {
    if (policy.rules().isEmpty()) {
      return List.of();
    }
    List<String> remarks = new ArrayList<>();
    Config.RemoteSession remote = policy.rules().get().remoteSession();
    if (remote.allowedPeers().isEmpty() != remote.allowedTools().isEmpty()) {
      remarks.add(say(remote.allowedPeers().isEmpty() ? "remark.no_peers" : "remark.no_tools"));
    }
    Set<String> tools = tools();
    for (String tool : remote.allowedTools()) {
      if (!tools.contains(tool)) {
        remarks.add(say("remark.tool", tool, String.join(", ", tools)));
      }
    }
    if (remote.allowedPeers().contains("0.0.0.0/0") || remote.allowedPeers().contains("::/0")) {
      remarks.add(say("remark.everywhere"));
    }
    return remarks;
  }

  private static Set<String> tools() {
    return RemoteToolsFile.all().stream()
        .map(RemoteToolsFile.Tool::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  // -- in which things two differ ----------------------------------------------------------------

  /** What changes when a desk goes from one policy to another; nothing when it stays as it is. */
  public List<Change> changes(PolicyFile before, PolicyFile after) {
    List<Change> changes = new ArrayList<>();
    if (!before.title().equals(after.title())) {
      changes.add(
          new Change(
              Way.OTHER,
              say(after.title().isEmpty() ? "change.untitled" : "change.title", after.title())));
    }
    if (before.rules().isPresent() != after.rules().isPresent()) {
      changes.add(
          new Change(
              Way.OTHER, say(after.rules().isPresent() ? "change.rules" : "change.rules.own")));
    }
    Map<String, Setting> was = settings(before);
    Map<String, Setting> is = settings(after);
    Set<String> keys = new TreeSet<>(was.keySet());
    keys.addAll(is.keySet());
    for (String key : is.isEmpty() ? keys : ordered(is, keys)) {
      change(before, after, was.get(key), is.get(key), changes);
    }
    return changes;
  }

  private static List<String> ordered(Map<String, Setting> first, Set<String> all) {
    List<String> keys = new ArrayList<>(first.keySet());
    all.stream().filter(key -> !first.containsKey(key)).forEach(keys::add);
    return keys;
  }

  private static Map<String, Setting> settings(PolicyFile policy) {
    Map<String, Setting> settings = new LinkedHashMap<>();
    policy.settings().stream()
        .filter(s -> !s.key().equals("title"))
        .forEach(s -> settings.put(s.key(), s));
    return settings;
  }

  private void change(
      PolicyFile before,
      PolicyFile after,
      @Nullable Setting was,
      @Nullable Setting is,
      List<Change> changes) {
    Setting any = is == null ? was : is;
    if (any == null || (was != null && is != null && was.value().equals(is.value()))) {
      return;
    }
    String label = say("label." + any.key());
    boolean ruled = any.key().startsWith("rules.");
    if (is == null) {
      if (!ruled) {
        changes.add(new Change(Way.OTHER, say("change.own", label)));
      }
    } else if (was == null) {
      if (!ruled || !is.value().equals(is.standard())) {
        changes.add(new Change(Way.OTHER, say("change.begins", label, value(is, after))));
      }
    } else if (isList(any)) {
      lists(any.key(), label, list(before, was), list(after, is), changes);
    } else {
      changes.add(
          new Change(
              way(was, is), say("change.from_to", label, value(was, before), value(is, after))));
    }
  }

  private static boolean isList(Setting setting) {
    return switch (setting.expected().kind()) {
      case WORDS, PEERS, FOLDERS, PROGRAMS, ALLOWED -> true;
      default -> false;
    };
  }

  private void lists(
      String key, String label, List<String> was, List<String> is, List<Change> changes) {
    List<String> added = is.stream().filter(each -> !was.contains(each)).toList();
    List<String> gone = was.stream().filter(each -> !is.contains(each)).toList();
    if (key.equals("rules.remote_session.allowed_accounts") && (was.isEmpty() || is.isEmpty())) {
      // Of accounts, none named means any.
      changes.add(
          is.isEmpty()
              ? new Change(Way.LOOSER, say("change.accounts.any"))
              : new Change(Way.TIGHTER, say("change.accounts", list(is))));
      return;
    }
    boolean watched = key.equals("sensors.image.folders");
    boolean allowing = ALLOWING.contains(key) || key.endsWith("allowed_accounts");
    if (!added.isEmpty()) {
      Way way = watched ? Way.TIGHTER : allowing ? Way.LOOSER : Way.OTHER;
      changes.add(new Change(way, say("change.added", label, added.size(), list(added))));
    }
    if (!gone.isEmpty()) {
      Way way = watched ? Way.LOOSER : allowing ? Way.TIGHTER : Way.OTHER;
      changes.add(new Change(way, say("change.gone", label, gone.size(), list(gone))));
    }
    if (added.isEmpty() && gone.isEmpty()) {
      changes.add(new Change(Way.OTHER, say("change.order", label)));
    }
  }

  private static Way way(Setting was, Setting is) {
    if (THRESHOLDS.contains(is.key())) {
      return amount(is) > amount(was) ? Way.LOOSER : Way.TIGHTER;
    }
    if (is.expected().kind() == Expected.Kind.SWITCH) {
      return is.value().equals("true") ? Way.TIGHTER : Way.LOOSER;
    }
    return is.value().equals("any")
        ? Way.LOOSER
        : was.value().equals("any") ? Way.TIGHTER : Way.OTHER;
  }

  private static long amount(Setting setting) {
    return setting.expected().kind() == Expected.Kind.SIZE
        ? setting.bytes()
        : Long.parseLong(setting.value());
  }

  private String value(Setting setting, PolicyFile of) {
    if (isList(setting)) {
      List<String> items = list(of, setting);
      return items.isEmpty() ? say("none") : list(items);
    }
    return switch (setting.expected().kind()) {
      case SWITCH -> say(setting.value().equals("true") ? "yes" : "no");
      case HOURS -> setting.value().equals("any") ? say("any_time") : setting.value();
      default -> setting.value();
    };
  }

  /** The items of one of its lists. */
  private static List<String> list(PolicyFile policy, Setting setting) {
    return policy.texts(setting.key());
  }
}
