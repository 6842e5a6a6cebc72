package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.RemoteLines.Cut;
import io.waybillguard.agent.platform.RemoteLines.Line;
import io.waybillguard.agent.platform.RemoteLines.Server;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What every way to end remote logins promises: what was meant ends, and nothing else. */
public abstract class RemoteLinesContract {
  protected abstract RemoteLines lines();

  /** Opens a connection to this PC, of one server with all others of the test. */
  protected abstract Line connect() throws Exception;

  /** The other side of a connection closes it. */
  protected abstract void hangUp(Line line) throws Exception;

  /** Starts a process that serves a login; {@code before} is a moment when it ran. */
  protected abstract Server serve() throws Exception;

  @Test
  void aConnectionIsOpenUntilItIsCutAndThenThereIsNone() throws Exception {
    Line line = connect();
    assertTrue(lines().holds(line));
    assertNotEquals(Cut.ABSENT, lines().cut(line));
    assertFalse(lines().holds(line));
    assertEquals(Cut.ABSENT, lines().cut(line));
  }

  @Test
  void anotherConnectionOfTheSameServerGoesOn() throws Exception {
    Line meant = connect();
    Line other = connect();
    assertNotEquals(Cut.ABSENT, lines().cut(meant));
    assertTrue(lines().holds(other));
  }

  @Test
  void oneThatTheOtherSideClosedIsNotThereToBeCut() throws Exception {
    Line line = connect();
    hangUp(line);
    assertFalse(lines().holds(line));
    assertEquals(Cut.ABSENT, lines().cut(line));
  }

  @Test
  void aConnectionIsKnownByAllFourOfItsEnds() throws Exception {
    Line line = connect();
    Line otherPort = new Line(line.here(), line.herePort(), line.peer(), line.peerPort() ^ 1);
    Line turned = new Line(line.peer(), line.peerPort() ^ 1, line.here(), line.herePort());
    assertEquals(Cut.ABSENT, lines().cut(otherPort));
    assertEquals(Cut.ABSENT, lines().cut(turned));
    assertTrue(lines().holds(line));
  }

  @Test
  void aProcessRunsUntilItIsEndedAndThenThereIsNone() throws Exception {
    Server server = serve();
    assertTrue(lines().runs(server));
    assertEquals(Cut.ENDED, lines().end(server));
    assertFalse(lines().runs(server));
    assertEquals(Cut.ABSENT, lines().end(server));
  }

  @Test
  void aProcessOfThatNumberWhichIsAnotherIsLeftAlone() throws Exception {
    Server server = serve();
    Server otherProgram = new Server(server.pid(), "/usr/bin/other", server.before());
    Server startedLater =
        new Server(server.pid(), server.executable(), server.before().minus(Duration.ofHours(1)));
    for (Server another : new Server[] {otherProgram, startedLater}) {
      assertFalse(lines().runs(another), another::toString);
      assertEquals(Cut.ABSENT, lines().end(another), another::toString);
    }
    assertTrue(lines().runs(server));
  }
}
