package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.ServiceManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code service install}: makes the agent a service that starts with the machine. */
@Command(name = "install")
final class ServiceInstall implements Action {
  private static final String TITLE = "Waybill Guard 面单卫士";
  private static final String DESCRIPTION =
      "Watches this waybill-scanning PC and keeps evidence of what is done to it."
          + " 监视面单扫描电脑并保存证据，请不要停止。";

  /** What an orderly end takes at most, disk and all, when the machine is switched off. */
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(20);

  /**
   * For a jar that no installer put there: a small heap's collector, and no compiler that only
   * long-running servers need.
   */
  private static final List<String> JAVA_OPTIONS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Call call;
  private final ServiceDesk service;

  @Option(names = "--java-option", paramLabel = "OPTION")
  private @Nullable List<String> javaOptions;

  ServiceInstall(Call call, ServiceDesk service) {
    this.call = call;
    this.service = service;
  }

  @Override
  public boolean makesData() {
    return true;
  }

  @Override
  public Exit run() throws IOException, Refusal {
    install(Machines.program().orElseThrow(() -> new Refusal(Exit.UNAVAILABLE, "service.no_jar")));
    return Exit.DONE;
  }

  /** Makes the program of this jar the service. */
  void install(Path jar) throws IOException, Refusal {
    ServiceManager.Plan plan =
        new ServiceManager.Plan(
            ServiceDesk.NAME, TITLE, DESCRIPTION, command(jar), ENDS_WITHIN, own(call.home()));
    List<String> refused = service.ask(manager -> manager.install(plan));
    call.terminal().say("service.installed", ServiceDesk.NAME);
    if (!refused.isEmpty()) {
      call.terminal().remark("service.refused", String.join(", ", refused));
    }
    String programs = call.environment().getOrDefault("ProgramFiles", "");
    if (!programs.isEmpty() && !jar.startsWith(Path.of(programs))) {
      call.terminal().remark("service.open_folder", jar, programs);
    }
  }

  private List<String> command(Path jar) {
    List<String> command = new ArrayList<>();
    String java = Os.here() == Os.WINDOWS ? "java.exe" : "java";
    command.add(Path.of(System.getProperty("java.home"), "bin", java).toString());
    List<String> packaged = ProgramFolder.of(jar).javaOptions();
    command.addAll(
        javaOptions != null ? javaOptions : packaged.isEmpty() ? JAVA_OPTIONS : packaged);
    command.addAll(List.of("-jar", jar.toString(), "run"));
    Path root = call.home().root();
    if (root != null) {
      // Always named: a service's environment need not be the one of who installs it.
      command.addAll(List.of("--home", root.toAbsolutePath().toString()));
    }
    return command;
  }

  /** The folders of a home, the one that holds them all first. */
  private static List<Path> own(Home home) {
    return Stream.ofNullable(home.root()).filter(Files::isDirectory).toList();
  }
}
