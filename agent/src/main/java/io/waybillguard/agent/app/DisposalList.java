package io.waybillguard.agent.app;

import io.waybillguard.agent.dispose.Docket;
import io.waybillguard.agent.dispose.Docket.Standing;
import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code disposal list}: what is done about things on this PC and not undone. */
@Command(name = "list")
final class DisposalList implements Action {
  private final Call call;

  @Option(names = "--json")
  private boolean json;

  DisposalList(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException {
    List<Standing> standing = new Docket(call.home().data()).standing();
    if (json) {
      call.terminal()
          .json(Json.object().put("disposals", standing.stream().map(DisposalList::json).toList()));
    } else if (standing.isEmpty()) {
      call.terminal().say("disposal.empty");
    } else {
      print(standing);
    }
    return Exit.DONE;
  }

  private static Json.Obj json(Standing each) {
    return each.what()
        .json()
        .put("id", each.id())
        .put("by", each.by())
        .put("state", each.state())
        .put("since", Times.rfc3339(each.since()))
        .putUnlessEmpty("incident", each.incident());
  }

  private void print(List<Standing> standing) {
    Instant now = InstantSource.system().instant();
    Table table =
        new Table(
            call.words().say("disposal.column.since"),
            call.words().say("disposal.column.kind"),
            call.words().say("disposal.column.target"),
            call.words().say("disposal.column.state"),
            call.words().say("disposal.column.id"));
    for (Standing each : standing) {
      table.row(
          Times.local(each.since(), now, ZoneId.systemDefault()),
          call.words().say("disposal.kind." + each.what().kind().word()),
          each.what().target(),
          call.words().say("disposal.state." + each.state()),
          each.id());
    }
    call.terminal().table(table);
  }
}
