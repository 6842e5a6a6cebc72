package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.waybillguard.agent.platform.ScriptedRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A running agent that is not enrolled, and group policy that names a file for its PC. */
final class LateEnrolmentTest {
  private static final String AWAY = "https://127.0.0.1:9";

  @TempDir private Path root;
  private Path file;
  private LateEnrolment late;

  @BeforeEach
  void aDeskUnderGroupPolicy() throws IOException {
    file = root.resolve("desk-7.env");
    Path home = root.resolve("home");
    Files.createDirectories(Home.at(home).data());
    Words words = new Words(Language.EN);
    ByteArrayOutputStream nowhere = new ByteArrayOutputStream();
    Call call =
        new Call(
            Map.of(),
            false,
            words,
            new Terminal(nowhere, nowhere, StandardCharsets.UTF_8, false, words));
    new CommandLine(call).parseArgs("--home", home.toString());
    late =
        new LateEnrolment(
            call,
            new ScriptedRegistry()
                .value(RolloutPolicy.KEY, "Hq", AWAY)
                .value(RolloutPolicy.KEY, "EnrolFile", file.toString()));
  }

  @Test
  void theFileIsWaitedFor() throws Exception {
    assertEquals(0, late.attempt());
    Files.writeString(file, "WG_TOKEN=no token\n");
    assertThrows(Refusal.class, late::attempt);
  }

  @Test
  void whatWasRefusedIsTriedAgainOnlyWhenItIsAnother() throws Exception {
    Files.writeString(file, "WG_TOKEN=no token\n");
    Refusal refusal = assertThrows(Refusal.class, late::attempt);
    assertEquals(Exit.FAILED, refusal.exit());
    assertEquals(0, late.attempt());
    Files.writeString(file, "WG_TOKEN=another that is none\n");
    assertThrows(Refusal.class, late::attempt);
    assertEquals(0, late.attempt());
  }

  @Test
  void anHqThatIsAwayIsTriedAgain() throws Exception {
    Files.writeString(
        file, "WG_TOKEN=wgBclULvOkev1umkP9tlF7PGPnRGfO4XJYIL9zxWis_4alnzqH6Nru7VCl0dt1uVUI\n");
    for (int i = 0; i < 2; i++) {
      Refusal refusal = assertThrows(Refusal.class, late::attempt);
      assertEquals(Exit.UNAVAILABLE, refusal.exit());
    }
  }
}
