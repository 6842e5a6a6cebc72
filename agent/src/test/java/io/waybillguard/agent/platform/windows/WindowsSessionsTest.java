package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.waybillguard.agent.platform.DeskSigns;
import io.waybillguard.agent.platform.SystemEvent;
import io.waybillguard.agent.platform.SystemEvent.SessionChange;
import io.waybillguard.agent.platform.SystemEvents;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
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
    long session = Sessions.atConsole().orElseThrow();
    events.tell(new SystemEvent.SessionChanged(SessionChange.LOCK, session));
    desk.await(Duration.ofDays(1));
    assertEquals(DeskSigns.Lock.LOCKED, desk.look().lock());
    events.tell(new SystemEvent.SessionChanged(SessionChange.UNLOCK, session));
    assertEquals(DeskSigns.Lock.UNLOCKED, desk.look().lock());
    desk.close();
  }

  @Test
  void a_system_that_lists_no_sessions_is_not_one_where_nobody_is_in() {
    assumeTrue(WindowsVersion.isWine(), "Wine lists none");
    IOException blind =
        assertThrows(IOException.class, () -> new WindowsRemoteAccess(events).open());
    assertEquals("this system lists no sessions, not even this one", blind.getMessage());
  }
}
