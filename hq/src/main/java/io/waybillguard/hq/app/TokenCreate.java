package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.report.wire.EnrollToken;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Tokens;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes one-time enrolment tokens. They are printed here and nowhere else: HQ keeps a hash. */
@CommandLine.Command(name = "create")
final class TokenCreate implements Command {
  private static final int MOST = 10_000;

  private final Call call;

  @Mixin private final Home home;

  @Option(names = "--outlet", paramLabel = "CODE", required = true)
  private String outlet = "";

  @Option(names = "--count", paramLabel = "N")
  private int count = 1;

  @Option(names = "--expires", paramLabel = "SPAN", converter = Spans.class)
  private Duration expires = Duration.ofDays(3);

  TokenCreate(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    if (!outlet.matches("[\\p{L}\\p{N}._-]{1,64}")) {
      throw new Complaint(Exit.USAGE, "token.outlet", outlet);
    }
    if (count < 1 || count > MOST) {
      throw new Complaint(Exit.USAGE, "token.count", count, MOST);
    }
    try (Database database = home.open()) {
      byte[] ca = home.keys().ca().sha256().bytes();
      SecureRandom random = new SecureRandom();
      List<EnrollToken> tokens = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        byte[] secret = new byte[EnrollToken.SECRET_BYTES];
        random.nextBytes(secret);
        tokens.add(EnrollToken.of(secret, ca));
      }
      Instant now = call.clock().instant();
      Instant end = now.plus(expires);
      home.record(call, database, HqAct.Deed.TOKEN, outlet, String.valueOf(count));
      new Tokens(database).add(tokens.stream().map(EnrollToken::sha256).toList(), outlet, now, end);
      print(tokens, end);
    }
    return Exit.DONE;
  }

  private void print(List<EnrollToken> tokens, Instant end) {
    if (!call.json()) {
      tokens.forEach(t -> call.terminal().line(t.text()));
      return;
    }
    List<Json.Obj> list =
        tokens.stream()
            .map(
                t ->
                    Json.object()
                        .put("token", t.text())
                        .put("outlet", outlet)
                        .put("expires", Times.rfc3339(end)))
            .toList();
    call.terminal().json(Json.object().put("tokens", list));
  }
}
