package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ArgumentLineTest {
  @Test
  void only_what_would_be_taken_apart_is_quoted() {
    assertEquals(
        "\"C:\\Program Files\\面单卫士\\bin\\java.exe\" -jar C:\\wg\\agent.jar run",
        ArgumentLine.of(
            List.of("C:\\Program Files\\面单卫士\\bin\\java.exe", "-jar", "C:\\wg\\agent.jar", "run")));
    assertEquals("\"\"", ArgumentLine.of(List.of("")));
  }

  /** The examples of "Parsing C command-line arguments" in Microsoft's documentation, backwards. */
  @Test
  void backslashes_count_double_before_a_quotation_mark_and_only_there() {
    assertEquals("a\\\\\\b", ArgumentLine.of(List.of("a\\\\\\b")));
    assertEquals("\"a\\\\b c\"", ArgumentLine.of(List.of("a\\\\b c")));
    assertEquals("\"a\\\\\\\"b\"", ArgumentLine.of(List.of("a\\\"b")));
    assertEquals("\"C:\\a folder\\\\\"", ArgumentLine.of(List.of("C:\\a folder\\")));
  }
}
