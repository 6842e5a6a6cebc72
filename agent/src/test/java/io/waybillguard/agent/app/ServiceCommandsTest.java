package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.ServiceManager;
import io.waybillguard.agent.platform.ServiceManager.State;
import io.waybillguard.agent.platform.ServicesByHand;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

final class ServiceCommandsTest {
  private final ServicesByHand services = new ServicesByHand();

  private CalledMain call(BiFunction<Call, ServiceDesk, Action> command) {
    return call(Optional.of(services), command);
  }

  private static CalledMain call(
      Optional<ServiceManager> manager, BiFunction<Call, ServiceDesk, Action> command) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Words words = new Words(Language.EN);
    Terminal terminal = new Terminal(out, err, StandardCharsets.UTF_8, false, words);
    Call call = new Call(Map.of(), false, words, terminal);
    ServiceDesk desk = new ServiceDesk(call, () -> manager);
    int code =
        new Main(call, (folder, name) -> Path.of("logs").resolve(name + ".log"), data -> {})
            .run("waybill-guard service", command.apply(call, desk))
            .code();
    terminal.flush();
    return new CalledMain(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private void installed() {
    services.install(
        new ServiceManager.Plan(
            ServiceDesk.NAME, "", "", List.of("java", "run"), Duration.ZERO, List.of()));
  }

  @Test
  void a_service_is_started_looked_at_stopped_and_removed() {
    installed();
    assertEquals(
        "The service WaybillGuard is running (process 42).\n", call(ServiceStart::new).out());
    assertEquals(
        "Service WaybillGuard: running\nProcess: 42\nCommand: java run\n",
        call(ServiceStatus::new).out());
    assertEquals("The service WaybillGuard has stopped.\n", call(ServiceStop::new).out());
    CalledMain gone = call(ServiceUninstall::new);
    assertTrue(gone.out().startsWith("The service WaybillGuard is removed. "), gone.out());
    CalledMain absent = call(ServiceStatus::new);
    assertEquals("Service WaybillGuard: not installed\n", absent.out());
    assertEquals(Exit.FAILED.code(), absent.code());
  }

  @Test
  void one_that_runs_is_stopped_before_it_is_removed() {
    installed();
    call(ServiceStart::new);
    assertEquals(Exit.DONE.code(), call(ServiceUninstall::new).code());
    assertEquals(State.ABSENT, services.standing(ServiceDesk.NAME).state());
  }

  @Test
  void one_that_ends_at_once_did_not_start_and_says_where_to_read_why() {
    installed();
    services.afterStart = State.STOPPED;
    CalledMain called = call(ServiceStart::new);
    assertEquals(Exit.FAILED.code(), called.code());
    assertEquals(
        "waybill-guard: The service WaybillGuard did not start within 90 seconds; it is stopped now."
            + " Details are in /var/log/waybill-guard.\n",
        called.err());
  }

  @Test
  void what_is_not_installed_is_refused_with_what_to_do() {
    for (CalledMain called :
        List.of(call(ServiceStart::new), call(ServiceStop::new), call(ServiceUninstall::new))) {
      assertEquals(Exit.FAILED.code(), called.code());
      assertEquals(
          "waybill-guard: There is no service yet. Use waybill-guard service install first.\n",
          called.err());
    }
  }

  @Test
  void a_system_without_a_manager_and_a_person_without_rights_are_told_so() {
    CalledMain none = call(Optional.empty(), ServiceStatus::new);
    assertEquals(Exit.UNAVAILABLE.code(), none.code());
    assertTrue(none.err().contains("Use the installation package."), none.err());
    CalledMain denied =
        call(
            (call, desk) ->
                () ->
                    desk.ask(
                        manager -> {
                          throw new AccessDeniedException("cannot open the manager");
                        }));
    assertEquals(Exit.UNAVAILABLE.code(), denied.code());
    assertEquals(
        "waybill-guard: No permission to manage services (cannot open the manager)."
            + " Run this as administrator (root).\n",
        denied.err());
  }

  @Test
  void a_program_that_runs_from_no_jar_cannot_be_installed() {
    CalledMain called = call(ServiceInstall::new);
    assertEquals(Exit.UNAVAILABLE.code(), called.code());
    assertTrue(called.err().contains("service install"), called.err());
    assertEquals(State.ABSENT, services.standing(ServiceDesk.NAME).state());
  }
}
