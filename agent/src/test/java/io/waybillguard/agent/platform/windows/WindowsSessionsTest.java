package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.waybillguard.agent.platform.DeskSigns;
import io.waybillguard.agent.platform.RemoteSigns.Connection;
import io.waybillguard.agent.platform.RemoteSigns.ToolProcess;
import io.waybillguard.agent.platform.SystemEvent;
import io.waybillguard.agent.platform.SystemEvent.SessionChange;
import io.waybillguard.agent.platform.SystemEvents;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Sessions of the Windows, or Wine, that runs this. */
@EnabledOnOs(OS.WINDOWS)
final class WindowsSessionsTest {
  private final SystemEvents events = new SystemEvents();
  private final WindowsPresences desk = new WindowsPresences(events, InstantSource.system());

  @Test
  void the_person_at_the_desk_has_a_name_and_touched_something_once() throws IOException {
    desk.open();
    DeskSigns signs = desk.look();
    assertFalse(signs.user().isEmpty());
    assertTrue(signs.lastInput().isPresent() || !signs.inputUnseen().isEmpty());
    desk.close();
  }

  @Test
  void a_lock_that_the_manager_tells_of_is_known_at_once() throws IOException {
    desk.open();
    long session = new Sessions(Libraries.HERE).atConsole().orElseThrow();
    events.tell(new SystemEvent.SessionChanged(SessionChange.LOCK, session));
    desk.await(Duration.ofDays(1));
    assertEquals(DeskSigns.Lock.LOCKED, desk.look().lock());
    events.tell(new SystemEvent.SessionChanged(SessionChange.UNLOCK, session));
    assertEquals(DeskSigns.Lock.UNLOCKED, desk.look().lock());
    desk.close();
  }

  private WindowsRemoteAccess access(String program) {
    return new WindowsRemoteAccess(events, Set.of(program), new WindowsProcesses());
  }

  @Test
  void a_system_that_lists_no_sessions_is_not_one_where_nobody_is_in() throws IOException {
    assumeTrue(WindowsVersion.isWine(), "Wine lists none");
    WindowsRemoteAccess access = access("nothing.exe");
    assertEquals(
        "remote desktops (RDP) are not seen: this system lists no sessions, not even this one",
        access.open());
    assertEquals(List.of(), access.look().logins());
    access.close();
  }

  @Test
  void a_tool_is_seen_by_its_name_with_what_it_was_started_with() throws IOException {
    WindowsRemoteAccess access = access("JAVA.EXE");
    String unused = access.open();
    ToolProcess us =
        access.look().processes().stream()
            .filter(each -> each.facts().pid() == ProcessHandle.current().pid())
            .findFirst()
            .orElseThrow();
    assertTrue(access.isNamed(us.name(), "Java.exe"), us.name());
    assertTrue(us.commandLine().contains("junit.jar"), us.commandLine());
    assertTrue(us.began().isAfter(Instant.EPOCH));
    assertEquals("", new CommandLines(Libraries.HERE).of(0xffff_fff0L), "there is no such process");
    access.close();
  }

  @Test
  void who_is_connected_to_a_tool_is_seen_while_it_lasts() throws IOException {
    assumeFalse(WindowsVersion.isWine(), "Wine does not tell whose a connection is");
    WindowsRemoteAccess access = access("java.exe");
    String unused = access.open();
    try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertEquals(List.of(), connectionsTo(door, access));
      Socket peer = new Socket(door.getInetAddress(), door.getLocalPort());
      Socket served = door.accept();
      List<Connection> there = connectionsTo(door, access);
      assertEquals(1, there.size(), there::toString);
      long us = ProcessHandle.current().pid();
      assertEquals(List.of(us), there.get(0).owners());
      assertEquals(List.of(us), there.get(0).doors());
      assertEquals(peer.getLocalPort(), there.get(0).peer().port());
      assertTrue(there.get(0).loopback());
      served.close();
      peer.close();
      assertEquals(List.of(), connectionsTo(door, access));
    }
    access.close();
  }

  private static List<Connection> connectionsTo(ServerSocket door, WindowsRemoteAccess access)
      throws IOException {
    return access.look().connections().stream()
        .filter(each -> each.here().port() == door.getLocalPort())
        .toList();
  }
}
