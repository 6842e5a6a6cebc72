package io.waybillguard.agent.app;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Puts wrong usage into words, and says where to read how it is used. */
final class UsageWords {
  private final Words words;

  UsageWords(Words words) {
    this.words = words;
  }

  String of(ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    return words.say("usage.see_help", sentence(e), command);
  }

  private String sentence(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      return unknown(unmatched);
    }
    if (e instanceof MissingParameterException missing) {
      return words.say(
          "usage.missing",
          missing.getMissing().stream().map(UsageWords::name).collect(Collectors.joining(" ")));
    }
    if (e instanceof OverwrittenOptionException twice) {
      return words.say("usage.twice", bareName(twice.getOverwritten()));
    }
    ArgSpec arg = e.getArgSpec();
    if (arg != null && e.getValue() != null) {
      return isNumber(arg)
          ? words.say("usage.bad_number", bareName(arg), e.getValue())
          : words.say("usage.bad_value", bareName(arg), e.getValue(), arg.paramLabel());
    }
    return words.say("usage.other", String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
  }

  private String unknown(UnmatchedArgumentException e) {
    String first = e.getUnmatched().get(0);
    List<String> near = e.getSuggestions();
    String key =
        e.isUnknownOption()
            ? "usage.unknown_option"
            : e.getCommandLine().getSubcommands().isEmpty()
                ? "usage.too_much"
                : "usage.unknown_command";
    return near.isEmpty()
        ? words.say(key, first)
        : words.say(key, first) + words.say("usage.nearest", near.get(0));
  }

  private static boolean isNumber(ArgSpec arg) {
    return List.of(int.class, Integer.class, long.class).contains(arg.type());
  }

  /** With its label: {@code --home DIR}. */
  private static String name(ArgSpec arg) {
    return arg instanceof OptionSpec option && option.arity().max() > 0
        ? bareName(arg) + " " + arg.paramLabel()
        : bareName(arg);
  }

  private static String bareName(ArgSpec arg) {
    return arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
  }
}
