package io.waybillguard.hq.app;

import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.store.DatabaseUnusable;
import io.waybillguard.hq.store.SegmentsUnusable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program: finds the command that was asked for, runs it, and turns how it ended into one line
 * and an exit code. No stack trace reaches a person.
 */
public final class Main {
  /** What the program is called where it is installed. */
  static final String NAME = "waybill-guard-hq";

  private static final int WIDTH = 100;

  private final Call call;

  Main(Call call) {
    this.call = call;
  }

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    Locale java = Locale.getDefault(Locale.Category.DISPLAY);
    Words words = new Words(Words.language(List.of(args), System.getenv(), java));
    Call call = new Call(words, Terminal.ofProcess(), InstantSource.system(), System.getenv());
    System.exit(new Main(call).run(args));
  }

  /** Every command, one line each. */
  private CommandLine commands() {
    return new CommandLine(call)
        .addSubcommand(new Serve(call))
        .addSubcommand(group("token", new TokenCreate(call)))
        .addSubcommand(new MakeBackup(call))
        .addSubcommand(new Restore(call))
        .addSubcommand(new Workstations(call))
        .addSubcommand(
            group(
                "workstation",
                new WorkstationRevoke(call),
                new WorkstationClear(call),
                new WorkstationRemovalCode(call)))
        .addSubcommand(new Incidents(call))
        .addSubcommand(new FindWaybill(call))
        .addSubcommand(new Feeds(call))
        .addSubcommand(
            group(
                "evidence",
                new EvidencePull(call),
                new EvidenceActs(call),
                new EvidenceVerify(call)))
        .addSubcommand(
            group(
                "command",
                new CommandGive(call),
                new CommandApprove(call),
                new CommandCancel(call),
                new CommandList(call)))
        .addSubcommand(
            group(
                "disposal", new DisposalGive(call), new DisposalUndo(call), new DisposalList(call)))
        .addSubcommand(
            group(
                "sweep",
                new SweepPublish(call),
                new SweepResults(call),
                new SweepList(call),
                new SweepReportMake(call),
                new SweepVerify(call),
                new SweepStop(call)))
        .addSubcommand(
            group(
                "policy",
                new PolicyPublish(call),
                new PolicyList(call),
                new PolicyShow(call),
                new PolicyDiff(call),
                new PolicyWiden(call),
                new PolicyRollback(call)))
        .addSubcommand(
            group(
                "update",
                new UpdateKey(call),
                new UpdateSign(call),
                new UpdateAdd(call),
                new UpdateAsk(call),
                new UpdateList(call)))
        .addSubcommand(group("store", new StoreCopy(call), new StoreSegments(call)))
        .addSubcommand(
            group(
                "user",
                new UserAdd(call),
                new UserList(call),
                new UserDisable(call),
                new UserPassword(call),
                new UserRole(call)));
  }

  /** Commands that share a first word. */
  private static CommandLine group(String name, Command... commands) {
    CommandLine group = new CommandLine(CommandSpec.create().name(name));
    for (Command command : commands) {
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
    return commands()
        .setResourceBundle(call.words().help())
        .setUsageHelpWidth(WIDTH)
        .setAdjustLineBreaksForWideCJKCharacters(true)
        .setOut(call.terminal().writer())
        .setParameterExceptionHandler((e, ignored) -> usage(e))
        .setExecutionStrategy(this::execute)
        .execute(args);
  }

  private int execute(ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    List<CommandLine> named = parsed.asCommandLineList();
    CommandLine last = named.get(named.size() - 1);
    if (!(last.getCommand() instanceof Command command)) {
      last.usage(call.terminal().writer());
      return Exit.USAGE.code();
    }
    return run(command).code();
  }

  /** The one place that knows how a command can fail. */
  private Exit run(Command command) {
    try {
      return command.run();
    } catch (Complaint complaint) {
      call.terminal().complain(complaint.in(call.words()));
      return complaint.exit();
    } catch (DatabaseUnusable e) {
      return failed(e, exit(e.reason()), "database." + e.reason().word(), e.values().toArray());
    } catch (SegmentsUnusable e) {
      return failed(e, exit(e.reason()), "segments." + e.reason().word(), e.values().toArray());
    } catch (AccessDeniedException e) {
      return failed(e, Exit.UNAVAILABLE, "file.denied", String.valueOf(e.getFile()));
    } catch (NoSuchFileException e) {
      return failed(e, Exit.FAILED, "file.missing", String.valueOf(e.getFile()));
    } catch (NotRecorded e) {
      return failed(e, Exit.FAILED, "act.not_recorded", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return failed(e, Exit.FAILED, "io.failed", String.valueOf(e.getMessage()));
    } catch (Exception e) {
      return failed(e, Exit.FAILED, "bug", e.toString());
    }
  }

  private static Exit exit(DatabaseUnusable.Reason reason) {
    return switch (reason) {
      case BAD_URL, PASSWORD_IN_URL, EMPTY, OTHER_KEYS, OTHER_DATABASE, EMBEDDED_THERE ->
          Exit.USAGE;
      case UNREACHABLE,
          LOGIN_REFUSED,
          NO_SUCH_DATABASE,
          TOO_OLD,
          NOT_DURABLE,
          NOT_PERMITTED,
          NEWER,
          OLDER ->
          Exit.UNAVAILABLE;
      case FAILED -> Exit.FAILED;
    };
  }

  private static Exit exit(SegmentsUnusable.Reason reason) {
    return reason == SegmentsUnusable.Reason.UNREACHABLE ? Exit.UNAVAILABLE : Exit.USAGE;
  }

  private Exit failed(Exception e, Exit exit, String key, Object... args) {
    // For whoever mends it; the line for the person comes after it.
    LoggerFactory.getLogger(Main.class).debug("exit={}", exit.code(), e);
    call.terminal().complain(call.words().say(key, args));
    return exit;
  }

  private int usage(ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    call.terminal().complain(call.words().say("usage.see_help", sentence(e), command));
    return Exit.USAGE.code();
  }

  private String sentence(ParameterException e) {
    ArgSpec arg = e.getArgSpec();
    if (e instanceof UnmatchedArgumentException unmatched) {
      return call.words().say("usage.unknown", unmatched.getUnmatched().get(0));
    }
    if (e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
      return call.words().say("usage.missing", name(missing.getMissing().get(0)));
    }
    if (arg != null && e.getValue() != null) {
      return call.words().say("usage.bad_value", name(arg), e.getValue());
    }
    return call.words()
        .say("usage.other", String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
  }

  private static String name(ArgSpec arg) {
    return arg instanceof OptionSpec option
        ? option.longestName() + " " + option.paramLabel()
        : arg.paramLabel();
  }
}
