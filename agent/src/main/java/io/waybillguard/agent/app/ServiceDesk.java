package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.ServiceManager;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What the {@code service} commands have in common: the manager, and waiting for it. */
final class ServiceDesk {
  /** What the manager of services knows the agent by. */
  static final String NAME = "WaybillGuard";

  private static final Duration WITHIN = Duration.ofSeconds(90);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private final Call call;
  private final Supplier<Optional<ServiceManager>> managers;

  /**
   * @param managers asked when a command runs, since only then is there a place for native
   *     libraries
   */
  ServiceDesk(Call call, Supplier<Optional<ServiceManager>> managers) {
    this.call = call;
    this.managers = managers;
  }

  /** Something that is asked of the manager. */
  @FunctionalInterface
  interface Question<T> {
    T of(ServiceManager manager) throws IOException;
  }

  /** Asks the manager; what a person can mend becomes a refusal. */
  <T> T ask(Question<T> question) throws IOException, Refusal {
    ServiceManager manager =
        managers
            .get()
            .orElseThrow(
                () -> new Refusal(Exit.UNAVAILABLE, "service.none", System.getProperty("os.name")));
    try {
      return question.of(manager);
    } catch (AccessDeniedException e) {
      throw new Refusal(e, Exit.UNAVAILABLE, "service.denied", String.valueOf(e.getMessage()));
    }
  }

  /** How the service stands. */
  ServiceManager.Standing standing() throws IOException, Refusal {
    return ask(manager -> manager.standing(NAME));
  }

  /** How the service stands, which must be there. */
  ServiceManager.Standing installed() throws IOException, Refusal {
    ServiceManager.Standing standing = standing();
    if (standing.state() == ServiceManager.State.ABSENT) {
      throw new Refusal(Exit.FAILED, "service.absent");
    }
    return standing;
  }

  /**
   * Waits until the service stands so.
   *
   * @param doing the words' key of what is waited for
   */
  ServiceManager.Standing await(ServiceManager.State wanted, String doing)
      throws IOException, Refusal, InterruptedException {
    return await(NAME, wanted, doing);
  }

  private ServiceManager.Standing await(String name, ServiceManager.State wanted, String doing)
      throws IOException, Refusal, InterruptedException {
    long end = System.nanoTime() + WITHIN.toNanos();
    while (true) {
      ServiceManager.Standing standing = ask(manager -> manager.standing(name));
      if (standing.state() == wanted) {
        return standing;
      }
      boolean failedToStart =
          wanted == ServiceManager.State.RUNNING
              && standing.state() == ServiceManager.State.STOPPED;
      if (failedToStart || System.nanoTime() > end) {
        throw new Refusal(
            Exit.FAILED,
            "service.not_in_time",
            name,
            WITHIN.toSeconds(),
            call.words().say(doing),
            word(standing.state()),
            call.home().logs());
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
    }
  }

  /**
   * Ends the service, where there is one that runs. One that does not end in time is ended by the
   * system: an installer must not wait for ever.
   */
  void end() throws IOException, Refusal, InterruptedException {
    end(NAME);
  }

  /** Takes a service that an update made away, where there is one: what it was doing is over. */
  void dropUpdate() throws IOException, Refusal, InterruptedException {
    String name = InstallingService.NAME;
    ServiceManager.Standing before = ask(manager -> manager.standing(name));
    if (before.state() == ServiceManager.State.ABSENT) {
      return;
    }
    end(name);
    ask(
        manager -> {
          manager.uninstall(name);
          return before;
        });
  }

  private void end(String name) throws IOException, Refusal, InterruptedException {
    ServiceManager.Standing before = ask(manager -> manager.standing(name));
    if (before.state() == ServiceManager.State.ABSENT
        || before.state() == ServiceManager.State.STOPPED) {
      return;
    }
    ask(
        manager -> {
          manager.stop(name);
          return before;
        });
    try {
      await(name, ServiceManager.State.STOPPED, "service.to.stop");
    } catch (Refusal stuck) {
      Optional<ProcessHandle> process = ProcessHandle.of(before.pid());
      if (process.isEmpty()) {
        throw stuck;
      }
      process.get().destroyForcibly();
      call.terminal().remark("service.killed", name, Long.toString(before.pid()));
      await(name, ServiceManager.State.STOPPED, "service.to.stop");
    }
  }

  /** A state as a person reads it. */
  String word(ServiceManager.State state) {
    return call.words().say("service.state." + state.name().toLowerCase(Locale.ROOT));
  }
}
