package io.waybillguard.agent.sense.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.waybillguard.agent.sense.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What each kind of file says. Files below {@code persistence/} are those of a Debian 12 as
 * installed; {@code origin.txt} beside them says from which packages.
 */
final class FormatsTest {

  private static Source source(String path, String text) {
    return new Source(path, text, "", "", "root");
  }

  private static Source captured(String path) throws IOException {
    String name = "persistence" + path;
    try (InputStream in =
        Objects.requireNonNull(FormatsTest.class.getResourceAsStream("/" + name), name)) {
      return source(path, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static List<String> read(String format, Source source) {
    return Formats.read(format, source).stream()
        .map(
            l ->
                (l.enabled() ? "" : "off ")
                    + l.name()
                    + "|"
                    + l.user()
                    + "|"
                    + l.command()
                    + "|"
                    + l.program())
        .toList();
  }

  @Test
  void aServiceIsAnEntryForEachOfItsCommands() throws Exception {
    assertEquals(
        List.of(
            "xrdp.service ExecStartPre|xrdp|/bin/sh /usr/share/xrdp/socksetup|/usr/share/xrdp/socksetup",
            "xrdp.service|xrdp|/usr/sbin/xrdp $XRDP_OPTIONS|/usr/sbin/xrdp",
            "xrdp.service ExecStop|xrdp|/usr/sbin/xrdp $XRDP_OPTIONS --kill|/usr/sbin/xrdp"),
        read("systemd-unit", captured("/usr/lib/systemd/system/xrdp.service")));
  }

  @Test
  void aDropInIsReadAsItsUnitAndAPreloadInItIsSeen() {
    assertEquals(
        List.of(
            "x.conf Environment||LD_PRELOAD=/opt/x.so|/opt/x.so", "x.conf||/opt/run  a b|/opt/run"),
        read(
            "systemd-unit",
            source(
                "/etc/systemd/system/ssh.service.d/x.conf",
                """
                [Service]
                Environment=LD_PRELOAD=/opt/x.so
                ExecStart=
                ExecStart=-/opt/run \\
                  a b
                """)));
  }

  @Test
  void aTimerSaysWhen() throws Exception {
    assertEquals(
        List.of("apt-daily.timer||OnCalendar=*-*-* 6,18:00; Persistent=true|"),
        read("systemd-trigger", captured("/usr/lib/systemd/system/apt-daily.timer")));
  }

  @Test
  void aLinkStartsAUnitOrMasksIt() {
    assertEquals(
        List.of("multi-user.target.wants/x.service||-> /etc/systemd/system/x.service|"),
        read(
            "systemd-unit",
            new Source(
                "/etc/systemd/system/multi-user.target.wants/x.service",
                "",
                "/etc/systemd/system/x.service",
                "",
                "root")));
    assertEquals(
        List.of("off x.service||masked|"),
        read(
            "systemd-unit",
            new Source("/etc/systemd/system/x.service", "", "/dev/null", "", "root")));
  }

  @Test
  void aTableOfCronHasItsJobsAndWhatDecidesWhatTheyRun() throws Exception {
    assertEquals(
        List.of(
            "30 3 * * 0|root|test -e /run/systemd/system || SERVICE_MODE=1"
                + " /usr/lib/x86_64-linux-gnu/e2fsprogs/e2scrub_all_cron"
                + "|/usr/lib/x86_64-linux-gnu/e2fsprogs/e2scrub_all_cron",
            "10 3 * * *|root|test -e /run/systemd/system || SERVICE_MODE=1 /sbin/e2scrub_all -A -r"
                + "|/sbin/e2scrub_all"),
        read("cron-system", captured("/etc/cron.d/e2scrub_all")));
    assertEquals(
        List.of(
            "SHELL|desk|SHELL=/tmp/sh|/tmp/sh",
            "@reboot|desk|/home/desk/.x|/home/desk/.x",
            "@reboot #2|desk|nohup ~/y &|~/y"),
        read(
            "cron-user",
            source(
                "/var/spool/cron/crontabs/desk",
                "SHELL=/tmp/sh\n@reboot /home/desk/.x\n@reboot nohup ~/y &\n")));
  }

  @Test
  void whatIsPutOffForLaterIsFoundBelowTheEnvironment() {
    String job =
        """
        #!/bin/sh
        # atrun uid=1000 gid=1000
        umask 22
        HOME=/home/desk; export HOME
        cd /home/desk || {
        \t echo 'Execution directory inaccessible' >&2
        \t exit 1
        }
        /home/desk/.x/wps
        """;
    assertEquals(
        List.of("a0000101c3|root|/home/desk/.x/wps|/home/desk/.x/wps"),
        read("at", source("/var/spool/cron/atjobs/a0000101c3", job)));
    assertEquals(List.of(), read("at", source("/var/spool/cron/atjobs/.SEQ", "00001\n")));
    assertEquals(
        List.of("7 25 weekly|root|run-parts --report /etc/cron.weekly|/etc/cron.weekly"),
        read(
            "anacron",
            source("/etc/anacrontab", "7\t25\tweekly\trun-parts --report /etc/cron.weekly\n")));
  }

  @Test
  void aDesktopStartsWhatIsNotHidden() throws Exception {
    assertEquals(
        List.of(
            "at-spi-dbus-bus.desktop||/usr/libexec/at-spi-bus-launcher --launch-immediately"
                + "|/usr/libexec/at-spi-bus-launcher"),
        read("desktop", captured("/etc/xdg/autostart/at-spi-dbus-bus.desktop")));
    assertEquals(
        List.of("off x.desktop||/opt/x|/opt/x"),
        read("desktop", source("/x/x.desktop", "[Desktop Entry]\nExec=/opt/x\nHidden=true\n")));
    assertEquals(
        List.of("org.freedesktop.UPower|root|/usr/libexec/upowerd|/usr/libexec/upowerd"),
        read(
            "dbus-service",
            captured("/usr/share/dbus-1/system-services/org.freedesktop.UPower.service")));
  }

  @Test
  void ofAShellsScriptTheFileAndEveryProgramThatItNamesByItsPlaceAreEntries() {
    assertEquals(
        List.of(
            ".bashrc|||",
            ".bashrc /usr/bin/lesspipe||[ -x /usr/bin/lesspipe ] && eval \"$(/usr/bin/lesspipe)\"|/usr/bin/lesspipe",
            ".bashrc $HOME/.x/wps||(setsid $HOME/.x/wps >/dev/null 2>&1 &)|$HOME/.x/wps"),
        read(
            "shell",
            source(
                "/home/desk/.bashrc",
                """
                # /not/this
                [ -x /usr/bin/lesspipe ] && eval "$(/usr/bin/lesspipe)"
                (setsid $HOME/.x/wps >/dev/null 2>&1 &)
                alias ll='ls -l'
                """)));
  }

  @Test
  void whoMayComeInIsAnEntry() {
    String key = "AAAAC3NzaC1lZDI1NTE5AAAAIIkFSOpzsXPhiFg5zSLDpUWZJhSG1KHsXTpo1YnoTCHh";
    List<Line> keys =
        Formats.read(
            "authorized-keys",
            new Source(
                "/home/desk/.ssh/authorized_keys",
                "ssh-ed25519 " + key + " me@x\n",
                "",
                "desk",
                "desk"));
    assertEquals("desk", keys.get(0).user());
    assertEquals("ssh-ed25519 me@x", keys.get(0).command());
    assertEquals(
        List.of("PermitRootLogin||yes|", "ForceCommand||/opt/x|/opt/x"),
        read(
            "sshd-config",
            source(
                "/etc/ssh/sshd_config", "#Port 22\nPermitRootLogin yes\nForceCommand /opt/x\n")));
    assertEquals(
        List.of("ProxyCommand||/tmp/p %h|/tmp/p"),
        read("ssh-config", source("/root/.ssh/config", "Host *\n  ProxyCommand /tmp/p %h\n")));
    assertEquals(
        List.of(
            "root|root|uid=0 home=/root shell=/bin/bash|",
            "off www|www|uid=33 home=/var shell=/usr/sbin/nologin|"),
        read(
            "passwd",
            source(
                "/etc/passwd",
                "root:x:0:0:r:/root:/bin/bash\nwww:x:33:33::/var:/usr/sbin/nologin\n")));
    assertEquals(
        List.of(
            "root|root|password, changed on day 20000|",
            "off www|www|no password login, changed on day 1|"),
        read(
            "shadow",
            source("/etc/shadow", "root:$y$j9T$secret:20000:0:99999:7:::\nwww:*:1:::::\n")));
    assertEquals(
        List.of("sudo: desk|desk|member of sudo|"),
        read("group", source("/etc/group", "sudo:x:27:desk\nusers:x:100:desk\n")));
    assertEquals(
        List.of("desk||desk ALL=(ALL) NOPASSWD: ALL|", "@includedir||@includedir /etc/sudoers.d|"),
        read(
            "sudoers",
            source("/etc/sudoers", "desk ALL=(ALL) NOPASSWD: ALL\n@includedir /etc/sudoers.d\n")));
  }

  @Test
  void whatOthersRunForTheirOwnReasonsIsFoundInTheirFiles() throws Exception {
    assertEquals(
        List.of("RUN|root|/bin/udevadm trigger -s block -p ID_BTRFS_READY=0|/bin/udevadm"),
        read("udev", captured("/usr/lib/udev/rules.d/64-btrfs.rules")));
    assertEquals(
        List.of(
            "DPkg::Pre-Install-Pkgs|root|/usr/sbin/dpkg-preconfigure --apt || true|/usr/sbin/dpkg-preconfigure"),
        read("apt-conf", captured("/etc/apt/apt.conf.d/70debconf")));
    assertEquals(2, read("apt-conf", captured("/etc/apt/apt.conf.d/20packagekit")).size());
    assertEquals(
        List.of("postrotate|root|/opt/x reload; true|/opt/x"),
        read(
            "logrotate",
            source(
                "/etc/logrotate.d/x",
                "/var/log/x {\n postrotate\n  /opt/x reload\n  true\n endscript\n}\n")));
    assertEquals(
        List.of(
            "auth pam_exec.so||auth optional pam_exec.so quiet /opt/x|/opt/x",
            "@include common-auth||@include common-auth|"),
        read(
            "pam",
            source(
                "/etc/pam.d/sshd",
                "auth optional pam_exec.so quiet /opt/x\n@include common-auth\n")));
    assertEquals(
        List.of("install evil|root|/opt/x; modprobe evil|/opt/x"),
        read(
            "modprobe",
            source(
                "/etc/modprobe.d/x.conf",
                "options snd x=1\ninstall evil /opt/x; modprobe evil\n")));
    assertEquals(
        List.of("init|root|linux /vmlinuz root=/dev/sda init=/opt/x|/opt/x"),
        read(
            "kernel-command-line",
            source("/boot/grub/grub.cfg", "linux /vmlinuz root=/dev/sda init=/opt/x\n")));
    assertEquals(
        List.of("/opt/a.so|||/opt/a.so", "/opt/b.so|||/opt/b.so"),
        read("preload", source("/etc/ld.so.preload", "/opt/a.so:/opt/b.so\n")));
    assertEquals(
        List.of("rc2.d/S01x||-> ../init.d/x|"),
        read("link", new Source("/etc/rc2.d/S01x", "", "../init.d/x", "", "root")));
    assertEquals(
        List.of("x1|root|/sbin/getty 38400|/sbin/getty"),
        read("inittab", source("/etc/inittab", "x1:2345:respawn:/sbin/getty 38400\n")));
  }

  @Test
  void aBrowsersExtensionsAndWhatTheyMayTalkTo() {
    assertEquals(
        List.of("abcd||Helper 1.2|"),
        read(
            "chromium-extension",
            source(
                "/home/d/.config/chromium/Default/Extensions/abcd/1.2_0/manifest.json",
                "{\"name\":\"Helper\",\"version\":\"1.2\"}")));
    assertEquals(
        List.of("off a@b||extension 3|"),
        read(
            "firefox-extensions",
            source(
                "/x/extensions.json",
                "{\"addons\":[{\"id\":\"a@b\",\"type\":\"extension\",\"version\":\"3\",\"location\":\"app-profile\",\"active\":false},{\"id\":\"own\",\"location\":\"app-builtin\"}]}")));
    assertEquals(
        List.of("com.x||/opt/x|/opt/x"),
        read("native-messaging", source("/x/h.json", "{\"name\":\"com.x\",\"path\":\"/opt/x\"}")));
  }

  @Test
  void secretsAreTakenOut() {
    for (List<String> each :
        List.of(
            List.of("/opt/x --token abc -v", "/opt/x --token *** -v"),
            List.of("/opt/x --password='a b' y", "/opt/x --password=*** y"),
            List.of("DB_PASSWORD=geheim /opt/x", "DB_PASSWORD=*** /opt/x"),
            List.of("curl https://me:pw@h/x", "curl https://me:***@h/x"),
            List.of("curl 'https://h/x?a=1&token=abc&b=2'", "curl 'https://h/x?a=1&token=***&b=2'"),
            List.of(
                "curl -H 'Authorization: Bearer abc.def' h",
                "curl -H 'Authorization: Bearer ***' h"),
            List.of("curl -u me:pw h", "curl -u me:*** h"),
            List.of("sshpass -p pw ssh h", "sshpass -p *** ssh h"),
            List.of("ssh -p 22 h; mkdir -p /x", "ssh -p 22 h; mkdir -p /x"))) {
      assertEquals(each.get(1), Secrets.masked(each.get(0)));
    }
    assertEquals(1_001, Secrets.masked("x".repeat(5_000)).length());
  }

  @Test
  void theProgramThatLiesElsewhereIsTheOneToLookAt() {
    for (List<String> each :
        List.of(
            List.of("/usr/bin/env FOO=1 nice -n 10 /opt/x", "/opt/x"),
            List.of("sh -c 'sleep 5; /home/desk/.x/wps'", "/home/desk/.x/wps"),
            List.of("/bin/bash /tmp/a.sh", "/tmp/a.sh"),
            List.of("python3 -u /opt/p.py", "/opt/p.py"),
            List.of("test -x /usr/sbin/anacron || /opt/x", "/opt/x"),
            List.of("/usr/bin/true && '/home/desk/扫 描/x' > /dev/null 2>&1", "/home/desk/扫 描/x"),
            List.of("curl http://h/x | sh", "curl"),
            List.of("exit 0", ""),
            List.of("", ""))) {
      assertEquals(each.get(1), ShellWords.program(each.get(0)), each.get(0));
    }
  }

  /** Whatever anybody writes is read to its end, and quickly. */
  @Test
  void junkIsReadByEveryReader() {
    Random random = new Random(11);
    String alphabet = "\"'\\|&;<>(){}[]$`=# \n\t\u0000/~abSRUN+:,@%-\uFFFD扫";
    for (String format : FORMATS) {
      for (int i = 0; i < 60; i++) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(400); n > 0; n--) {
          text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        for (String name : List.of("a.service", "a.timer", "a.desktop", "a.rules", "a.conf")) {
          Formats.read(format, source("/etc/x.d/" + name, text.toString()))
              .forEach(l -> Secrets.masked(l.command()));
        }
      }
    }
    for (String hostile :
        List.of(
            "\"".repeat(100_000),
            "a=".repeat(50_000),
            "RUN+=\"\\".repeat(20_000),
            "--token ".repeat(20_000),
            "[".repeat(100_000),
            "auth [".repeat(20_000))) {
      for (String format : FORMATS) {
        assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () ->
                Formats.read(format, source("/etc/x.d/a.rules", hostile))
                    .forEach(l -> Secrets.masked(l.command())),
            format);
      }
    }
  }

  private static final List<String> FORMATS =
      List.of(
          "program",
          "content",
          "systemd-unit",
          "systemd-trigger",
          "cron-system",
          "cron-user",
          "anacron",
          "at",
          "link",
          "inittab",
          "modprobe",
          "kernel-command-line",
          "kernel-taint",
          "desktop",
          "dbus-service",
          "shell",
          "preload",
          "environment-preload",
          "lines",
          "authorized-keys",
          "sshd-config",
          "ssh-config",
          "pam",
          "udev",
          "apt-conf",
          "logrotate",
          "passwd",
          "shadow",
          "group",
          "sudoers",
          "chromium-extension",
          "firefox-extensions",
          "native-messaging",
          "hidden-modules");
}
