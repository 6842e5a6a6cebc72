package io.waybillguard.agent.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class DetailsTest {
  /** Three words of English in a row, each of lower case: a sentence that nobody put into words. */
  private static final Pattern ENGLISH = Pattern.compile("\\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\\b");

  private final Details chinese = new Details(Locale.SIMPLIFIED_CHINESE);
  private final Details english = new Details(Locale.ENGLISH);

  /**
   * What the sensors wrote in their log on 2026-11-29: on Debian 12 as root in a container and as
   * nobody, in a Debian guest, and on the Windows runtime under Wine 8.0.
   */
  private static Stream<String> captured() {
    return Stream.of(
        "USB devices and the volumes of removable media",
        "the agent ended before all that had happened was looked at",
        "it says that it looks, and did not see what was done to test it:"
            + " /run/systemd/system/.waybill-guard-sign-ff4206564e19be32fcaf35c2~",
        "programs written, moved and started on 5 file systems",
        "2 scan folders; programs written, moved and started on 5 file systems, reading in 3 folders",
        "no scan folder is set: name the folders of the scanned images in agent.yaml"
            + " (sensors.image.folders)",
        "TCP connections with their bytes; not seen: UDP (QUIC), containers",
        "TCP connections with their bytes; not seen: UDP (QUIC), containers; whose the connections"
            + " of other accounts are is not seen: run as root; whose a connection was that lived"
            + " less than 250 ms may stay unknown: tracefs is not mounted at /sys/kernel/tracing,"
            + " or closed",
        "logins by SSH, remote desktop, VNC and remote-control programs; cannot see which program"
            + " holds a connection (process 1 may not be asked); run the agent as root",
        "what starts by itself and who may come in, at 17 points; 8 files or folders cannot be"
            + " read, such as /etc/polkit-1/rules.d, /etc/shadow, /etc/sudoers: run the agent as"
            + " root; 4 folders are not watched, only swept: raise fs.inotify.max_user_watches, or"
            + " run the agent as root; 731 entries",
        "what starts by itself and who may come in, at 17 points; sweep 2: 9 of 17 points, 1180 files",
        "last use of keyboard and mouse, screen lock, who is logged in at the desk; cannot see"
            + " input: there is no /dev/input here; run the agent on the PC itself, not in a"
            + " container",
        "new programs in 1027 folders only, 264 may not be entered; not seen: who wrote them, what"
            + " is started, every other folder; cannot begin to watch files (fanotify): Operation"
            + " not permitted (errno 1); run the agent as root on kernel 5.1 or later",
        "new programs in 35 folders only; not seen: who wrote them, every other folder, who reads"
            + " files; run the agent as a service of LocalSystem for all of it; no disk keeps a"
            + " journal that may be read: C: its journal cannot be asked: error 50; starts of"
            + " programs by looking at the processes, since there is no trace of them: cannot read"
            + " the trace session WaybillGuard-Starts: Access denied. (error 5); streams of files"
            + " are not seen: Wine lists none",
        "1 scan folders; new programs in 36 folders only; not seen: every other folder, who wrote"
            + " a file in less than a second; a program that runs for less than a second may be"
            + " missed; starts of programs by looking at the processes; who reads, by looking at"
            + " open files every second: what is opened and closed in between is missed",
        "TCP connections once a second; not seen: how many bytes they carry, so nothing is told of"
            + " what is sent: this system does not count (error 50); there is no trace: cannot"
            + " read the trace session WaybillGuard-Sent: Access denied. (error 5)",
        "logins by SSH, remote desktop, VNC and remote-control programs; remote desktops (RDP) are"
            + " not seen: this system lists no sessions, not even this one",
        "version 0.1.0.2 did not become ready: Started waybill-guard.service.",
        "HQ answers version 0.1.0 and has taken no report of version 0.1.0.3",
        "nobody took the package within 10 minutes; on this PC waybill-guard-update.path should be"
            + " active",
        "nobody is logged in at the screen of this PC; the notice is shown when somebody is",
        "systemd-logind tells no sessions here (no /run/systemd/sessions); it must run for notices",
        "last use of keyboard and mouse, screen lock, who is logged in at the desk; cannot see"
            + " whether the screen is locked: this system does not tell before it changes");
  }

  @ParameterizedTest
  @MethodSource("captured")
  void whatSensorsSaidIsSaidInChineseAndNothingOfItIsLost(String detail) {
    String told = chinese.in(detail);
    assertTrue(!ENGLISH.matcher(told).find(), told);
    for (String each : values(detail)) {
      assertTrue(told.contains(each), each + " is missing in " + told);
    }
    assertEquals(detail, english.in(detail));
  }

  /** Numbers and paths. */
  private static List<String> values(String detail) {
    return Pattern.compile("\\d+|/[a-z./-]+[a-z]")
        .matcher(detail)
        .results()
        .map(MatchResult::group)
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no scan folder is set: name the folders of the scanned images in agent.yaml"
            + " (sensors.image.folders) | 还没有设置面单图片放在哪些文件夹：在 agent.yaml 的"
            + " sensors.image.folders 里写上",
        "TCP connections with their bytes; not seen: UDP (QUIC), containers |"
            + " TCP连接和发出的字节数；看不见：UDP（QUIC）和容器里的程序",
        "this version cannot watch remote logins on SunOS | 这个版本在 SunOS 上不能监视这一项",
        "this version cannot tell who is at the desk on SunOS | 这个版本在 SunOS 上看不出有没有人在电脑前",
      })
  void partsAndWhatStandsInTheirGapsAreSaid(String detail, String told) {
    assertEquals(told, chinese.in(detail));
  }

  @Test
  void whatNobodyPutIntoWordsStaysAsItIs() {
    assertEquals("", chinese.in(""));
    assertEquals("the cat sat on it；看不见：猫 {0}", chinese.in("the cat sat on it; not seen: 猫 {0}"));
    String long0 = "not seen: " + "x".repeat(2_000);
    assertEquals(long0, chinese.in(long0));
  }

  @Test
  void bothLanguagesHaveTheSamePartsAndNoGapIsMadeUp() {
    ResourceBundle from = bundle(Locale.ENGLISH);
    ResourceBundle to = bundle(Locale.SIMPLIFIED_CHINESE);
    assertEquals(new TreeSet<>(from.keySet()), new TreeSet<>(to.keySet()));
    for (String key : from.keySet()) {
      assertTrue(gaps(from.getString(key)).containsAll(gaps(to.getString(key))), key);
      assertTrue(key.equals("joint") || !from.getString(key).contains("; "), key + " is two parts");
    }
  }

  private static List<String> gaps(String text) {
    List<String> gaps = new ArrayList<>();
    Pattern.compile("\\{\\d\\}").matcher(text).results().forEach(gap -> gaps.add(gap.group()));
    return gaps;
  }

  private static ResourceBundle bundle(Locale language) {
    return ResourceBundle.getBundle(
        "io.waybillguard.agent.event.details", language, Summary.THIS_LANGUAGE_ONLY);
  }
}
