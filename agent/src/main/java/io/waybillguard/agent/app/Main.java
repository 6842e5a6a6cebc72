package io.waybillguard.agent.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ProblemWords;
import io.waybillguard.agent.evidence.DamagedLogException;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.SecretFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * The program: finds the command that was asked for, runs it, and turns how it ended into one line
 * and an exit code. No stack trace reaches a person.
 */
public final class Main {
  /** What the program is called where it is installed. */
  static final String NAME = "waybill-guard";

  /** The command that is the agent itself. */
  private static final String AGENT = "run";

  private final Call call;
  private final BiFunction<Path, String, Path> logInto;
  private final Natives natives;

  /** Finds this process a place for native libraries, by its data folder. */
  @FunctionalInterface
  interface Natives {
    void into(Path data) throws IOException;
  }

  /**
   * @param logInto sends this process's log into a folder, under a name; gives the file
   */
  Main(Call call, BiFunction<Path, String, Path> logInto, Natives natives) {
    this.call = call;
    this.logInto = logInto;
    this.natives = natives;
  }

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    Map<String, String> environment = System.getenv();
    boolean windows = Call.isWindows(System.getProperty("os.name"));
    Language language =
        asked(List.of(args), Language.ofSystem(environment, displayLocale(), windows));
    Words words = new Words(language);
    Terminal terminal = Terminal.ofProcess(words);
    Call call = new Call(environment, windows, words, terminal);
    int code = new Main(call, LogFiles::into, NativeParts::into).run(args);
    terminal.flush();
    System.exit(code);
  }

  private static Locale displayLocale() {
    return Locale.getDefault(Locale.Category.DISPLAY);
  }

  /** Looked for before the options are parsed, since parsing may already have something to say. */
  private static Language asked(List<String> args, Language otherwise) {
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (arg.startsWith("--lang=")) {
        return Language.named(arg.substring("--lang=".length())).orElse(otherwise);
      }
      if (arg.equals("--lang") && i + 1 < args.size()) {
        return Language.named(args.get(i + 1)).orElse(otherwise);
      }
    }
    return otherwise;
  }

  /** Every command, one line each. */
  private CommandLine commands() {
    ServiceDesk service = new ServiceDesk(call, Os.here()::serviceManager);
    return new CommandLine(call)
        .addSubcommand(new Run(call))
        .addSubcommand(new Enroll(call))
        .addSubcommand(new InstallRecord(call))
        .addSubcommand(new Status(call))
        .addSubcommand(new Doctor(call))
        .addSubcommand(new Sweep(call))
        .addSubcommand(
            group(
                "evidence",
                new EvidenceList(call),
                new EvidenceShow(call),
                new EvidenceVerify(call),
                new EvidenceExport(call)))
        .addSubcommand(group("config", new ConfigCheck(call)))
        .addSubcommand(
            group(
                "service",
                new ServiceInstall(call, service),
                new ServiceUninstall(call, service),
                new ServiceStart(call, service),
                new ServiceStop(call, service),
                new ServiceStatus(call, service)))
        .addSubcommand(
            group(
                "setup",
                new SetupApply(call, service, Machines::program, Os.here().registry()),
                new SetupEnroll(call, Os.here().registry()),
                new SetupRemove(call, service, Machines::program)))
        .addSubcommand(group("removal", new RemovalCheck(call)))
        .addSubcommand(
            group(
                "update",
                new UpdateCheck(call),
                new UpdateReach(call),
                new UpdateInstall(call, service)))
        .addSubcommand(group("policy", new PolicyCheck(call)))
        .addSubcommand(group("detect", new DetectReplay(call)))
        .addSubcommand(
            new CommandLine(new IncidentList(call)).addSubcommand(new IncidentShow(call)))
        .addSubcommand(group("operator", new OperatorSignOn(call), new OperatorSignOff(call)))
        .addSubcommand(group("disposal", new DisposalList(call), new DisposalUndo(call)))
        .addSubcommand(group("visitor", new VisitorExpect(call), new VisitorSlip(call)));
  }

  /** Commands that share a first word. */
  private static CommandLine group(String name, Action... commands) {
    CommandLine group = new CommandLine(CommandSpec.create().name(name));
    for (Action command : commands) {
      group.addSubcommand(command);
    }
    return group;
  }

  /**
   * Runs one command.
   *
   * @return the exit code
   */
  int run(String... args) {
    // Thirty commands take a tenth of a start to describe, and what they are described by stays in
    // memory; a service manager asks for one alone.
    boolean agent = args.length > 0 && args[0].equals(AGENT);
    return (agent ? new CommandLine(call).addSubcommand(new Run(call)) : commands())
        .setResourceBundle(call.words().help())
        .setUsageHelpWidth(helpWidth())
        .setAdjustLineBreaksForWideCJKCharacters(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(call.terminal().writer())
        .setParameterExceptionHandler((e, ignored) -> usage(e))
        .setExecutionStrategy(this::execute)
        .execute(args);
  }

  /**
   * picocli counts the heading before a synopsis in characters; wide ones take two columns each.
   */
  private int helpWidth() {
    String heading = call.words().help().getString("usage.synopsisHeading");
    return Columns.WIDTH - (Columns.of(heading) - heading.length());
  }

  private int usage(CommandLine.ParameterException e) {
    call.terminal().complain(new UsageWords(call.words()).of(e));
    return Exit.USAGE.code();
  }

  private int execute(ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    List<CommandLine> named = parsed.asCommandLineList();
    CommandLine last = named.get(named.size() - 1);
    if (!(last.getCommand() instanceof Action action)) {
      last.usage(call.terminal().writer());
      return Exit.USAGE.code();
    }
    return run(last.getCommandSpec().qualifiedName(), action).code();
  }

  /** The one place that knows how a command can fail. */
  Exit run(String name, Action action) {
    Path log =
        logInto.apply(call.home().logs(), name.equals(NAME + " " + AGENT) ? "agent" : "commands");
    try {
      if (action.makesData() && Files.notExists(call.home().data())) {
        SecretFile.folder(call.home().data());
      }
      natives.into(call.home().data());
      return action.run();
    } catch (Refusal refusal) {
      call.terminal().complain(refusal.in(call.words()));
      return refusal.exit();
    } catch (ConfigException e) {
      ProblemWords words = new ProblemWords(call.words().locale());
      e.problems()
          .forEach(
              p -> call.terminal().complain(call.words().say("config.not_started", words.of(p))));
      return Exit.USAGE;
    } catch (AccessDeniedException e) {
      return failed(name, e, Exit.UNAVAILABLE, "file.denied", file(e));
    } catch (NoSuchFileException e) {
      return failed(name, e, Exit.FAILED, "file.missing", file(e));
    } catch (DamagedLogException | EvidenceException e) {
      return failed(name, e, Exit.FAILED, "log.damaged", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return failed(
          name, e, Exit.FAILED, "io.failed", String.valueOf(e.getMessage()), log.toString());
    } catch (Exception e) {
      return failed(name, e, Exit.FAILED, "bug", e.toString(), log.toString());
    }
  }

  private Exit failed(String name, Exception e, Exit exit, String key, Object... args) {
    LoggerFactory.getLogger(Main.class).error("command=\"{}\" exit={}", name, exit.code(), e);
    call.terminal().complain(call.words().say(key, args));
    return exit;
  }

  private static String file(FileSystemException e) {
    return String.valueOf(e.getFile());
  }
}
