package io.waybillguard.hq.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServerIdentityTest {
  private final Instant now = Instant.now();

  @TempDir private Path folder;
  private HqKeys keys;
  private ServerIdentity shown;

  @BeforeEach
  void oneServer() throws Exception {
    keys = HqKeys.create(folder, HqKeys.DEFAULT_DOMAIN, now);
    shown = ServerIdentity.of(keys, List.of("one.example"), now);
  }

  /** Two servers of one folder would otherwise replace each other's certificate for ever. */
  @Test
  void whatAnotherServerOfTheFolderMadeForItsNamesIsItsOwnMatter() throws Exception {
    ServerIdentity.of(keys, List.of("two.example"), now);
    assertEquals(shown, shown.renewed(keys, List.of("one.example"), now));
  }

  @Test
  void itIsRemadeForANewNameAndBeforeItEnds() throws Exception {
    ServerIdentity wider = shown.renewed(keys, List.of("one.example", "new.example"), now);
    assertNotEquals(shown.certificate(), wider.certificate());
    Instant later = now.plus(Duration.ofDays(340));
    ServerIdentity younger = shown.renewed(keys, List.of("one.example"), later);
    assertNotEquals(shown.certificate(), younger.certificate());
    Instant end = younger.certificate().getNotAfter().toInstant();
    assertTrue(end.isAfter(later.plus(Duration.ofDays(390))), end::toString);
  }
}
