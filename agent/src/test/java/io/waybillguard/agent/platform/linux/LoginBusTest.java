package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LoginBusTest {
  @TempDir private Path folder;

  /** The answer to Properties.Get of a yes or no, built by the specification's own rules. */
  private static byte[] answer(ByteOrder order, long to, boolean yes) {
    ByteBuffer out = ByteBuffer.allocate(40).order(order);
    out.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'l' : 'B')).put((byte) 2);
    out.put((byte) 1).put((byte) 1).putInt(8).putInt(77).putInt(15);
    out.put((byte) 5).put((byte) 1).put((byte) 'u').put((byte) 0).putInt((int) to);
    out.put((byte) 8).put((byte) 1).put((byte) 'g').put((byte) 0);
    out.put((byte) 1).put((byte) 'v').put((byte) 0).put((byte) 0);
    out.put((byte) 1).put((byte) 'b').put((byte) 0).put((byte) 0).putInt(yes ? 1 : 0);
    return out.array();
  }

  @Test
  void aYesOrNoIsReadInBothOrdersOfBytes() throws IOException {
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      for (boolean yes : List.of(true, false)) {
        DBusMessage read = DBusMessage.parse(answer(order, 4711, yes));
        assertEquals(4711, read.answers());
        assertEquals(Optional.of(yes), read.flag());
      }
    }
  }

  @Test
  void aCallIsReadBackAsItWasWritten() throws IOException {
    byte[] call = DBusMessage.call(3, "a.b", "/c", "d.e", "Get", List.of("one", "二"));
    assertEquals(call.length, DBusMessage.length(call));
    DBusMessage read = DBusMessage.parse(call);
    assertEquals(DBusMessage.CALL, read.type());
    assertEquals("ss", read.signature());
    assertEquals("one", read.words());
    assertEquals(Optional.empty(), read.flag());
  }

  @Test
  void noBytesWhateverMakeItFailOtherwiseThanInWords() {
    Random chance = new Random(20261127);
    byte[] good = answer(ByteOrder.LITTLE_ENDIAN, 2, true);
    int refused = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] bad = good.clone();
      for (int j = chance.nextInt(4); j >= 0; j--) {
        bad[chance.nextInt(bad.length)] = (byte) chance.nextInt(256);
      }
      try {
        DBusMessage read = DBusMessage.parse(bad);
        Optional<Boolean> unusedFlag = read.flag();
        String unusedWords = read.words();
      } catch (IOException e) {
        refused++;
      }
    }
    assertTrue(refused > 10_000, "refused " + refused);
  }

  @Test
  void aMessageThatIsTooLongIsRefusedBeforeItIsRead() {
    byte[] start = answer(ByteOrder.LITTLE_ENDIAN, 2, true);
    start[7] = 0x7f;
    IOException why = assertThrows(IOException.class, () -> DBusMessage.length(start));
    assertTrue(String.valueOf(why.getMessage()).contains("65536"), why.getMessage());
  }

  @Test
  void anIdIsWrittenAsLogindWritesIt() {
    assertEquals("c1", LoginBus.label("c1"));
    assertEquals("_31", LoginBus.label("1"));
    assertEquals("_312", LoginBus.label("12"));
    assertEquals("a_2db", LoginBus.label("a-b"));
  }

  /** Its file is there a moment before the bus listens. */
  private static boolean accepts(Path socket) {
    try (SocketChannel bus = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return bus.isConnected();
    } catch (IOException e) {
      return false; // not yet
    }
  }

  @Test
  void aRealBusLetsUsInAndSaysThatLogindIsNotThere() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/dbus-daemon")),
        "NOT TRIED: no /usr/bin/dbus-daemon here; apt-get install dbus-daemon");
    Path socket = folder.resolve("bus");
    Path config = folder.resolve("bus.conf");
    Files.writeString(
        config,
        "<busconfig><type>system</type><listen>unix:path="
            + socket
            + "</listen><auth>EXTERNAL</auth><policy context=\"default\"><allow send_destination=\"*\"/><allow receive_sender=\"*\"/>"
            + "<allow user=\"*\"/></policy></busconfig>");
    Process bus =
        new ProcessBuilder(
                "/usr/bin/dbus-daemon", "--config-file=" + config, "--nofork", "--nopidfile")
            .redirectError(folder.resolve("bus.log").toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (LoginBus asks = new LoginBus(socket)) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (!accepts(socket) && bus.isAlive() && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 2; i++) { // again: it connects anew after an error
        IOException why = assertThrows(IOException.class, () -> asks.isLocked("c1"));
        assertTrue(
            String.valueOf(why.getMessage()).contains("org.freedesktop.login1"),
            why.getMessage() + Files.readString(folder.resolve("bus.log")));
      }
    } finally {
      bus.destroy();
      assertTrue(bus.waitFor(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void withoutABusItSaysSo() {
    try (LoginBus asks = new LoginBus(folder.resolve("none"))) {
      assertThrows(IOException.class, () -> asks.isLocked("c1"));
    }
  }
}
