package io.waybillguard.hq.acts;

import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Retention;
import io.waybillguard.hq.store.ActRows;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.DurableFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What people at HQ do, written down before they do it: durable and sealed when {@link #write}
 * returns. Safe for use by several threads.
 *
 * <p>A log has one writer. So each process that runs at a time, server or command, has a log of its
 * own under {@code acts/<n>/}: the first that no other process holds. A later process goes on with
 * it. Beside the log, a row in the database lets the console find the act.
 */
public final class Acts implements AutoCloseable {
  private static final String FOLDER = "acts";
  private static final String LOCK = "lock";

  /** So many processes write at a time. */
  private static final int MOST_LOGS = 256;

  /** After so many records the key is destroyed, and what it has signed is out of reach. */
  private static final int KEY_RECORDS = 64;

  private final EvidenceLog log;
  private final FileChannel lock;
  private final Path folder;
  private final ActRows rows;
  private final InstantSource clock;

  private Acts(EvidenceLog log, FileChannel lock, Path folder, ActRows rows, InstantSource clock) {
    this.log = log;
    this.lock = lock;
    this.folder = folder;
    this.rows = rows;
    this.clock = clock;
  }

  /**
   * Opens a log that nobody writes to, or begins one.
   *
   * @param data HQ's data folder
   * @param domain HQ's; the logs are named {@code acts.<domain>/agent/<id>}
   * @param version of HQ
   * @throws IOException if none can be opened
   */
  public static Acts open(
      Path data, String domain, String version, Database database, InstantSource clock)
      throws IOException {
    Path all = data.resolve(FOLDER);
    DurableFile.makePrivateFolder(all);
    for (int i = 1; i <= MOST_LOGS; i++) {
      Path folder = all.resolve(String.valueOf(i));
      DurableFile.makePrivateFolder(folder);
      Optional<FileChannel> lock = lock(folder.resolve(LOCK));
      if (lock.isEmpty()) {
        continue;
      }
      try {
        EvidenceLog log = EvidenceLog.open(folder, settings(domain), around(version, clock));
        Acts acts = new Acts(log, lock.get(), folder, new ActRows(database), clock);
        acts.catchUp();
        return acts;
      } catch (IOException | RuntimeException e) {
        lock.get().close();
        throw e;
      }
    }
    throw new IOException(MOST_LOGS + " processes write in " + all + " at a time; end some");
  }

  /** Waits for nobody: where another process writes, the next log is taken. */
  private static Optional<FileChannel> lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held by this very process: in use all the same.
    }
    if (lock == null) {
      channel.close();
      return Optional.empty();
    }
    return Optional.of(channel);
  }

  private static EvidenceLog.Settings settings(String domain) {
    // Nothing is ever cleared away, and every record is sealed when it is committed.
    Duration ever = Duration.ofDays(36_500);
    return new EvidenceLog.Settings(
        FOLDER + "." + domain,
        Duration.ZERO,
        1,
        ever,
        KEY_RECORDS,
        ever,
        new Retention(ever, ever, ever, Long.MAX_VALUE, 0));
  }

  private static EvidenceLog.Surroundings around(String version, InstantSource clock) {
    String boot = UUID.randomUUID().toString();
    long start = System.nanoTime();
    return new EvidenceLog.Surroundings(
        clock,
        () -> (System.nanoTime() - start) / 1000,
        boot,
        id -> new Desk(id, "", "", os(), boot, ZoneId.systemDefault(), version));
  }

  private static Desk.Os os() {
    String name = System.getProperty("os.name", "");
    String lower = name.toLowerCase(Locale.ROOT);
    int type = lower.startsWith("linux") ? 200 : lower.startsWith("windows") ? 100 : 99;
    return new Desk.Os(type, name, System.getProperty("os.version", ""));
  }

  /**
   * Writes down what is about to be done.
   *
   * @param who a console user, or {@code os:} and an account
   * @param place the address it was asked for from, or ""
   * @param about what it is done to, or ""
   * @param detail reason, filter or number, or ""
   * @throws NotRecorded if it could not be; it must then not be done. The log may hold it all the
   *     same: it says what was wanted, and a result proves what was done
   */
  public synchronized void write(
      HqAct.Deed deed, String who, String place, String about, String detail) throws NotRecorded {
    HqAct act = new HqAct(clock.instant(), deed, who, place, about, detail);
    try {
      if (log.durableSize() - log.keys().last().firstSize() >= KEY_RECORDS) {
        log.changeKey();
      }
      long seq = log.append(act);
      log.commit();
      rows.put(log.logId(), seq, act);
    } catch (IOException | RuntimeException e) {
      throw new NotRecorded(e);
    }
  }

  /** A kill between log and row leaves a record without its row. */
  private void catchUp() throws IOException {
    long next = rows.next(log.logId());
    if (next >= log.durableSize()) {
      return;
    }
    try (LogReader reader = LogReader.open(folder)) {
      for (long seq = next; seq < log.durableSize(); seq++) {
        Optional<HqAct> act = act(reader.entry(seq));
        if (act.isPresent()) {
          rows.put(log.logId(), seq, act.get());
        }
      }
    } catch (EvidenceException | JsonException e) {
      throw new IOException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Optional<HqAct> act(Optional<Entry> entry) throws JsonException {
    if (entry.isEmpty() || !entry.get().type().equals("hq.act")) {
      return Optional.empty();
    }
    Json.Obj event = Json.parse(entry.get().bodies().get(0).data());
    Json.Obj said = event.object("unmapped");
    Optional<HqAct.Deed> deed = HqAct.Deed.of(said.text("deed", ""));
    if (deed.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new HqAct(
            entry.get().at(),
            deed.get(),
            said.text("who", ""),
            event.object("src_endpoint").text("ip", ""),
            said.text("about", ""),
            said.text("detail", "")));
  }

  /** Id of the log that this process writes. */
  public String logId() {
    return log.logId();
  }

  /** The keys of the log that this process writes. */
  public KeyChain keys() {
    return log.keys();
  }

  /** The folders of all logs in HQ's data folder, in order. */
  public static List<Path> folders(Path data) throws IOException {
    if (!Files.isDirectory(data.resolve(FOLDER))) {
      return List.of();
    }
    List<Path> folders = new ArrayList<>();
    try (Stream<Path> all = Files.list(data.resolve(FOLDER))) {
      all.filter(Acts::isLog).sorted().forEach(folders::add);
    }
    return folders;
  }

  /** Whether a folder holds a log. */
  public static boolean isLog(Path folder) {
    return Files.isRegularFile(EvidenceLog.lockedFiles(folder).get(0));
  }

  @Override
  public void close() throws IOException {
    try {
      log.close();
    } finally {
      lock.close();
    }
  }
}
