package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.PostgresUrl;
import io.waybillguard.hq.store.Relocation;
import java.nio.file.Files;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Puts what an embedded database holds into an empty PostgreSQL, once, while no server runs. */
@CommandLine.Command(name = "copy")
final class StoreCopy implements Command {
  private final Call call;

  @Mixin private final Home home;

  @Option(names = "--to", paramLabel = "URL", required = true, descriptionKey = "to")
  private String to = "";

  StoreCopy(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    PostgresUrl target = home.server(to);
    if (home.location().isShared()) {
      throw new Complaint(Exit.USAGE, "store.copy.embedded_only");
    }
    home.checkAccess();
    if (!Database.isIn(home.data())) {
      String key =
          Files.exists(home.data().resolve(Relocation.ASIDE)) ? "store.copy.before" : "data.none";
      throw new Complaint(Exit.USAGE, key, home.data(), Relocation.ASIDE);
    }
    try (FolderLock alone = FolderLock.take(home.data(), false)) {
      List<Relocation.Table> tables;
      try (Database source = home.open();
          Relocation copy = Relocation.begin(source, target)) {
        if (!copy.isAlreadyThere()) {
          home.record(call, source, HqAct.Deed.BACKUP, "", target.toString());
        }
        tables = copy.run(call.terminal()::progress);
      }
      Relocation.moveAside(home.data());
      call.terminal().progressDone();
      tell(tables, target);
      return Exit.DONE;
    } catch (Relocation.Refused e) {
      throw new Complaint(
          e, exit(e.reason()), "store.copy." + e.reason().word(), e.values().toArray());
    }
  }

  private static Exit exit(Relocation.Reason reason) {
    return reason == Relocation.Reason.NOT_EMPTY ? Exit.USAGE : Exit.FAILED;
  }

  private void tell(List<Relocation.Table> tables, PostgresUrl target) {
    if (call.json()) {
      call.terminal()
          .json(
              Json.object()
                  .put("database", target.toString())
                  .put("aside", home.data().resolve(Relocation.ASIDE).toString())
                  .put(
                      "tables",
                      tables.stream()
                          .map(
                              t ->
                                  Json.object()
                                      .put("name", t.name())
                                      .put("rows", t.rows())
                                      .put("sha256", t.sha256()))
                          .toList()));
      return;
    }
    call.terminal()
        .table(
            tables.stream()
                .map(t -> List.of(t.name(), String.valueOf(t.rows()), t.sha256()))
                .toList());
    call.terminal()
        .remark(
            call.words()
                .say(
                    "store.copy.done",
                    tables.size(),
                    tables.stream().mapToLong(Relocation.Table::rows).sum(),
                    target,
                    home.data(),
                    Relocation.ASIDE));
  }
}
