package io.waybillguard.agent.update;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An installation from the agent's word to the last one; the PC is played by the test. */
final class InstallerTest {
  private static final String ID = "5f".repeat(16);

  @TempDir private Path temp;
  private final GroundByHand pc = new GroundByHand();
  private long micros;
  private Installer installer;

  @BeforeEach
  void anOrder() throws IOException {
    Files.createDirectories(file(""));
    Files.writeString(file("package"), "a setup program");
    Files.writeString(file("release"), "signed");
    Files.writeString(file("go"), "id=" + ID + "\nfrom=0.1.0\nversion=0.1.1\nminutes=5\n");
    installer = started();
  }

  private Installer started() {
    return new Installer(temp.resolve("data"), own(""), pc, () -> micros);
  }

  private Path file(String name) {
    return temp.resolve("data").resolve("update").resolve(name);
  }

  private Path own(String name) {
    return temp.resolve("own").resolve(name);
  }

  private void says(String healthy, String why) throws IOException {
    Files.writeString(
        file("health"),
        "id=" + ID + "\nversion=0.1.1\nhealthy=" + healthy + "\nhq=no\nwhy=" + why + "\n");
  }

  private void pass(int minutes) {
    micros += Duration.ofMinutes(minutes).toNanos() / 1000;
  }

  /** So far as it can go without waiting. */
  private void go(int steps) throws Exception {
    for (int i = 0; i < steps; i++) {
      assertTrue(installer.step());
    }
  }

  private List<String> ended() throws Exception {
    assertFalse(installer.step());
    return lastWord();
  }

  private List<String> lastWord() throws IOException {
    assertFalse(Files.exists(file("taken")));
    try (Stream<Path> left = Files.list(own(""))) {
      assertEquals(List.of(), left.toList());
    }
    List<String> said = Files.readAllLines(file("outcome"));
    assertEquals("id=" + ID, said.get(0));
    return said.subList(1, 3);
  }

  @Test
  void aVersionThatSaysItIsHealthyIsSettled() throws Exception {
    go(3);
    assertFalse(Files.exists(file("go")));
    says("no", "");
    go(1);
    says("yes", "");
    go(1);
    assertEquals(List.of("result=healthy", "why="), ended());
    assertEquals(List.of("check", "lay", "settle"), pc.done);
    assertFalse(installer.step());
  }

  @Test
  void aListOfProgramsThatCannotBeWrittenIsSaidAndEndsNothing() throws Exception {
    pc.settled = new Ground.Ended(1, "no rights");
    go(2);
    says("yes", "");
    go(1);
    List<String> said = ended();
    assertEquals("result=healthy", said.get(0));
    assertTrue(said.get(1).contains("still shows version 0.1.0"), said.get(1));
  }

  @Test
  void whatIsNotAsSignedIsNeverRun() throws Exception {
    Files.writeString(file("release"), "forged");
    assertEquals(List.of("result=failed", "why=the package is not signed"), ended());
    assertEquals(List.of("check"), pc.done);
  }

  @Test
  void anotherVersionThanTheOrderedIsNeverRun() throws Exception {
    pc.signed = "0.1.2";
    assertEquals(
        List.of("result=failed", "why=version 0.1.2 is signed, ordered is 0.1.1"), ended());
    assertEquals(List.of("check"), pc.done);
  }

  @Test
  void whatIsLookedAtIsTheCopyThatTheAgentDoesNotHold() throws Exception {
    go(1);
    assertEquals("a setup program", Files.readString(own("setup.exe")));
    Files.writeString(file("package"), "another program");
    go(1);
    assertEquals("a setup program", Files.readString(own("setup.exe")));
  }

  @Test
  void aSetupProgramThatWentBackByItselfIsToldAsARollback() throws Exception {
    pc.laid = new Ground.Ended(Ground.WENT_BACK, "0.1.1 did not start");
    go(1);
    assertEquals(
        List.of(
            "result=rolled_back",
            "why=the setup program of version 0.1.1 ended with 1: 0.1.1 did not start"),
        ended());
    assertEquals(List.of("check", "lay"), pc.done);
  }

  @Test
  void aSetupProgramThatChangedNothingIsToldAsAFailure() throws Exception {
    pc.laid = new Ground.Ended(3, "no space");
    go(1);
    assertEquals("result=failed", ended().get(0));
  }

  @Test
  void aSetupProgramThatLeavesNothingRunningIsPutRight() throws Exception {
    pc.laid = new Ground.Ended(1, "it fell");
    pc.installed = "";
    go(2);
    assertEquals("result=rolled_back", ended().get(0));
    assertEquals(List.of("check", "lay", "put back"), pc.done);
  }

