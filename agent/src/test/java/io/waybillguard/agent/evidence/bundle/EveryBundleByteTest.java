package io.waybillguard.agent.evidence.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.TestLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every byte of a small bundle changes once; which bit is drawn from a seed. By decay, under its
 * manifest, and by a forger who makes the manifests anew.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EveryBundleByteTest {
  private LooseBundle sound = new LooseBundle();
  private Pins pins = Pins.NONE;

  @BeforeAll
  void make(@TempDir Path made) throws Exception {
    try (TestLog desk = TestLog.in(made.resolve("data"));
        LogReader reader = LogReader.open(desk.folder())) {
      desk.add(2).seal();
      new BundleWriter(reader, List.of(), List.of(), TestLog.NOON, ZoneId.of("Asia/Shanghai"))
          .write(new TreeSet<>(List.of(1L)), made.resolve("bundle"), done -> {});
      pins = desk.firstKeyOnly();
    }
    sound = LooseBundle.of(made.resolve("bundle"));
    assertEquals(List.of(), BundleVerifier.verify(sound, pins, done -> {}).refused());
  }

  @Test
  @Timeout(600)
  void noByteOfAnyFileCanBeFlippedUnderItsManifest() throws IOException {
    flipAll(614, name -> true, bundle -> bundle);
  }

  @Test
  @Timeout(600)
  void noByteOfTheProofCanBeFlippedByAForgerWhoMakesTheManifestsAnew() throws IOException {
    flipAll(613, name -> !ForgedBundleTest.UNPROVEN.contains(name), LooseBundle::sealed);
  }

  private interface Sealing {
    LooseBundle of(LooseBundle forged);
  }

  private void flipAll(long seed, Predicate<String> which, Sealing sealing) throws IOException {
    int flips = 0;
    int files = 0;
    for (String name : sound.names()) {
      if (which.test(name)) {
        byte[] masks = new byte[sound.read(name).length];
        Random random = new Random(seed + files++);
        for (int at = 0; at < masks.length; at++) {
          masks[at] = (byte) (1 << random.nextInt(8));
        }
        int[] accepted =
            IntStream.range(0, masks.length)
                .parallel()
                .filter(at -> holds(sealing.of(flipped(name, at, masks[at]))))
                .toArray();
        assertEquals(List.of(), IntStream.of(accepted).boxed().toList(), "accepted in " + name);
        flips += masks.length;
      }
    }
    assertTrue(flips > 1_000, "flips: " + flips);
    org.slf4j.LoggerFactory.getLogger(EveryBundleByteTest.class)
        .warn("bundle: all {} bytes of {} files flipped once: 0 accepted", flips, files);
  }

  private boolean holds(LooseBundle forged) {
    return BundleVerifier.verify(forged, pins, done -> {}).holds();
  }

  private LooseBundle flipped(String name, int at, byte mask) {
    try {
      return sound
          .copy()
          .change(
              name,
              bytes -> {
                bytes[at] ^= mask;
                return bytes;
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
