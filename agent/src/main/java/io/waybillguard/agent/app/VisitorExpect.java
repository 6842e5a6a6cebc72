package io.waybillguard.agent.app;

import io.waybillguard.agent.desk.Saying;
import io.waybillguard.agent.event.Json;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code visitor expect NAME --until T}: what is done to this PC meanwhile weighs more. */
@Command(name = "expect")
final class VisitorExpect implements Action {
  private final Call call;

  @Parameters(paramLabel = "NAME", descriptionKey = "name")
  private String name = "";

  @Option(names = "--from", paramLabel = "T")
  private @Nullable String from;

  @Option(names = "--until", paramLabel = "T", required = true)
  private String until = "";

  @Option(names = "--json")
  private boolean json;

  VisitorExpect(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws Refusal {
    Instant now = InstantSource.system().instant();
    ZoneId zone = ZoneId.systemDefault();
    Moments moments = new Moments(now, zone);
    String begins = from;
    Instant begin = begins == null ? now : moment("--from", begins, moments.begin(begins));
    Instant end = moment("--until", until, moments.end(until));
    if (!begin.isBefore(end) || !now.isBefore(end)) {
      throw new Refusal(
          Exit.USAGE,
          "visitor.backwards",
          Times.local(begin, now, zone),
          Times.local(end, now, zone));
    }
    Json.Obj answer =
        AtTheDesk.say(call, AtTheDesk.checked(name, who -> new Saying.Expect(who, begin, end)));
    if (json) {
      call.terminal().json(answer);
    } else {
      call.terminal()
          .say(
              "visitor.expected", name, Times.local(begin, now, zone), Times.local(end, now, zone));
    }
    return Exit.DONE;
  }

  private static Instant moment(String option, String text, Optional<Instant> read) throws Refusal {
    return read.orElseThrow(() -> new Refusal(Exit.USAGE, "time.bad", option, text));
  }
}
