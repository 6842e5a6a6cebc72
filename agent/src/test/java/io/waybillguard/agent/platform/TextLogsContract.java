package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What whoever reads logs relies on, real or by hand. */
public interface TextLogsContract {
  /** The logs under test, not open. Each call within one test is a new run over the same logs. */
  TextLogs logs();

  /** A program writes a line. */
  void write(String line) throws IOException;

  /** Everything that is there to be read. */
  static List<String> read(TextLogs logs) {
    List<String> lines = new ArrayList<>();
    TextLogs.Added added;
    do {
      added = logs.look();
      added.lines().forEach(line -> lines.add(line.text()));
    } while (added.more());
    return lines;
  }

  @Test
  default void aLineIsToldOnceAndInOrder() throws Exception {
    TextLogs logs = logs();
    logs.open();
    write("first");
    write("second");
    assertEquals(List.of("first", "second"), read(logs));
    assertEquals(List.of(), read(logs));
    write("third");
    assertEquals(List.of("third"), read(logs));
  }

  @Test
  default void whatWasThereBeforeAnybodyLookedIsNotTold() throws Exception {
    write("old");
    TextLogs logs = logs();
    logs.open();
    write("new");
    assertEquals(List.of("new"), read(logs));
  }

  @Test
  default void whatIsWrittenWhileNobodyLooksIsToldByTheNextRun() throws Exception {
    write("old");
    TextLogs before = logs();
    before.open();
    write("seen");
    assertEquals(List.of("seen"), read(before));
    before.save();
    write("missed");
    TextLogs after = logs();
    after.open();
    assertEquals(List.of("missed"), read(after));
  }
}
