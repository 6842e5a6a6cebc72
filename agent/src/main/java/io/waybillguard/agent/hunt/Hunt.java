package io.waybillguard.agent.hunt;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.hunt.search.PathGlob;
import io.waybillguard.agent.platform.RunningProgram;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One hunt under way: the log's records, what is so now, then the files. Owned by one thread. */
final class Hunt implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Hunt.class);

  private static final int PIECE = 1 << 20;

  /** Larger files are not hashed: nobody carries a tool of this size in on a stick unseen. */
  private static final long MOST_HASHED = 1L << 30;

  private final Order order;
  private final Ground ground;
  private final Eye eye;
  private final Findings findings;
  private final Instant began;
  private final long recordsUntil;
  private Progress.Stage stage;
  private long record;
  private Optional<Path> file;
  private long files;
  private long unread;
  private @Nullable Walk walk;
  private @Nullable Hashing hashing;

  /**
   * @param recordsUntil size of the log: later records are no part of this hunt
   */
  Hunt(Order order, Progress from, Ground ground, Instant began, long recordsUntil) {
    this.order = order;
    this.ground = ground;
    this.began = began;
    this.recordsUntil = recordsUntil;
    this.stage = from.stage();
    this.record = from.record();
    this.file = from.file().isEmpty() ? Optional.empty() : Optional.of(Path.of(from.file()));
    this.files = from.files();
    this.unread = from.unread();
    this.findings = new Findings(from.findings(), from.unlisted());
    this.eye = new Eye(order.search(), ground.system(), findings::add);
  }

  Order order() {
    return order;
  }

  boolean isDone() {
    return stage == Progress.Stage.DONE;
  }

  Progress progress() {
    long folders = walk == null ? 0 : walk.unread();
    return new Progress(
        stage,
        record,
        file.map(Path::toString).orElse(""),
        began,
        files,
        unread + folders,
        findings.listed(),
        findings.unlisted());
  }

  /**
   * A small piece of work: a record, an entry of a folder, or a mebibyte of a file.
   *
   * @return how many bytes of files were read
   */
  long step(LogReader log) throws IOException {
    switch (stage) {
      case RECORDS -> {
        if (record >= recordsUntil) {
          stage = stage.next();
        } else {
          look(log, record++);
        }
      }
      case NOW -> {
        lookAround();
        stage = eye.wantsFiles() ? Progress.Stage.FILES : Progress.Stage.DONE;
      }
      case FILES -> {
        return lookAtFiles();
      }
      case DONE -> {}
    }
    return 0;
  }

  private void look(LogReader log, long seq) throws IOException {
    try {
      Optional<byte[]> event = log.entry(seq).flatMap(Entry::event);
      if (event.isPresent()) {
        Recall.observation(event.get()).ifPresent(seen -> eye.record(seq, seen));
      }
    } catch (EvidenceException | JsonException e) {
      // 'evidence verify' tells what is wrong with it; here it cannot be looked at.
      LOG.warn("record={} cannot be read: {}", seq, e.getMessage());
      unread++;
    }
  }

  private void lookAround() throws IOException {
    Map<Long, RunningProgram> all = new HashMap<>();
    ground.running().forEach(program -> all.put(program.pid(), program));
    for (RunningProgram program : all.values()) {
      eye.running(program, all, signer(program.executable()));
    }
    for (AutostartEntry entry : ground.autostarts()) {
      eye.autostart(entry, signer(entry.program().path()));
    }
  }

  private String signer(String program) {
    return order.search().signers().isEmpty() || program.isEmpty()
        ? ""
        : ground.signer(Path.of(program));
  }

  private long lookAtFiles() throws IOException {
    if (hashing != null) {
      return hash(hashing);
    }
    if (walk == null) {
      walk = new Walk(folders(), ground.elsewhere(), file);
    }
    Walk.Step step = walk.next();
    if (step.isOver()) {
      unread += walk.unread();
      walk = null;
      stage = stage.next();
    }
    step.file().ifPresent(this::look);
    return 0;
  }

  /** Where a file that is looked for can be; all folders, unless all patterns name theirs. */
  private List<Path> folders() throws IOException {
    boolean anywhere =
        eye.wantsContent()
            || !order.search().tools().isEmpty()
            || !order.search().rules().isEmpty()
            || order.search().paths().stream().anyMatch(p -> p.below().isEmpty());
    List<Path> roots = ground.roots();
    if (anywhere) {
      return roots;
    }
    return order.search().paths().stream()
        .map(PathGlob::below)
        .flatMap(below -> roots.stream().map(root -> under(root, below)))
        .filter(Files::isDirectory)
        .distinct()
        .toList();
  }

  /** A folder of a root; of another root it stays where it is, and is not there. */
  private static Path under(Path root, String below) {
    Path folder = Path.of(below);
    return folder.startsWith(root) ? folder : root.resolve("nowhere");
  }

  private void look(Path found) {
    eye.file(found.toString());
    if (eye.wantsContent()) {
      open(found);
    }
    if (hashing == null) {
      done(found);
    }
  }

  /** A new start goes on after it. */
  private void done(Path looked) {
    files++;
    file = Optional.of(looked);
  }

  private void open(Path found) {
    try {
      long size = Files.size(found);
      if (size > 0 && size <= MOST_HASHED) {
        hashing = new Hashing(found, PIECE);
      } else if (size > MOST_HASHED) {
        unread++;
      }
    } catch (IOException e) {
      unread++;
    }
  }

  private long hash(Hashing under) {
    long before = under.read();
    boolean over = true;
    try {
      Optional<String> sha256 = under.step();
      // A file that grows while it is read would never end.
      over = sha256.isPresent() || under.read() > MOST_HASHED;
      sha256.ifPresent(hash -> eye.content(under.file().toString(), hash));
    } catch (IOException e) {
      unread++;
    }
    if (over) {
      close();
      done(under.file());
    }
    return under.read() - before;
  }

  /** Lets go of the file that is being read. */
  @Override
  public void close() {
    Hashing open = hashing;
    hashing = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("file={} was not closed", open.file(), e);
      }
    }
  }
}
