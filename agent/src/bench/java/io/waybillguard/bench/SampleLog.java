package io.waybillguard.bench;

import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.Retention;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;

/** A log as an agent keeps it, and records like those it keeps. */
final class SampleLog {
  private SampleLog() {}

  static EvidenceLog open(Path data) throws IOException {
    long start = System.nanoTime();
    return EvidenceLog.open(
        data,
        new EvidenceLog.Settings(
            "bench.example.com",
            Duration.ofSeconds(60),
            256,
            Duration.ofHours(24),
            4096,
            Duration.ofHours(1),
            new Retention(
                Duration.ofDays(30), Duration.ofDays(180), Duration.ofDays(1095), 64L << 30, 0)),
        new EvidenceLog.Surroundings(
            InstantSource.system(),
            () -> (System.nanoTime() - start) / 1000,
            "6f1c0f0e-0000-4000-8000-000000000001",
            SampleLog::desk));
  }

  private static Desk desk(String logId) {
    return new Desk(
        logId,
        "SH-0021",
        "desk-1",
        new Desk.Os(200, "Debian GNU/Linux", "12"),
        "6f1c0f0e-0000-4000-8000-000000000001",
        ZoneId.of("Asia/Shanghai"),
        "0.1.0");
  }

  /** Waits for the next seal, as most records do. */
  static Event routine(long n) {
    Instant at = Instant.ofEpochMilli(1_781_000_000_000L + n);
    ProcessRef by = new ProcessRef(4_000 + n, "/home/scan/app/uploader", "scan");
    return new BytesSent(
        at.minusSeconds(60),
        at,
        by,
        ProcessRef.UNKNOWN,
        true,
        new BytesSent.Peer("203.0.113.7", 443, "upload.example.com", "", false),
        1_234_567 + n,
        4_096,
        3);
  }

  /** Sealed at once: each commit bears a signature. */
  static Event critical(long n) {
    return new ProgramAppeared(
        Instant.ofEpochMilli(1_781_000_000_000L + n),
        new FileRef("/home/scan/app/" + n, "elf", 4096, "ab".repeat(32), "", "scan", false, true),
        new Origin(Origin.Medium.REMOVABLE, "same_hash", "/media/STICK/app", "ab".repeat(32)),
        ProcessRef.UNKNOWN);
  }
}
