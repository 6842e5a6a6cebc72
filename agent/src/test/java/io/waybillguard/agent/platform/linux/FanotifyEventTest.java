package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FanotifyEventTest {
  @Test
  void whatTheKernelToldIsReadInItsOrder() throws IOException {
    List<FanotifyEvent> events = FanotifyEvent.parse(captured());
    assertEquals(
        List.of("面单 tool", "面单 tool", "1", "2", "b", "2"),
        events.stream().map(FanotifyEventTest::name).toList());
    assertEquals(
        List.of(298, 299, 297, 301, 302, 303), events.stream().map(FanotifyEvent::pid).toList());
    assertTrue(events.stream().allMatch(event -> event.fd() == -1));

    assertTrue(events.get(0).has(FanotifyEvent.CLOSE_WRITE));
    FanotifyEvent merged = events.get(1);
    assertTrue(merged.has(FanotifyEvent.OPEN_EXEC) && merged.has(FanotifyEvent.ACCESS));
    assertTrue(events.get(3).has(FanotifyEvent.MOVED_TO));
    assertTrue(events.get(4).has(FanotifyEvent.ONDIR) && events.get(4).has(FanotifyEvent.MOVED_TO));
    assertTrue(events.get(5).has(FanotifyEvent.CLOSE_NOWRITE));
  }

  @Test
  void oneFolderHasOneHandleWhateverItIsCalled() throws IOException {
    List<FanotifyEvent> events = FanotifyEvent.parse(captured());
    assertEquals(handle(events.get(0)), handle(events.get(4)), "both in the root of the tmpfs");
    assertEquals(handle(events.get(2)), handle(events.get(5)), "in the folder that was moved");
  }

  @Test
  void anEventThatIsCutIsAnErrorAndNotAGuess() throws IOException {
    ByteBuffer cut = captured();
    cut.limit(cut.limit() - 8);
    IOException e = assertThrows(IOException.class, () -> FanotifyEvent.parse(cut));
    assertTrue(e.toString().contains("not understood"), e::toString);
  }

  @Test
  void anotherVersionOrAHandleLongerThanItsRecordIsAnError() throws IOException {
    ByteBuffer version = captured();
    version.put(4, (byte) 4);
    assertThrows(IOException.class, () -> FanotifyEvent.parse(version));

    ByteBuffer handle = captured();
    handle.putInt(24 + 12, 4096);
    assertThrows(IOException.class, () -> FanotifyEvent.parse(handle));
    handle.putInt(24 + 12, -9);
    assertThrows(IOException.class, () -> FanotifyEvent.parse(handle));
  }

  @Test
  void anOverflowHasNoPlace() throws IOException {
    ByteBuffer overflow = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    overflow.putInt(24).put((byte) 3).put((byte) 0).putShort((short) 24);
    overflow.putLong(FanotifyEvent.Q_OVERFLOW).putInt(-1).putInt(0).flip();
    FanotifyEvent event = FanotifyEvent.parse(overflow).get(0);
    assertTrue(event.has(FanotifyEvent.Q_OVERFLOW));
    assertNull(event.place());
  }

  private static ByteBuffer captured() {
    return ByteBuffer.wrap(Fixtures.bytes("fanotify-tmpfs.bin")).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String name(FanotifyEvent event) {
    FanotifyEvent.Place place = event.place();
    assertNotNull(place);
    return new String(place.name().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static ByteBuffer handle(FanotifyEvent event) {
    FanotifyEvent.Place place = event.place();
    assertNotNull(place);
    return place.handle();
  }
}
