package io.waybillguard.agent.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.event.AgentInstalled;
import io.waybillguard.agent.platform.ServiceManager.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code setup remove}: ends the service, writes the removal as the last sealed record, and removes
 * the service. Evidence, keys and settings stay. Where a code of HQ's is needed, nothing is done
 * without.
 */
@Command(name = "remove")
final class SetupRemove implements Action {
  private static final long WITHIN_SECONDS = 300;

  private final Call call;
  private final ServiceDesk service;
  private final SetupApply.Jar jar;

  @Option(names = "--code", paramLabel = "CODE")
  private String code = "";

  @Option(names = "--all")
  private boolean all;

  SetupRemove(Call call, ServiceDesk service, SetupApply.Jar jar) {
    this.call = call;
    this.service = service;
    this.jar = jar;
  }

  @Override
  public boolean makesData() {
    return true;
  }

  @Override
  public Exit run() throws IOException, ConfigException, Refusal, InterruptedException {
    SetupLog.begin(call, "setup remove");
    // Not every installer says that it takes an older version away because a newer one is there.
    Optional<ProgramFolder> runs = ProgramFolder.ofCommand(service.standing().command());
    Optional<Path> here = jar.find();
    if (runs.isPresent() && here.isPresent() && !Files.isSameFile(runs.get().jar(), here.get())) {
      if (all) {
        return byTheOneThatRuns(runs.get());
      }
      String version = runs.get().version().orElse("?");
      call.terminal().remark("setup.not_mine", version, Version.current());
      return Exit.DONE;
    }
    String day = new RemovalPermit(call).ask(code); // before anything stops
    service.dropUpdate();
    service.end();
    new InstallRecord(call).write(AgentInstalled.Act.REMOVED, "", day);
    if (service.standing().state() != State.ABSENT) {
      new ServiceUninstall(call, service).run();
    }
    return Exit.DONE;
  }

  /** While an update is judged, two versions are there; the one that runs knows the log best. */
  private Exit byTheOneThatRuns(ProgramFolder other) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("setup", "remove"));
    words.addAll(List.of("--home", String.valueOf(call.home().root())));
    if (!code.isEmpty()) {
      words.addAll(List.of("--code", code));
    }
    int ended = other.run(WITHIN_SECONDS, TimeUnit.SECONDS, words);
    return Stream.of(Exit.values())
        .filter(exit -> exit.code() == ended)
        .findFirst()
        .orElse(Exit.FAILED);
  }
}
