package io.waybillguard.agent.platform.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** By which number Windows knows a file. */
final class FileIndexTest {
  @Test
  void the_structure_is_laid_out_as_the_headers_say() throws IOException {
    String headers = "/io/waybillguard/agent/platform/windows/layouts.txt";
    try (InputStream in = FileIndexTest.class.getResourceAsStream(headers)) {
      List<String> lines =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .toList();
      String name = "BY_HANDLE_FILE_INFORMATION";
      assertTrue(
          lines.containsAll(
              List.of(
                  name + " size " + FileIndex.SIZE,
                  name + ".dwVolumeSerialNumber offset " + FileIndex.VOLUME,
                  name + ".nFileIndexHigh offset " + FileIndex.HIGH,
                  name + ".nFileIndexLow offset " + FileIndex.LOW)));
    }
  }

  @Test
  void volume_and_index_are_read_from_where_the_structure_has_them() {
    ByteBuffer told = ByteBuffer.allocate(FileIndex.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    told.putInt(FileIndex.VOLUME, 0xCAFE1234);
    told.putInt(FileIndex.HIGH, 0x10000).putInt(FileIndex.LOW, 7);
    assertEquals("cafe1234-0001000000000007", FileIndex.text(told.array()));
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void a_file_four_hundred_characters_deep_has_one_and_keeps_it_when_it_is_put_away(
      @TempDir Path here) throws IOException {
    Path deep = here;
    while (deep.toString().length() < 400) {
      deep = Files.createDirectory(deep.resolve("一个名字很长的文件夹 with a long name"));
    }
    Path file = Files.writeString(deep.resolve("面单.txt"), "a");
    Optional<String> index = FileIndex.of(file);
    assertTrue(index.isPresent(), file::toString);
    Path away = Files.createDirectory(here.resolve("away"));
    assertEquals(index, FileIndex.of(Files.move(file, away.resolve("面单.txt"))));
    assertEquals(Optional.empty(), FileIndex.of(file));
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void a_renamed_file_keeps_it_and_its_successor_has_another(@TempDir Path here)
      throws IOException {
    Path log = Files.writeString(here.resolve("日志.log"), "a");
    Optional<String> before = FileIndex.of(log);
    Path old = Files.move(log, here.resolve("日志.1"));
    assertEquals(before, FileIndex.of(old));
    assertNotEquals(before, FileIndex.of(Files.writeString(log, "b")));
    assertEquals(Optional.empty(), FileIndex.of(here.resolve("none")));
    assertEquals(FileKey.of(old).orElseThrow().key(), before.orElseThrow());
  }
}
