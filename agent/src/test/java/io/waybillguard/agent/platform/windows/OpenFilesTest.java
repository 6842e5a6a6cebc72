package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent's end of the looks, with real programs at the other end that do as they are told. */
final class OpenFilesTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String DONE = "done\t100\t5\t0\t0\t1";

  /** A process that is there as long as the system is, and not this one. */
  private final long pid =
      ProcessHandle.allProcesses()
          .mapToLong(ProcessHandle::pid)
          .filter(each -> each > 0 && each != ProcessHandle.current().pid())
          .min()
          .orElseThrow();

  @TempDir private Path folder;
  private Path says;
  private Path heard;
  private Path image;
  private Instant now = Instant.parse("2026-11-28T08:00:00Z");
  private OpenFiles files;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void begin() throws IOException {
    says = folder.resolve("says");
    heard = folder.resolve("heard");
    image = folder.resolve("scan").resolve("面单.jpg");
    files =
        new OpenFiles(
            this::start,
            List.of(folder.resolve("scan")),
            asked -> new ProcessFacts(asked, "C:\\tools\\reader.exe", "desk", 1),
            ProcessHandle.current().pid(),
            () -> now);
  }

  private Process start() throws IOException {
    Process one =
        LookingProgram.start(LooksByHand.class.getName(), says.toString(), heard.toString());
    started.add(one);
    return one;
  }

  @AfterEach
  void end() {
    files.close();
    started.forEach(Process::destroyForcibly);
  }

  private void says(String... lines) throws IOException {
    Files.write(says, List.of(lines));
  }

  /** Asks for a look, and waits for its end. Time stands still, so no answer comes late. */
  private List<FileEvent> look() {
    now = now.plus(files.due());
    return until(told -> files.due().compareTo(Duration.ofMillis(20)) > 0);
  }

  private List<FileEvent> until(Predicate<List<FileEvent>> enough) {
    List<FileEvent> told = new ArrayList<>();
    assertTimeoutPreemptively(
        LONG,
        () -> {
          do {
            told.addAll(files.look());
            Thread.onSpinWait();
          } while (!enough.test(told));
        });
    return told;
  }

  private static List<Path> read(List<FileEvent> told) {
    return told.stream()
        .filter(FileEvent.Read.class::isInstance)
        .map(event -> ((FileEvent.Read) event).file())
        .toList();
  }

  private static String changed(List<FileEvent> told) {
    return told.stream()
        .filter(FileEvent.ViewChanged.class::isInstance)
        .map(event -> ((FileEvent.ViewChanged) event).view().detail())
        .findFirst()
        .orElse("");
  }

  @Test
  void whoHasAnImageOpenIsToldOnceUntilItIsClosedAndOpenedAgain() throws IOException {
    says("at\t77\t8", "open\t77\tr\t" + image, "at\t77\t12", "open\t77\tr\t" + image, DONE);
    files.open();
    List<FileEvent> told = look();
    assertEquals(
        List.of(
            new FileEvent.Read(image, new ProcessFacts(77, "C:\\tools\\reader.exe", "desk", 1))),
        told);
    assertEquals(List.of(), look());
    says(DONE);
    assertEquals(List.of(), look());
    says("open\t77\tr\t" + image, DONE);
    assertEquals(List.of(image), read(look()));
  }

  @Test
  void itIsToldTheFoldersTheAgentAndWhatIsFollowed() throws IOException {
    says(DONE);
    files.open();
    files.follow(folder.resolve("copy.jpg"));
    files.follow(folder.resolve("copy.jpg"));
    look();
    assertEquals(
        List.of(
            "folder\t" + folder.resolve("scan"),
            "skip\t" + ProcessHandle.current().pid() + "\t0",
            "file\t" + folder.resolve("copy.jpg"),
            "look"),
        Files.readAllLines(heard));
  }

  @Test
  void whoWritesAFileIsKnownByTheTimeItIsDone() throws IOException {
    says("open\t78\tw\t" + image, DONE);
    files.open();
    assertEquals(List.of(), look());
    assertEquals(78, files.writer(image).pid());
    assertEquals(ProcessFacts.UNKNOWN, files.writer(folder));
  }

  @Test
  void aQuestionThatNeverComesBackEndsTheProgramIsToldAndNotAskedAgain() throws IOException {
    says("at\t" + pid + "\t44", "open\t" + pid + "\tr\t" + image, "hang");
    files.open();
    assertEquals(List.of(image), read(until(told -> !told.isEmpty())));
    now = now.plus(OpenFiles.LIMIT).plusMillis(1);
    String trouble = changed(files.look());
    assertTrue(trouble.contains("not seen for now"), trouble);
    assertTrue(trouble.contains("process " + pid), trouble);
    assertTrue(hasEnded(started.get(0)));

    says("open\t" + pid + "\tr\t" + image, DONE);
    List<FileEvent> again = look();
    assertEquals(2, started.size());
    assertTrue(Files.readAllLines(heard).contains("skip\t" + pid + "\t44"));
    assertEquals(List.of(), read(again), "it was told before");
    assertTrue(changed(again).contains("never came back: [process " + pid), changed(again));
  }

  private static boolean hasEnded(Process one) {
    return assertTimeoutPreemptively(LONG, () -> one.waitFor() != 0);
  }

  @Test
  void aProcessThatHangsItThreeTimesIsNotAskedAtAll() throws IOException {
    files.open();
    for (int i = 0; i < OpenFiles.MOST_HUNG; i++) {
      says(
          "at\t" + pid + "\t" + i,
          "open\t" + pid + "\tr\t" + folder.resolve("scan").resolve(i + ".jpg"),
          "hang");
      now = now.plus(files.due());
      until(told -> !read(told).isEmpty());
      now = now.plus(OpenFiles.LIMIT).plusMillis(1);
      files.look();
    }
    says(DONE);
    look();
    assertTrue(Files.readAllLines(heard).contains("skip\t" + pid + "\t0"));
  }

  @Test
  void aProgramThatEndsIsToldAndStartedAgainAfterPausesThatGrow() throws IOException {
    says("die");
    files.open();
    List<Duration> pauses = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String trouble = changed(look());
      assertTrue(trouble.contains("not seen for now"), trouble);
      pauses.add(files.due());
    }
    assertEquals(
        List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4)), pauses);
    says(DONE);
    assertTrue(changed(look()).startsWith("who reads, by looking"));
    assertEquals(4, started.size());
  }

  @Test
  void whatCannotBeAskedForIsToldWithTheSystemsWord() throws IOException {
    says("cannot\tthe system's handles cannot be listed: status 0xc0000022");
    files.open();
    String trouble = changed(look());
    assertTrue(trouble.contains("status 0xc0000022"), trouble);
  }

  @Test
  void aProgramThatCannotBeStartedIsSaidAtOnceAndTriedAgain() {
    OpenFiles never =
        new OpenFiles(
            () -> {
              throw new IOException("no such file");
            },
            List.of(folder),
            new WindowsProcesses(new WindowsByHand()),
            1,
            () -> now);
    never.open();
    assertEquals("who reads files is not seen for now: no such file", never.detail());
    now = now.plus(never.due());
    assertEquals(1, never.look().size());
    never.close();
  }

  @Test
  void looksThatTakeLongAreTakenSeldomAndThatIsTold() throws IOException {
    says("done\t900000\t4096\t0\t0\t400");
    files.open();
    assertEquals("", changed(look()), "a single one may be by chance");
    assertTrue(changed(look()).contains("every 8 s"));
    assertEquals(Duration.ofSeconds(8), files.due());
    says(DONE);
    assertTrue(changed(look()).contains("every second"));
    assertEquals(OpenFiles.CALM, files.due());
  }

  @Test
  void whileSomethingIsHeldOpenItLooksOftener() throws IOException {
    says("open\t77\tr\t" + image, DONE);
    files.open();
    look();
    assertEquals(OpenFiles.SOON, files.due());
    says(DONE);
    now = now.plusSeconds(20);
    look();
    assertEquals(OpenFiles.CALM, files.due());
  }

  @Test
  void processesThatMayNotBeAskedAreCounted() throws IOException {
    says("done\t100\t5\t3\t0\t1");
    files.open();
    assertTrue(changed(look()).contains("3 processes may not be asked"));
    assertEquals("", changed(look()));
  }
}
