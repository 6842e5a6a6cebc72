package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.FolderChanges;
import io.waybillguard.agent.platform.Registry;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The real registry, read and watched. */
@EnabledOnOs(OS.WINDOWS)
final class WindowsRegistryTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Registry registry = new WindowsRegistry();
  private final WindowsFolders watch = new WindowsFolders();
  private TestKey key;

  @BeforeEach
  void aKey() throws IOException {
    key = new TestKey();
    watch.open();
  }

  @AfterEach
  void away() {
    watch.close();
    key.close();
  }

  @Test
  void keysAndValuesOfEachTypeAreRead() throws IOException {
    key.create("子键");
    key.set("", "text", "\"C:\\程序\\a.exe\" /s");
    key.set("number", -1);
    key.setList("list", "one", "two");
    key.set("bytes", new byte[] {3, 0, (byte) 0xff});
    assertEquals(List.of("子键"), registry.keys(key.path()));
    assertEquals(
        Set.of(
            new Registry.Value("text", "\"C:\\程序\\a.exe\" /s"),
            new Registry.Value("number", "4294967295"),
            new Registry.Value("list", "one\ntwo"),
            new Registry.Value("bytes", "0300ff")),
        new HashSet<>(registry.values(key.path())));
  }

  @Test
  void whatIsNotThereIsSaidToBe() {
    assertThrows(NoSuchFileException.class, () -> registry.keys(key.path() + "\\none"));
    assertThrows(NoSuchFileException.class, () -> registry.values("HKEY_NOWHERE\\x"));
  }

  @Test
  void theMachinesOwnKeysAreThere() throws IOException {
    assertTrue(
        registry
            .keys("HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT")
            .contains("CurrentVersion"));
  }

  @Test
  void aValueThatIsSetIsToldAndToldAgain() throws IOException {
    assertEquals(List.of(), watch.watchKeys(List.of(key.path())));
    for (int i = 0; i < 3; i++) {
      key.set("", "Run", "once " + i);
      assertEquals(Set.of(key.path()), changed(1));
    }
  }

  @Test
  void belowIsToldOnlyWhereItWasAskedFor() throws IOException {
    key.create("below");
    key.create("other");
    String deep = key.path() + "\\**";
    String flat = key.path() + "\\other";
    assertEquals(List.of(), watch.watchKeys(List.of(deep, flat)));
    key.set("below", "x", "y");
    assertEquals(Set.of(deep), changed(1));
    key.set("other", "x", "y");
    assertEquals(Set.of(deep, flat), changed(2));
  }

  @Test
  void aKeyThatIsNotThereIsGivenBackAndOneAboveItTellsWhenItComes() throws IOException {
    String missing = key.path() + "\\none";
    assertEquals(List.of(missing), watch.watchKeys(List.of(missing, key.path())));
    key.create("none");
    assertEquals(Set.of(key.path()), changed(1));
    assertEquals(List.of(), watch.watchKeys(List.of(missing, key.path())));
  }

  @Test
  void moreKeysThanOneThreadCanWaitForAreWatched() throws IOException {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      key.create("k" + i);
      all.add(key.path() + "\\k" + i);
    }
    assertEquals(List.of(), watch.watchKeys(all));
    assertEquals(List.of(), watch.watchKeys(all.subList(0, 140)));
    key.set("k139", "x", "y");
    assertEquals(Set.of(all.get(139)), changed(1));
  }

  private Set<String> changed(int count) throws IOException {
    Set<String> all = new HashSet<>();
    Instant end = Instant.now().plus(LONG);
    while (all.size() < count && Instant.now().isBefore(end)) {
      FolderChanges.Changes some = watch.await(Duration.ofSeconds(1));
      all.addAll(some.keys());
    }
    return all;
  }
}
