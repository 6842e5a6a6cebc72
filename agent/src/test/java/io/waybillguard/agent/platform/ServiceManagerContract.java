package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.waybillguard.agent.platform.ServiceManager.Plan;
import io.waybillguard.agent.platform.ServiceManager.State;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every manager of services promises. Nothing is started: a program of a test is no service.
 */
public abstract class ServiceManagerContract {
  private static final String NAME = "WaybillGuardContract";

  /** The manager that is tried. */
  protected abstract ServiceManager manager();

  /** A program that is there. */
  protected abstract Path program();

  private Plan plan(String argument) {
    return new Plan(
        NAME,
        "Waybill Guard 试",
        "试用",
        List.of(program().toString(), argument),
        Duration.ofSeconds(20),
        List.of());
  }

  @AfterEach
  void leaveNothingBehind() throws IOException {
    if (manager().standing(NAME).state() != State.ABSENT) {
      manager().uninstall(NAME);
    }
  }

  @Test
  void a_service_that_was_never_made_is_absent_and_cannot_be_handled() throws IOException {
    assertEquals(ServiceManager.Standing.ABSENT, manager().standing(NAME));
    assertThrows(IOException.class, () -> manager().start(NAME));
    assertThrows(IOException.class, () -> manager().stop(NAME));
    assertThrows(IOException.class, () -> manager().uninstall(NAME));
  }

  @Test
  void what_is_installed_is_stopped_and_what_is_installed_again_is_changed() throws IOException {
    manager().install(plan("one"));
    assertEquals(State.STOPPED, manager().standing(NAME).state());
    assertEquals(program() + " one", manager().standing(NAME).command());
    manager().install(plan("two"));
    assertEquals(program() + " two", manager().standing(NAME).command());
    assertEquals(0, manager().standing(NAME).exitCode());
  }

  @Test
  void what_is_removed_is_absent() throws IOException {
    manager().install(plan("one"));
    manager().uninstall(NAME);
    assertEquals(State.ABSENT, manager().standing(NAME).state());
  }

  @Test
  void a_stop_of_what_does_not_run_is_no_failure() throws IOException {
    manager().install(plan("one"));
    manager().stop(NAME);
    assertEquals(State.STOPPED, manager().standing(NAME).state());
  }
}
