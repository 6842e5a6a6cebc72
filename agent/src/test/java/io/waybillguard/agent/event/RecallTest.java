package io.waybillguard.agent.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** That each kind comes back as it was is {@link OcsfSchemaTest}'s; here, what was never ours. */
final class RecallTest {
  private static final String LOGIN =
      "{\"metadata\":{\"event_code\":\"session.start\"},\"time\":1781236800000,\"src_endpoint\":{\"ip\":"
          + "\"10.0.0.7\",\"port\":%s},\"unmapped\":{\"confidence_id\":%s,\"signals\":%s}}";

  private static Optional<Observation> recalled(String body) throws JsonException {
    return Recall.observation(body.getBytes(UTF_8));
  }

  @Test
  void aKindOfALaterVersionIsNone() throws Exception {
    assertEquals(
        Optional.empty(), recalled("{\"metadata\":{\"event_code\":\"moon.full\"},\"time\":1}"));
    assertEquals(Optional.empty(), recalled("{}"));
  }

  @Test
  void whatNoRecordCanHoldIsRefusedWithItsReason() throws Exception {
    assertTrue(recalled(LOGIN.formatted("22", "3", "[\"logind\"]")).isPresent());
    for (String bad :
        new String[] {
          LOGIN.formatted("4294967318", "3", "[]"),
          LOGIN.formatted("22", "9", "[]"),
          LOGIN.formatted("22", "3", "\"logind\""),
          LOGIN.formatted("22", "3", "[1]"),
          "not json"
        }) {
      assertThrows(JsonException.class, () -> recalled(bad), bad);
    }
  }

  @Test
  void bytesWithErrorsAreRefusedOrReadAndNeverThrowAnythingElse() {
    byte[] good = LOGIN.formatted("22", "3", "[\"logind\",\"socket\"]").getBytes(UTF_8);
    Random random = new Random(20_261_127);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) (random.nextInt(95) + 32);
      }
      try {
        Recall.observation(bad);
        read++;
      } catch (JsonException e) {
        assertTrue(e.getMessage() != null && !e.getMessage().isEmpty());
      }
    }
    assertTrue(read > 1_000, "only " + read + " were read");
  }
}
