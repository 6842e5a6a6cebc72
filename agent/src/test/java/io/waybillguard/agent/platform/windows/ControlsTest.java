package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.jna.Memory;
import io.waybillguard.agent.platform.SystemEvent;
import io.waybillguard.agent.platform.SystemEvent.SessionChange;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ControlsTest {
  @Test
  void a_stop_and_both_words_of_a_shutdown_end_the_service() {
    assertEquals(Optional.of("service"), Controls.end(1));
    assertEquals(Optional.of("shutdown"), Controls.end(5));
    assertEquals(Optional.of("shutdown"), Controls.end(15));
    assertEquals(Optional.empty(), Controls.end(14));
  }

  @Test
  void a_session_change_names_the_session_and_what_became_of_it() {
    try (Memory notification = new Memory(8)) {
      notification.setInt(0, 8);
      notification.setInt(4, 3);
      assertEquals(
          Optional.of(new SystemEvent.SessionChanged(SessionChange.LOCK, 3)),
          Controls.event(14, 7, notification));
      assertEquals(
          Optional.of(new SystemEvent.SessionChanged(SessionChange.REMOTE_CONNECT, 3)),
          Controls.event(14, 3, notification));
      assertEquals(
          Optional.of(new SystemEvent.SessionChanged(SessionChange.OTHER, 3)),
          Controls.event(14, 11, notification));
    }
    assertEquals(Optional.empty(), Controls.event(14, 7, null));
  }

  @Test
  void a_new_time_comes_with_the_old_one() {
    try (Memory info = new Memory(16)) {
      // 2026-11-27T12:00:00Z and an hour later, in steps of 100 ns since 1601.
      info.setLong(0, 134_402_580_000_000_000L);
      info.setLong(8, 134_402_544_000_000_000L);
      Instant from = Instant.parse("2026-11-27T12:00:00Z");
      assertEquals(
          Optional.of(new SystemEvent.TimeSet(from, from.plusSeconds(3600))),
          Controls.event(16, 0, info));
    }
  }

  @Test
  void sleep_and_waking_are_told_and_a_battery_is_not() {
    assertEquals(Optional.of(new SystemEvent.Suspending()), Controls.event(13, 4, null));
    assertEquals(Optional.of(new SystemEvent.Resumed()), Controls.event(13, 18, null));
    assertEquals(Optional.empty(), Controls.event(13, 10, null));
    assertEquals(Optional.of(new SystemEvent.DevicesChanged()), Controls.event(11, 0x8000, null));
  }
}
