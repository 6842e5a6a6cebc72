package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** Reads what the product makes of an event. */
final class LogFilesTest {
  @TempDir private Path home;

  @Test
  void oneEventIsOneLineOfUtf8WhateverIsInIt() throws Exception {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    LogLines.write(context, home.resolve("logs").resolve("agent").toString());

    Logger log = context.getLogger("io.waybillguard.agent.run.Watchdog");
    log.info("sensor={} 插入", "usb");
    log.warn("stick=\"{}\"", "a\r\nWARN forged");
    log.error("duty=report", new IllegalStateException("outer", new RuntimeException("inner")));
    log.debug("not for operators");
    context.stop();

    List<String> lines = Files.readAllLines(home.resolve("logs").resolve("agent.log"));
    assertEquals(3, lines.size(), lines::toString);
    assertTrue(
        lines
            .get(0)
            .matches(
                "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ INFO  \\[main] Watchdog"
                    + " sensor=usb 插入"),
        lines.get(0));
    assertTrue(lines.get(1).endsWith("Watchdog stick=\"a | WARN forged\""), lines.get(1));
    assertTrue(
        lines.get(2).contains("duty=report | java.lang.IllegalStateException: outer | at "),
        lines.get(2));
    assertTrue(lines.get(2).contains("Caused by: java.lang.RuntimeException: inner | "));
  }
}