  @Test
  void aVersionThatSaysNothingInTimeIsPutBackByItself() throws Exception {
    go(3);
    pass(4);
    go(1);
    pass(1);
    go(1);
    assertEquals(
        List.of("result=rolled_back", "why=version 0.1.1 does not say how it is"), ended());
    assertEquals(List.of("check", "lay", "put back"), pc.done);
  }

  @Test
  void aWordOfAVersionThatDoesNotRunAnyMoreIsNone() throws Exception {
    go(2);
    says("yes", "");
    pc.runs = false;
    go(1);
    pass(5);
    go(1);
    pc.runs = true;
    assertEquals("result=rolled_back", ended().get(0));
  }

  @Test
  void oneWhoseSensorSeesLessIsPutBackWithThatReason() throws Exception {
    go(3);
    says("no", "sensor usb: blind");
    pass(5);
    go(1);
    assertEquals(List.of("result=rolled_back", "why=sensor usb: blind"), ended());
  }

  @Test
  void oneThatHqDoesNotHearWhileItHearsTheOneBeforeIsPutBack() throws Exception {
    go(3);
    says("no", "");
    pass(5);
    go(1);
    List<String> said = ended();
    assertEquals("result=rolled_back", said.get(0));
    assertTrue(said.get(1).contains("has taken no report of version 0.1.1"), said.get(1));
  }

  @Test
  void whileTheNetworkIsDownItIsJudgedForAsLongAgain() throws Exception {
    pc.reaches = false;
    go(3);
    says("no", "");
    pass(5);
    go(2);
    pass(4);
    go(1);
    says("yes", "");
    go(1);
    assertEquals("result=healthy", ended().get(0));
    assertEquals(List.of("check", "lay", "reach", "settle"), pc.done);
  }

  @Test
  void oneThatCannotBePutBackIsAFailureThatNamesBothReasons() throws Exception {
    go(3);
    pass(5);
    go(1);
    pc.runs = false;
    assertEquals(
        List.of(
            "result=failed",
            "why=version 0.1.1 does not say how it is; and version 0.1.0 could not be put back:"
                + " the service does not start"),
        ended());
  }

  @Test
  void whoInstallsAnotherVersionOrRemovesItMeanwhileIsNotUndone() throws Exception {
    go(2);
    pc.installed = "0.1.2";
    List<String> said = ended();
    assertEquals("result=failed", said.get(0));
    assertTrue(said.get(1).contains("version 0.1.2 was installed by somebody else"), said.get(1));

    Files.delete(file("outcome"));
    anOrder();
    pc.installed = "0.1.0";
    go(2);
    pc.installed = "";
    assertEquals(List.of("result=failed", "why=the agent was removed meanwhile"), ended());
    assertFalse(pc.done.contains("put back"));
  }

  @Test
  void aWordThatTheAgentHasTakenBackIsNone() throws Exception {
    Files.delete(file("go"));
    assertFalse(installer.step());
    assertEquals(List.of(), pc.done);
  }

  @Test
  void whatWasKeptOfAnEarlierOrderIsNobodysBusiness() throws Exception {
    Files.createDirectories(own(""));
    Files.writeString(own("state"), "id=another\npart=putting_back\nwhy=x\n");
    go(1);
    assertEquals(List.of("check"), pc.done);
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "lay", "settle"})
  void aPowerCutInAnyPartOfOneThatIsHealthyEndsWithIt(String part) throws Exception {
    says("yes", "");
    pc.cutIn = part;
    assertThrows(GroundByHand.Cut.class, this::toTheEnd);
    toTheEnd();
    assertEquals("result=healthy", lastWord().get(0));
    assertEquals("0.1.1", pc.installed);
    assertEquals(1, pc.done.stream().filter("lay"::equals).count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "lay", "reach", "put back"})
  void aPowerCutInAnyPartOfOneThatIsNotEndsWithTheOneBefore(String part) throws Exception {
    says("no", "");
    pc.cutIn = part;
    assertThrows(GroundByHand.Cut.class, this::toTheEnd);
    toTheEnd();
    assertEquals("result=rolled_back", lastWord().get(0));
    assertEquals("0.1.0", pc.installed);
  }

  @Test
  void aPowerCutBehindTheLastWordLeavesIt() throws Exception {
    go(2);
    says("yes", "");
    go(1);
    Files.copy(file("taken"), file("kept"));
    List<String> said = ended();
    Files.move(file("kept"), file("taken"));
    installer = started();
    assertEquals(said, ended());
    assertEquals(List.of("check", "lay", "settle"), pc.done);
  }

  /** As after a start of the machine, with minutes going by. */
  private void toTheEnd() throws Exception {
    installer = started();
    while (installer.step()) {
      pass(1);
    }
  }
}
