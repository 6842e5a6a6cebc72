package io.waybillguard.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RemoteToolsFileTest {
  private static final String GOOD =
      """
      tools:
        - id: a
          name: A
          screen: own
          programs: [a]
          signs: [{ by: process, program: b, argument: --c }]
          sources: [tried]
      """;

  @Test
  void theOneInTheJarNamesEachToolItsProgramsAndItsSources() {
    List<RemoteToolsFile.Tool> tools = RemoteToolsFile.linux();
    assertTrue(
        tools.stream()
            .map(RemoteToolsFile.Tool::id)
            .toList()
            .containsAll(List.of("sshd", "xrdp", "x11vnc", "todesk", "sunlogin", "frp")));
  }

  @Test
  void aToolIsReadWithItsSigns() throws IOException {
    RemoteToolsFile.Tool tool = RemoteToolsFile.parse("t.yaml", GOOD).get(0);
    assertEquals(
        List.of(new RemoteToolsFile.Sign("process", "b", "--c", List.of(), "")), tool.signs());
    assertEquals(List.of("a"), tool.programs());
  }

  @Test
  void thoseOfWindowsNameChineseToolsAndEachLineOfTheirLogsIsUnderstood() {
    List<RemoteToolsFile.Tool> tools = RemoteToolsFile.windows();
    assertTrue(
        tools.stream()
            .map(RemoteToolsFile.Tool::id)
            .toList()
            .containsAll(List.of("rdp", "todesk", "sunlogin", "anydesk", "uuremote", "frp")));
    assertTrue(
        tools.stream()
            .flatMap(tool -> tool.programs().stream())
            .allMatch(program -> program.endsWith(".exe")));
  }

  @Test
  void aToolOfTwoSystemsIsOneByAllItsNames() {
    RemoteToolsFile.Tool todesk =
        RemoteToolsFile.all().stream().filter(t -> t.id().equals("todesk")).findFirst().get();
    assertTrue(todesk.programs().containsAll(List.of("ToDesk_Service", "ToDesk_Service.exe")));
    assertEquals(
        RemoteToolsFile.all().stream().map(RemoteToolsFile.Tool::id).distinct().count(),
        RemoteToolsFile.all().size());
  }

  @Test
  void aSignMaySayWhatItsProcessIsStartedWithoutAndByWhom() throws IOException {
    String sign = "{ by: process, program: b, without: [--d], parent: a }";
    String yaml = GOOD.replace("{ by: process, program: b, argument: --c }", sign);
    assertEquals(
        List.of(new RemoteToolsFile.Sign("process", "b", "", List.of("--d"), "a")),
        RemoteToolsFile.parse("t.yaml", yaml).get(0).signs());
  }

  @Test
  void theLinesOfALogAreRead() throws IOException {
    String log = "    logs: [{ files: [/var/log/a*.log], start: 'in (?<peer>.*)', end: out }]\n";
    List<RemoteToolsFile.Log> logs = RemoteToolsFile.parse("t.yaml", GOOD + log).get(0).logs();
    assertEquals(List.of("start", "end"), logs.stream().map(RemoteToolsFile.Log::says).toList());
    assertEquals(List.of("/var/log/a*.log"), logs.get(1).files());
    refused(GOOD + log.replace("in (", "in (" + "("), ":8: start is no regular expression");
    refused(GOOD + log.replace("end: out", "and: out"), ":8: and is no key here. Nearest: end");
    refused(GOOD + "    logs: [{ files: [/x] }]\n", ":8: no line is named");
  }

  @Test
  void whatIsNotUnderstoodIsRefusedWithItsLine() {
    refused(GOOD.replace("screen: own", "screen: mine"), ":2: screen is \"mine\"");
    refused(GOOD.replace("screen", "scren"), ":4: scren is no key here. Nearest: screen");
    refused(GOOD.replace("by: process", "by: smell"), ":6: by is \"smell\"");
    refused(GOOD.replace("program: b, ", ""), ":6: a sign by process names no program");
    refused(GOOD.replace("programs: [a]", "programs: []"), "programs is empty");
    refused(GOOD.replace("    sources: [tried]\n", ""), "sources is missing");
    refused(GOOD + GOOD.substring(GOOD.indexOf('\n') + 1), "the tool a is there twice");
    refused("", "is empty");
    refused("tools: [", "is not valid YAML");
  }

  private static void refused(String yaml, String why) {
    IOException e = assertThrows(IOException.class, () -> RemoteToolsFile.parse("t.yaml", yaml));
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }
}
