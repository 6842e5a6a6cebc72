package io.waybillguard.agent.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.event.AgentInstalled;
import io.waybillguard.agent.platform.ServiceManager.State;
import io.waybillguard.agent.update.Ground;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This PC as the installer of an update on Windows sees it. */
final class UpdateGround implements Ground {
  private static final Logger LOG = LoggerFactory.getLogger(UpdateGround.class);
  private static final long SETUP_MINUTES = 30;

  private final Call call;
  private final ServiceDesk service;
  private final SetupApply.Jar jar;

  /**
   * @param jar this program, which is the version before
   */
  UpdateGround(Call call, ServiceDesk service, SetupApply.Jar jar) {
    this.call = call;
    this.service = service;
    this.jar = jar;
  }

  @Override
  public String check(Path file, Path note) throws IOException, Unfit {
    try {
      return UpdateCheck.check(file, note).version();
    } catch (Refusal refusal) {
      throw new Unfit(refusal.in(call.words()), refusal);
    }
  }

  @Override
  public String installed() throws IOException {
    Optional<ProgramFolder> program = program();
    return program.isEmpty() ? "" : program.get().version().orElse("");
  }

  private Optional<ProgramFolder> program() throws IOException {
    try {
      return ProgramFolder.ofCommand(service.standing().command());
    } catch (Refusal refusal) {
      throw failed(refusal);
    }
  }

  @Override
  public boolean runs() throws IOException {
    try {
      return service.standing().state() == State.RUNNING;
    } catch (Refusal refusal) {
      throw failed(refusal);
    }
  }

  @Override
  public Ended lay(Path setup) throws IOException, InterruptedException {
    return run(setup, "/TRY");
  }

  @Override
  public Ended settle(Path setup) throws IOException, InterruptedException {
    return run(setup, "/SETTLE");
  }

  private Ended run(Path setup, String word) throws IOException, InterruptedException {
    long before = Files.exists(log()) ? Files.size(log()) : 0;
    // It unpacks parts of itself, and the system's folder for that is everybody's.
    Path temp = setup.resolveSibling("temp");
    Folders.delete(temp);
    Files.createDirectories(temp);
    ProcessBuilder command = new ProcessBuilder(setup.toString(), "/S", word);
    command.environment().putAll(Map.of("TEMP", temp.toString(), "TMP", temp.toString()));
    // The home is this agent's, whatever a service's environment says; Wine's says another.
    Path programData = Objects.requireNonNull(call.home().root()).toAbsolutePath().getParent();
    command.environment().put("ProgramData", String.valueOf(programData));
    Process process =
        command
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(SETUP_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
      return new Ended(-1, "it did not end within " + SETUP_MINUTES + " minutes");
    }
    Folders.delete(temp);
    return new Ended(process.exitValue(), said(before));
  }

  private Path log() {
    return SetupLog.file(call.home());
  }

  /** What the log of installations has got since; the last of it. */
  private String said(long before) throws IOException {
    if (Files.notExists(log())) {
      return "";
    }
    byte[] all = Files.readAllBytes(log());
    int from = (int) Math.min(before, all.length);
    List<String> lines =
        new String(Arrays.copyOfRange(all, from, all.length), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    return String.join(" ", lines.subList(Math.max(0, lines.size() - 2), lines.size()));
  }

  @Override
  public boolean reachesHq() {
    try {
      return new UpdateReach(call).run() == Exit.DONE;
    } catch (IOException e) {
      LOG.info("HQ is not reached: {}", e.toString());
    } catch (Refusal refusal) {
      LOG.info("HQ is not reached: {}", refusal.in(call.words()));
    }
    return false;
  }

  @Override
  public void putBack(String failed) throws IOException, InterruptedException {
    // Not before: the setup program shares the file with nobody that writes to it.
    SetupLog.begin(call, "update install");
    Path own = jar.find().orElseThrow(() -> new IOException("this program is no jar"));
    Optional<ProgramFolder> runs = program();
    try {
      boolean isBack = runs.isPresent() && Files.isSameFile(runs.get().jar(), own);
      if (!isBack) {
        service.end();
        record(failed);
        new ServiceInstall(call, service).install(own);
      }
      if (service.standing().state() != State.RUNNING) {
        new ServiceStart(call, service).run();
      }
    } catch (Refusal refusal) {
      throw failed(refusal);
    }
    try {
      ProgramFolder.of(own).beside(failed).delete();
    } catch (IOException e) {
      // The version before runs; the agent clears away what is left (InstallingService.clear).
      LOG.warn("version {} was not taken away: {}", failed, e.toString());
    }
  }

  /** A disk that takes no record is no reason to leave the desk without an agent. */
  private void record(String failed) {
    try {
      new InstallRecord(call).write(AgentInstalled.Act.ROLLED_BACK, failed);
    } catch (Refusal refusal) {
      call.terminal().remark("setup.not_recorded", refusal.in(call.words()));
    } catch (IOException | ConfigException e) {
      call.terminal().remark("setup.not_recorded", String.valueOf(e.getMessage()));
    }
  }

  private IOException failed(Refusal refusal) {
    return new IOException(refusal.in(call.words()), refusal);
  }
}
