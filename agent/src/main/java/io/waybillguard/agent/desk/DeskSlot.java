package io.waybillguard.agent.desk;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.OperatorSignedOn.How;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where word is left for the agent on a system without sockets in the file system, in place of the
 * {@link DeskDoor}: a folder that only this PC's administrator may write to. A note is one line of
 * JSON in a file, as it would go over the socket; it is durable when it is left, and taken away
 * when it is in the log. Only what takes the administrator's word is heard here: who signs on has
 * to be told by the kernel, and no kernel speaks for a file.
 *
 * <p>A note is taken in each {@value #LOOK_S} s, so that nobody fills the log by leaving them.
 */
public final class DeskSlot implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(DeskSlot.class);
  private static final int LOOK_S = 3;
  private static final int LONGEST_NOTE = 4_096;
  private static final String ENDING = ".note";

  private final Path folder;
  private final Hearing hearing;
  private final Semaphore signal = new Semaphore(0);

  /**
   * @param folder need not exist
   * @param hearing takes down what is said
   */
  public DeskSlot(Path folder, Hearing hearing) {
    this.folder = folder;
    this.hearing = hearing;
  }

  /**
   * Where a new note may be put, whole: written under another name first, and only by this PC's
   * administrator. It holds {@link Saying#json}.
   */
  public static Path another(Path folder) {
    return folder.resolve(UUID.randomUUID() + ENDING);
  }

  @Override
  public String name() {
    return "desk-slot";
  }

  @Override
  public int step() throws IOException, InterruptedException {
    if (signal.tryAcquire(LOOK_S, TimeUnit.SECONDS)) {
      return 0;
    }
    return take();
  }

  /** Takes one note in, if there is one. */
  int take() throws IOException, InterruptedException {
    Optional<Path> note = note();
    if (note.isEmpty()) {
      return 0;
    }
    try {
      Json.Obj reply = heard(note.get());
      if (!reply.flag("ok", false)) {
        throw new IllegalArgumentException("it was answered " + reply.text("why", "nothing"));
      }
    } catch (JsonException | IllegalArgumentException e) {
      LOG.warn("a note was left that cannot be: {}", e.getMessage());
    }
    Files.delete(note.get());
    return 1;
  }

  private Optional<Path> note() throws IOException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> notes = Files.newDirectoryStream(folder, "*" + ENDING)) {
      Iterator<Path> each = notes.iterator();
      return each.hasNext() ? Optional.of(each.next()) : Optional.empty();
    }
  }

  private Json.Obj heard(Path note) throws IOException, JsonException, InterruptedException {
    long size = Files.size(note);
    if (size > LONGEST_NOTE) {
      throw new IllegalArgumentException(
          "it has " + size + " bytes, and at most " + LONGEST_NOTE + " are read");
    }
    if (!(Saying.parse(Files.readAllBytes(note)) instanceof Saying.RemovalRefused refused)) {
      throw new IllegalArgumentException("only a refused removal can be told so");
    }
    Json.Obj reply = hearing.hear(refused, "", How.COMMAND);
    if (reply.text("why", "").equals(Hearing.NOT_RECORDED)) {
      throw new IOException("a note is not in the log yet; it stays");
    }
    return reply;
  }

  @Override
  public long failed(Exception cause) {
    LOG.warn("notes in {} are looked at again in a minute: {}", folder, cause.toString());
    return 60_000;
  }

  @Override
  public void wake() {
    signal.release();
  }
}
