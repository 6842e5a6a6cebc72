package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link Lifeline} that somebody listens to must carry. */
public interface LifelineContract {
  /** The line. */
  Lifeline line();

  /** What the other end has heard so far, a word or {@code ready} and the status each. */
  List<String> heard() throws IOException;

  @Test
  default void theOtherEndHearsEachWordOnceAndInOrder() throws IOException {
    Lifeline line = line();
    line.ready("ready sensors=7 live=7 blind=");
    line.alive();
    line.alive();
    line.stopping();
    assertEquals(
        List.of("ready ready sensors=7 live=7 blind=", "alive", "alive", "stopping"), heard());
  }

  @Test
  default void aStatusIsOneLineWhateverIsInIt() throws IOException {
    line().ready("live=1\nSTOPPING=1");
    assertEquals(List.of("ready live=1 STOPPING=1"), heard());
  }
}
