package io.waybillguard.agent.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class SummaryTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");
  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
  private static final String HASH = "ab".repeat(32);

  private static final UsbDevice STICK =
      new UsbDevice(
          "1-2.3", "0781", "5567", "4C53F4F2A", "SanDisk", "Cruzer", List.of("08/06/50"), HASH);
  private static final UsbDevice NAMELESS =
      new UsbDevice("1-1", "046d", "c31c", "", "", "", List.of("ff/00/00"), HASH);
  private static final Volume VOLUME =
      new Volume("/media/STICK", "/dev/sda1", "vfat", "STICK", "1234-ABCD", true, HASH);
  private static final FileRef HIDDEN =
      new FileRef("/home/desk/.x/wps", "elf", 70_000, HASH, "", "desk", false, true);
  private static final FileRef PLAIN =
      new FileRef("/opt/tool", "elf", 70_000, HASH, "", "root", false, false);
  private static final FileRef ON_STICK =
      new FileRef("/media/STICK/wps", "elf", 70_000, "", "larger than 1GiB", "", true, false);
  private static final Origin COPIED =
      new Origin(Origin.Medium.REMOVABLE, "same_hash", "/media/STICK/wps", HASH);
  private static final ProcessRef SHELL = new ProcessRef(4711, "/bin/sh", "desk");

  private final Desk desk =
      new Desk(
          "0123456789abcdef",
          "HZ-0571",
          "desk-3",
          new Desk.Os(200, "Debian GNU/Linux", "12"),
          "6f9c",
          SHANGHAI,
          "0.1.0");
  private final Summary chinese = new Summary(Locale.SIMPLIFIED_CHINESE, SHANGHAI);
  private final Summary english = new Summary(Locale.ENGLISH, SHANGHAI);

  @Test
  void aStickIsNamedByWhatTellsItFromOthers() throws Exception {
    says(
        new UsbAttached(NOON, STICK, false),
        "U盘（SanDisk Cruzer，序列号尾号 4F2A）插入，端口 1-2.3。",
        "USB stick (SanDisk Cruzer, serial ending in 4F2A) plugged in at port 1-2.3.");
    says(
        new UsbAttached(NOON, NAMELESS, true),
        "开始监视时，USB设备（046d:c31c，没有序列号）已经插着，端口 1-1。",
        "USB device (046d:c31c, no serial number) was in port 1-1 already when watching began.");
    says(
        new UsbAttached(NOON, STICK, false, Optional.of(NOON.minusSeconds(3600))),
        "U盘（SanDisk Cruzer，序列号尾号 4F2A）在没能监视时插入过，时间 2026-06-12 11:00:00，现在已经拔出。",
        "USB stick (SanDisk Cruzer, serial ending in 4F2A) was plugged in while nobody watched, at"
            + " 2026-06-12 11:00:00, and is out again.");
    says(
        new UsbDetached(NOON, STICK, Duration.ofSeconds(154)),
        "U盘（SanDisk Cruzer，序列号尾号 4F2A）拔出，插了 2 分 34 秒。",
        "USB stick (SanDisk Cruzer, serial ending in 4F2A) pulled out after 2 min 34 s.");
  }

  @Test
  void whatStartsByItselfIsNamedWithWhereItIsWrittenAndWhatItStarts() throws Exception {
    says(
        new AutostartChanged(
            NOON,
            AutostartChanged.Change.APPEARED,
            new AutostartEntry(
                "systemd_units",
                "/etc/systemd/system/up.service",
                "up.service",
                "desk",
                "/home/desk/.x/wps",
                HIDDEN,
                true),
            "",
            true),
        "新的自启动：系统服务“up.service”，写在 /etc/systemd/system/up.service，启动 /home/desk/.x/wps，在隐蔽位置"
            + "，账号 desk，发生在没有监视的时候。",
        "Starts by itself from now on: system service \"up.service\", written in"
            + " /etc/systemd/system/up.service, starts /home/desk/.x/wps, in a hidden place,"
            + " account desk, while nobody watched.");
    says(
        new AutostartChanged(
            NOON,
            AutostartChanged.Change.VANISHED,
            new AutostartEntry(
                "cron", "/etc/cron.d/x", "@daily", "", "true", AutostartEntry.NO_PROGRAM, true),
            ""),
        "自启动没了：定时任务“@daily”，原来写在 /etc/cron.d/x。",
        "No longer starts by itself: scheduled job \"@daily\", was written in /etc/cron.d/x.");
    says(
        new AutostartBurst(NOON, NOON, 60, 7, 0, List.of("cron"), List.of("a"), HASH, false),
        "自启动成批变动（像是软件安装或更新）：共 67 项，新 60，变 7，没了 0；不寻常的另有单独记录。",
        "Many changes to what starts by itself, as when software is installed: 67 in all, 60 new,"
            + " 7 changed, 0 gone; what is not ordinary has records of its own.");
    says(
        new AutostartBaseline(NOON, AutostartBaseline.Why.FIRST, 1_234, HASH, "", ""),
        "记下这台电脑现有的自启动 1,234 项，以后与它比较。",
        "1,234 things start by themselves on this PC; changes are told against these from now on.");
    says(
        new HuntStarted(NOON, "5f2b7c0d".repeat(4), "云盘", List.of("sha256"), false),
        "开始总部要求的排查“云盘”（编号 5f2b7c0d）。",
        "The hunt \"云盘\" that HQ asked for (id 5f2b7c0d) began.");
    says(
        new HuntFinished(
            NOON,
            "5f2b7c0d".repeat(4),
            "云盘",
            new HuntFinished.Looked(1_200, 90, 0),
            Duration.ofSeconds(9),
            List.of(new HuntFinding("path", "/opt/**", "/opt/a", "", -1)),
            2),
        "排查“云盘”（编号 5f2b7c0d）完毕：看了 1,200 个文件、90 条记录，发现 3 项，历时 9 秒。",
        "Hunt \"云盘\" (id 5f2b7c0d) finished: 1,200 files and 90 records looked at, 3 found; it took"
            + " 9 s.");
    says(
        new HuntFinished(
            NOON,
            "5f2b7c0d".repeat(4),
            "云盘",
            new HuntFinished.Looked(1, 0, 0),
            Duration.ofSeconds(9),
            List.of(),
            0),
        "排查“云盘”（编号 5f2b7c0d）完毕：看了 1 个文件、0 条记录，没有发现，历时 9 秒。",
        "Hunt \"云盘\" (id 5f2b7c0d) finished: 1 files and 0 records looked at, nothing found; it took"
            + " 9 s.");
    says(
        new SweepFinished(NOON, 1, "schedule", 400, 900, 2, Duration.ofSeconds(9), 0),
        "清查完毕：看了 400 个文件，自启动 900 项，与上次相比变了 2 项，历时 9 秒。",
        "Sweep finished: 400 files looked at, 900 things start by themselves, 2 differ from the"
            + " last look; it took 9 s.");
    says(
        new Finding(
            NOON,
            "starts-by-itself",
            Severity.HIGH,
            List.of(3L),
            Json.object()
                .put("step", "hidden")
                .put("path", "/home/desk/.x/wps")
                .put("file", "/etc/systemd/system/up.service")),
        "藏起来的程序被设成自己启动：/home/desk/.x/wps，写在 /etc/systemd/system/up.service。",
        "A hidden program was made to start by itself: /home/desk/.x/wps, written in"
            + " /etc/systemd/system/up.service.");
  }

  @Test
  void aRemovalIsToldWithWhetherTheStickWasReleasedBefore() throws Exception {
    Duration in = Duration.ofSeconds(154);
    says(
        new UsbDetached(NOON, STICK, in, Removal.PULLED, true),
        "U盘（SanDisk Cruzer，序列号尾号 4F2A）在文件还能打开时被直接拔出，插了 2 分 34 秒。",
        "USB stick (SanDisk Cruzer, serial ending in 4F2A) pulled out after 2 min 34 s"
            + " while its files were still open to use.");
    says(
        new UsbDetached(NOON, STICK, in, Removal.EJECTED, false),
        "U盘（SanDisk Cruzer，序列号尾号 4F2A）卸下后拔出，插了 2 分 34 秒。",
        "USB stick (SanDisk Cruzer, serial ending in 4F2A) released and taken out after"
            + " 2 min 34 s.");
    says(
        new UsbDetached(NOON, STICK, in, Removal.UNCLEAR, true),
        "U盘（SanDisk Cruzer，序列号尾号 4F2A）拔出，插了 2 分 34 秒；无法判断拔出前是否已经卸下。",
        "USB stick (SanDisk Cruzer, serial ending in 4F2A) out after 2 min 34 s;"
            + " whether it was released before cannot be told.");
    says(
        new UsbDetached(NOON, STICK, in, Removal.UNSEEN, false),
        "U盘（SanDisk Cruzer，序列号尾号 4F2A）在没能监视时拔出，最多插了 2 分 34 秒。",
        "USB stick (SanDisk Cruzer, serial ending in 4F2A) was taken out while nobody watched,"
            + " after 2 min 34 s at most.");
    says(
        new VolumeUnmounted(NOON, VOLUME, Removal.PULLED),
        "U盘“STICK”在 /media/STICK 还打开时被直接拔出。",
        "Stick “STICK” was pulled out while open at /media/STICK.");
  }

  @Test
  void aStickThatTypesAndLiesIsSaidToDoSo() throws Exception {
    UsbDetails lying =
        new UsbDetails(
            "0000:00:14.0",
            List.of(),
            "480",
            false,
            true,
            List.of(),
            List.of(),
            List.of(),
            List.of("device: says 2 configurations, has 1"),
            false);
    says(
        new UsbAttached(
            NOON,
            new UsbDevice(
                "1-2", "0781", "5567", "", "", "X", List.of("08/06/50", "03/01/01"), "p", lying),
            false),
        "U盘（X，没有序列号）插入，端口 1-2。它自称同时是几种设备：存储、键盘。它对自己的描述前后矛盾。",
        "USB stick (X, no serial number) plugged in at port 1-2."
            + " It says that it is several things at once: storage, keyboard."
            + " What it says of itself does not fit together.");
  }

  private static RemoteSession login(String account, String peer, String tunnel) {
    return new RemoteSession(
        "s-1",
        "xrdp",
        "xrdp",
        account,
        peer,
        0,
        "",
        0,
        "remote",
        tunnel,
        RemoteSession.Confidence.HIGH,
        List.of("socket"),
        ProcessRef.UNKNOWN,
        NOON);
  }

  @Test
  void aRefusedLoginIsToldWithHowOften() throws Exception {
    says(
        new RemoteLoginsRefused(NOON, NOON, "sshd", "SSH", "203.0.113.7", 40),
        "有人从 203.0.113.7 想远程登录这台电脑（SSH），没能进来，共 40 次。",
        "Somebody from 203.0.113.7 tried to log in to this PC remotely (SSH) and was not let in,"
            + " 40 times.");
  }

  @Test
  void aRemoteLoginIsToldWithWhereFromAndAsWhom() throws Exception {
    says(
        new RemoteSessionStarted(NOON, login("courier", "203.0.113.7", ""), false),
        "有人从 203.0.113.7 远程登录了这台电脑（xrdp，账号 courier）。",
        "Somebody logged in to this PC remotely from 203.0.113.7 (xrdp, account courier).");
    says(
        new RemoteSessionStarted(NOON, login("", "", ""), true),
        "开始监视时，已经有人从无法判断的地方远程登录着这台电脑（xrdp）。",
        "Somebody was logged in to this PC remotely already when watching began"
            + " from a place that cannot be told (xrdp).");
    says(
        new RemoteSessionStarted(NOON, login("", "127.0.0.1", "/opt/frpc"), false),
        "有人通过这台电脑上 /opt/frpc 的隧道远程登录了这台电脑（xrdp）。",
        "Somebody logged in to this PC remotely through a tunnel that ends on this PC,"
            + " held by /opt/frpc (xrdp).");
    says(
        new RemoteSessionEnded(
            NOON, login("courier", "203.0.113.7", ""), Duration.ofSeconds(61), false),
        "从 203.0.113.7 的远程登录（xrdp，账号 courier）结束，历时 1 分 1 秒。",
        "The remote login from 203.0.113.7 (xrdp, account courier) is over after 1 min 1 s.");
    says(
        new RemoteSessionEnded(
            NOON, login("courier", "203.0.113.7", "?"), Duration.ofSeconds(61), true),
        "通过这台电脑上的隧道的远程登录（xrdp，账号 courier）在没能监视时结束，最多历时 1 分 1 秒。",
        "The remote login through a tunnel that ends on this PC (xrdp, account courier)"
            + " ended while nobody watched; it lasted 1 min 1 s at most.");
  }

  @Test
  void aVolumeIsNamedByItsFolderAndLabel() throws Exception {
    says(
        new VolumeMounted(NOON, VOLUME),
        "U盘“STICK”里的文件可在 /media/STICK 打开。",
        "Files on stick “STICK” can be opened at /media/STICK.");
    says(
        new VolumeUnmounted(NOON, new Volume("E:\\", "", "", "", "", true, "")),
        "U盘已从 E:\\ 卸下。",
        "A stick was released from E:\\.");
  }

  @Test
  void aNewProgramIsToldWithWhereItCameFrom() throws Exception {
    says(
        new ProgramAppeared(NOON, HIDDEN, COPIED, SHELL),
        "从U盘复制出程序 /home/desk/.x/wps（U盘上是 /media/STICK/wps），在隐蔽位置，由 /bin/sh 写入。",
        "Program copied off a stick to /home/desk/.x/wps (on the stick: /media/STICK/wps),"
            + " in a hidden place, written by /bin/sh.");
    says(
        new ProgramAppeared(
            NOON,
            new FileRef(
                "/usr/bin/tool",
                "elf",
                1,
                HASH,
                "",
                "root",
                false,
                false,
                new FileTraits(04755, "tools", FileTraits.Packaged.CHANGED, "")),
            Origin.NOT_SEEN_ON_MEDIUM.by(Origin.Way.BROWSER, "dl.example"),
            SHELL),
        "新程序 /usr/bin/tool，从 dl.example 下载，由 /bin/sh 写入，属于软件包 tools 但内容被改过，会以文件所有者的身份运行。",
        "New program /usr/bin/tool, downloaded from dl.example, written by /bin/sh, belongs to package tools but"
            + " was changed, runs as its owner whoever starts it.");
    says(
        new ProgramAppeared(NOON, PLAIN, Origin.NOT_SEEN_ON_MEDIUM, ProcessRef.UNKNOWN),
        "新程序 /opt/tool。",
        "New program /opt/tool.");
    says(
        new ProgramAppeared(
            NOON,
            ON_STICK,
            new Origin(Origin.Medium.REMOVABLE, "on_medium", "", HASH),
            ProcessRef.UNKNOWN),
        "新程序 /media/STICK/wps，来自U盘，没能计算指纹（larger than 1GiB）。",
        "New program /media/STICK/wps, from a stick, no hash (larger than 1GiB).");
  }

  @Test
  void manyProgramsOfPackagesAreToldInOneSentence() throws Exception {
    says(
        new ProgramsAppeared(
            NOON,
            NOON.minusSeconds(9),
            new ProcessRef(4720, "/usr/bin/apt-get", "root"),
            3_000,
            0,
            48_000_000,
            List.of(new ProgramsAppeared.Share("/usr/bin", 2_990)),
            List.of("a", "b"),
            2,
            HASH),
        "/usr/bin/apt-get 安装了 2 个软件包里的 3,000 个程序文件，多数在 /usr/bin。",
        "/usr/bin/apt-get installed 3,000 program files of 2 packages, most in /usr/bin.");
  }

  @Test
  void aStartIsToldWithWhoStartedIt() throws Exception {
    says(
        new ProgramStarted(NOON, HIDDEN, COPIED, new ProcessRef(4713, "/x", "desk"), SHELL),
        "从U盘来的程序 /home/desk/.x/wps 启动，在隐蔽位置，账号 desk，由 /bin/sh 启动。",
        "Program from a stick started: /home/desk/.x/wps, in a hidden place, account desk,"
            + " started by /bin/sh.");
    says(
        new ProgramStarted(
            NOON, ON_STICK, COPIED, new ProcessRef(4712, "", ""), ProcessRef.UNKNOWN),
        "直接从U盘启动程序 /media/STICK/wps。",
        "Program started straight off a stick: /media/STICK/wps.");
    says(
        new ProgramStarted(
            NOON,
            PLAIN,
            Origin.NOT_SEEN_ON_MEDIUM,
            ProcessRef.UNKNOWN,
            ProcessRef.UNKNOWN,
            List.of(),
            1_200),
        "程序 /opt/tool 启动，上次记录以来共 1,200 次。",
        "Program /opt/tool started, 1,200 times since it was last recorded.");
    says(
        new ProgramStarted(
            NOON, PLAIN, Origin.NOT_SEEN_ON_MEDIUM, ProcessRef.UNKNOWN, ProcessRef.UNKNOWN),
        "程序 /opt/tool 启动。",
        "Program /opt/tool started.");
  }

  @Test
  void aSensorSaysWhatItCannotSee() throws Exception {
    says(
        new SensorLive(NOON, "usb", false, ""),
        "U盘和USB设备：开始监视。",
        "Sticks and USB devices: watching.");
    says(
        new SensorLive(NOON, "program", true, "folders only"),
        "新程序：开始监视，但看不全（folders only）。",
        "New programs: watching, but cannot see everything (folders only).");
    says(
        new SensorBlind(NOON, "program", NOON.minusSeconds(90), "no permission"),
        "新程序：从 11:58:30 起没能监视（no permission）。",
        "New programs: not watching since 11:58:30 (no permission).");
    says(
        new SensorBack(NOON, "camera", NOON.minusSeconds(60), NOON, "looked again"),
        "camera：恢复监视；11:59:00 到 12:00:00 之间没能监视。",
        "camera: watching again; not watched between 11:59:00 and 12:00:00.");
  }

  @Test
  void whatCameOfASelfTestIsTold() throws Exception {
    says(
        new SensorProved(NOON, "program", 1312, "/tmp/x", 7),
        "新程序：自检看见了，用了 1312 毫秒。",
        "New programs: saw its self-test after 1312 ms.");
    says(
        new SensorSilent(NOON, "upload", Duration.ofSeconds(30), "40123"),
        "上传：自检做的动作 30 秒内没有看见。",
        "Uploads: did not see its self-test within 30 s.");
  }

  @Test
  void whoIsAtTheDeskIsToldAndWhyItCannotBe() throws Exception {
    says(
        presence(Presence.State.ATTENDED, "courier", ""),
        "有人在电脑前，账号 courier。",
        "Somebody is at the desk, account courier.");
    says(
        presence(Presence.State.IDLE, "courier", "cannot see the screen lock"),
        "键盘鼠标有一会儿没人动了，账号 courier。",
        "Nobody has touched keyboard or mouse for a while, account courier.");
    says(
        presence(Presence.State.UNKNOWN, "", "no keyboard"),
        "无法判断有没有人在电脑前（no keyboard）。",
        "Whether somebody is at the desk cannot be told (no keyboard).");
  }

  private static PresenceChanged presence(Presence.State state, String user, String why) {
    return new PresenceChanged(
        NOON,
        new Presence(state, user, java.util.Optional.empty(), Presence.Lock.UNKNOWN, why),
        Presence.UNSEEN);
  }

  @Test
  void whoWasAtTheDeskIsPartOfAFinding() throws Exception {
    says(
        new Finding(
            NOON,
            "program-from-removable-media",
            Severity.CRITICAL,
            List.of(7L),
            Json.object().put("step", "started").put("path", "/x").put("presence", "locked")),
        "从U盘来的程序启动了：/x，当时屏幕锁着。",
        "A program from a stick was started: /x, while the screen was locked.");
  }

  @Test
  void whatBecameOfANoticeIsToldWithWhoAnsweredAndHow() throws Exception {
    says(
        new NoticeShown(
            NOON,
            "log-3-4",
            "有人正在远程登录这台电脑",
            1,
            NoticeShown.Way.WINDOW,
            "desk",
            Duration.ofMillis(900)),
        "已在屏幕上提示：有人正在远程登录这台电脑。",
        "A notice was shown on the screen: 有人正在远程登录这台电脑.");
    says(
        new NoticeAnswered(
            NOON,
            "log-3-4",
            NoticeAnswered.Answer.UNKNOWN,
            "desk",
            "李梅",
            NoticeAnswered.How.SCANNER,
            NoticeAnswered.Place.LOCAL,
            Duration.ofSeconds(12)),
        "有人回答了提示：“不认识，告诉总部”，用了 12 秒，用本台扫描枪，当班人员 李梅，账号 desk。",
        "The notice was answered: “not known here, HQ told”, after 12 s, by the scanner of this desk,"
            + " operator 李梅, account desk.");
    says(
        new NoticeAnswered(
            NOON,
            "log-3-4",
            NoticeAnswered.Answer.EXPECTED,
            "",
            "",
            NoticeAnswered.How.MOUSE,
            NoticeAnswered.Place.SHARED,
            Duration.ofSeconds(3)),
        "有人回答了提示：“是我们安排的”，用了 3 秒，点鼠标；当时屏幕正被远程共享，分不清是谁答的。",
        "The notice was answered: “we arranged it”, after 3 s, by the mouse; the screen was shared"
            + " remotely then, so who answered cannot be told.");
    says(
        new NoticeUnanswered(NOON, "log-3-4", "desk", Duration.ofSeconds(60)),
        "没有人回答提示，等了 1 分 0 秒。",
        "Nobody answered the notice within 1 min 0 s.");
    says(
        new NoticeImpossible(NOON, "log-3-4", "no screen"),
        "没能提示电脑前的人：no screen。",
        "Nobody at the desk could be shown a notice: no screen.");
  }

  @Test
  void anIncidentIsToldWithItsNewestStepAndHowManyThereAre() throws Exception {
    List<IncidentChanged.Step> steps =
        List.of(
            new IncidentChanged.Step(
                4,
                NOON,
                "unknown-usb-storage",
                Severity.LOW,
                List.of(3L),
                List.of(),
                new TreeMap<>()));
    says(
        new IncidentChanged(
            NOON, IncidentChanged.Change.NEW, "log-3-4", Severity.LOW, NOON, steps, 0),
        "新的安全事件（低）：没见过的U盘。",
        "New incident (low): an unknown USB stick.");
    says(
        new IncidentChanged(
            NOON, IncidentChanged.Change.UPDATE, "log-3-4", Severity.HIGH, NOON, steps, 2),
        "安全事件有新的一步（高）：没见过的U盘，共 3 步。",
        "The incident has a further step (high): an unknown USB stick; steps so far: 3.");
    says(
        new IncidentChanged(
            NOON, IncidentChanged.Change.CLOSE, "log-3-4", Severity.HIGH, NOON, steps, 0),
        "安全事件结束（高）：很久没有新的一步，共 1 步。",
        "The incident is over (high): no further step for long; steps: 1.");
  }

  @Test
  void findingsOnDevicesHiddenPlacesAndSensorsAreToldInWords() throws Exception {
    Json.Obj stick = Json.object().put("path", "Cruzer Blade").put("device", "0f3a");
    says(
        new Finding(NOON, "unknown-usb-storage", Severity.LOW, List.of(4L), stick),
        "插入了一个不在许可名单里的U盘：Cruzer Blade。",
        "A USB stick that is not on the allowed list was plugged in: Cruzer Blade.");
    says(
        new Finding(NOON, "unknown-keyboard", Severity.LOW, List.of(4L), stick),
        "插入了一个不在许可名单里的键盘类设备：Cruzer Blade。",
        "A keyboard-like device that is not on the allowed list was plugged in: Cruzer Blade.");
    says(
        new Finding(
            NOON,
            "program-in-hidden-place",
            Severity.LOW,
            List.of(4L),
            Json.object().put("step", "started").put("path", "/home/d/.x/a")),
        "隐蔽位置的程序启动了：/home/d/.x/a。",
        "A program in a hidden place was started: /home/d/.x/a.");
    says(
        new Finding(
            NOON,
            "sensor-silenced",
            Severity.MEDIUM,
            List.of(4L),
            Json.object().put("path", "usb")),
        "原来正常的监视项没能监视了：U盘和USB设备。",
        "A sensor that could see cannot any more: Sticks and USB devices.");
  }

  @Test
  void aFindingIsToldInTheWordsOfItsRule() throws Exception {
    Json.Obj facts =
        Json.object()
            .put("step", "started")
            .put("path", "/home/desk/.x/wps")
            .put("source", "/media/STICK/wps")
            .put("hidden", "true");
    says(
        new Finding(NOON, "program-from-removable-media", Severity.HIGH, List.of(4L), facts),
        "从U盘来的程序启动了：/home/desk/.x/wps，U盘上是 /media/STICK/wps，在隐蔽位置。",
        "A program from a stick was started: /home/desk/.x/wps, on the stick it is"
            + " /media/STICK/wps, in a hidden place.");
    says(
        new Finding(NOON, "some-other-rule", Severity.LOW, List.of(), Json.object()),
        "发现：规则 some-other-rule。",
        "Finding: rule some-other-rule.");
  }

  @Test
  void theLogTellsOfItself() throws Exception {
    says(started("first", 0), "面单卫士第一次启动。", "Agent started for the first time.");
    says(
        started("unclean", 1204),
        "面单卫士启动；上次没有正常结束（被强行停止或断电），当时已封签 1,204 条记录。",
        "Agent started; it had not ended in good order (killed, or power lost), with 1,204"
            + " records sealed.");
    says(
        new AgentStopped(NOON, "0.1.0", "shutdown"),
        "面单卫士停止：电脑关机。",
        "Agent stopped: the PC was shut down.");
    says(
        new AgentInstalled(NOON, "0.1.0", AgentInstalled.Act.INSTALLED, "", "0.1.0"),
        "安装了 0.1.0 版。",
        "Version 0.1.0 was installed.");
    says(
        new AgentInstalled(NOON, "0.1.0", AgentInstalled.Act.ROLLED_BACK, "0.2.0", "0.1.0"),
        "0.2.0 版没有启动好，已换回 0.1.0 版。",
        "Version 0.2.0 did not become ready; version 0.1.0 is back.");
    says(
        new AgentInstalled(NOON, "0.1.0", AgentInstalled.Act.REMOVED, "0.1.0", ""),
        "0.1.0 版已卸载，证据日志保留。",
        "Version 0.1.0 was removed; the log stays.");
    says(
        new AgentInstalled(NOON, "0.1.0", AgentInstalled.Act.REMOVED, "0.1.0", "", "2026-11-28"),
        "0.1.0 版已卸载，用的是总部 2026-11-28 的卸载码，证据日志保留。",
        "Version 0.1.0 was removed with HQ's code of 2026-11-28; the log stays.");
    says(
        new AgentInstalled(
            NOON, "0.1.0", AgentInstalled.Act.REMOVAL_REFUSED, "0.1.0", "0.1.0", "wrong"),
        "有人要卸载 0.1.0 版，没有成功：卸载码不对。",
        "Somebody tried to remove version 0.1.0 and was refused: the code is wrong.");
    says(
        new AgentStopped(NOON, "0.1.0", "uninstall"),
        "面单卫士停止：正在卸载。",
        "Agent stopped: the program is being removed.");
    says(
        new KeyHandedOver(NOON, 3, "x/agent/0+aabbccdd+AQ=="),
        "证据日志换用第 3 把签名密钥，旧的一把已销毁。",
        "The evidence log goes on with signing key number 3; the one before is destroyed.");
    says(
        new RecordsLost(NOON, NOON.minusSeconds(9), NOON, Map.of("usb.attach", 1L), "inbox full"),
        "11:59:51 到 12:00:00 之间有 1 条记录没能写下：一时太多，来不及写。",
        "One record between 11:59:51 and 12:00:00 could not be written: too many at once.");
    says(
        new LogRecovered(NOON, "a/agent/0", 7, "cm9vdA==", "log-1.db", "rolled back"),
        "原来的证据日志不能继续（rolled back），另起了新的一份。",
        "The former evidence log could not be continued (rolled back); a new one was begun.");
    says(
        new ClockJumped(NOON, Duration.ofHours(-25)),
        "电脑时钟往回拨了 25 小时 0 分。",
        "The PC's clock was put back by 25 h 0 min.");
    says(
        new ClockJumped(NOON, Duration.ofMillis(2_500)),
        "电脑时钟往前拨了 2 秒。",
        "The PC's clock was put forward by 2 s.");
    says(
        new PolicyChanged(NOON, 0, 7, "", "ab", "", PolicyChanged.Cause.HQ, ""),
        "总部更换了策略：从这台电脑自己的设置换成第 7 版。",
        "HQ changed the policy: from this PC's own settings to version 7.");
    says(
        new PolicyChanged(NOON, 7, 8, "cd", "ab", "", PolicyChanged.Cause.FOUND, ""),
        "启动时用的策略是第 8 版；这份日志上次记的是第 7 版。",
        "The policy at this start is version 8; this log last told of version 7.");
    says(
        new PolicyChanged(NOON, 8, 0, "cd", "", "", PolicyChanged.Cause.UNUSABLE, "x is gone"),
        "策略从第 8 版换成这台电脑自己的设置：x is gone。",
        "The policy went from version 8 to this PC's own settings: x is gone.");
    says(
        new RuleSwitchedOff(NOON, "some-rule", "divided by zero"),
        "规则 some-rule 出错，停用到下次启动（divided by zero）。",
        "Rule some-rule failed and is off until the next start (divided by zero).");
  }

  @Test
  void aDisposalTellsWhatWasDoneByWhoseWordAndWhyNot() throws JsonException {
    DisposalOrder block =
        new DisposalOrder(
            "0123456789abcdef0123456789abcdef",
            "0123456789abcdef0123456789abcdef",
            new Disposal.BlockAddress("203.0.113.0/24", 443),
            false,
            DisposalOrder.By.HQ,
            "",
            "");
    says(
        new DisposalBegun(NOON, block),
        "总部要求阻断到 203.0.113.0/24:443 的连接（处置编号 01234567），现在开始。",
        "By order of HQ: to block 203.0.113.0/24:443 (disposal 01234567). It begins now.");
    says(
        new DisposalEnded(NOON, block, DisposalEnded.Outcome.REFUSED, "hq_address"),
        "没有做：阻断到 203.0.113.0/24:443 的连接（处置编号 01234567），不允许这样处置：那是总部的地址。",
        "Not done: to block 203.0.113.0/24:443 (disposal 01234567), it must not be done to"
            + " this: it is HQ's address.");
    DisposalOrder back =
        new DisposalOrder(
            "0123456789abcdef0123456789abcdef",
            "fedcba9876543210fedcba9876543210",
            new Disposal.Quarantine("/home/li/x", "0123456789abcdef".repeat(4)),
            true,
            DisposalOrder.By.DESK,
            "root",
            "");
    says(
        new DisposalEnded(NOON, back, DisposalEnded.Outcome.DONE, ""),
        "已撤销处置 01234567：隔离文件 /home/li/x。",
        "Undone: to quarantine the file /home/li/x (disposal 01234567).");
  }

  @Test
  void theLogTellsWhatItKeepsAndWhatItErases() throws Exception {
    says(
        new RecordsErased(NOON, List.of(new Span(0, 4), new Span(7, 8)), 0, "personal", ""),
        "删除了 5 条记录的内容（个人信息保存期满）；记录本身和它们的证明还在。",
        "The content of 5 records was erased (personal content, kept for its time); the records"
            + " and their proofs stay.");
    says(
        new RecordsErased(NOON, List.of(new Span(4, 5)), 0, "", "PI-77"),
        "删除了 1 条记录的内容（按要求 PI-77）；记录本身和它们的证明还在。",
        "The content of one record was erased (request PI-77); the records and their proofs stay.");
    says(
        new CommandReceived(
            NOON,
            "0123456789abcdef0123456789abcdef",
            "pull",
            CommandReceived.Verdict.TAKEN,
            "",
            Json.object(),
            NOON),
        "总部命令：上传内容（编号 01234567），开始执行。",
        "HQ commands: send content (id 01234567); it is being done.");
    says(
        new AgentUpdate(NOON, "ab".repeat(16), AgentUpdate.Step.INSTALLED, "0.1.0", "0.1.1", ""),
        "总部下令安装的 0.1.1 版（编号 abababab）已代替 0.1.0 版运行，正在判断是否正常。",
        "Version 0.1.1, which HQ ordered (id abababab), runs in the place of version 0.1.0; it is being"
            + " judged.");
    says(
        new CommandReceived(
            NOON, "", "", CommandReceived.Verdict.REFUSED, "why", Json.object(), NOON),
        "收到一条自称总部的命令，没有执行：why。",
        "Something that claims to be a command of HQ was refused: why.");
    says(
        new CommandEnded(
            NOON,
            "0123456789abcdef0123456789abcdef",
            "erase",
            CommandEnded.Outcome.DONE,
            "",
            Map.of("erased", 3L, "held", 1L, "absent", 0L)),
        "总部命令 删除内容（编号 01234567）已执行：删除 3 条，1 条因保全未删。",
        "Command erase content of HQ (id 01234567) was done: 3 records erased, 1 kept because they are"
            + " held.");
    says(
        new HoldPlaced(NOON, "HZ-117", new Span(3, 1091)),
        "案件 HZ-117：保全记录 3 到 1090，解除之前不删除。",
        "Case HZ-117: records 3 to 1090 are held and not erased until released.");
    says(
        new HoldReleased(NOON, "HZ-117", new Span(3, 1091)),
        "案件 HZ-117：解除对记录 3 到 1090 的保全。",
        "Case HZ-117: records 3 to 1090 are no longer held.");
    says(
        new StoreFull(NOON, "disk full", 12, 16 << 20),
        "磁盘写不下了（磁盘已满），动用了预留空间。之后写不下的记录先留在内存里，内存也放不下的会数清楚再记。",
        "The disk took nothing more (the disk is full) and the reserve was opened. What cannot be"
            + " written waits in memory; what does not fit there is counted and written down"
            + " later.");
  }

  @Test
  void whoHandledImagesAndWhatWentWhereIsTold() throws Exception {
    ProcessRef curl = new ProcessRef(60, "/usr/bin/curl", "desk");
    says(
        images(ImagesHandled.Act.READ, "", ""),
        "/usr/bin/curl 读取了 /srv/scan 里的 60 张图片，一天内共 75 张。",
        "/usr/bin/curl read 60 images in /srv/scan, 75 within a day.");
    says(
        images(ImagesHandled.Act.COPIED, "/home/desk/xwechat_files/1", "wechat"),
        "/usr/bin/curl 从 /srv/scan 复制出 60 张图片，最后一张到 /home/desk/xwechat_files/1，那里属于微信，一天内共 75 张。",
        "/usr/bin/curl copied 60 images out of /srv/scan, the last to /home/desk/xwechat_files/1, a"
            + " place of WeChat, 75 within a day.");
    says(
        sent(curl, new BytesSent.Peer("10.0.0.2", 8443, "pan.example", "netdisk", false)),
        "/usr/bin/curl 向 pan.example (10.0.0.2)（端口 8443）发出 45.8 MiB，已知为netdisk。",
        "/usr/bin/curl sent 45.8 MiB to pan.example (10.0.0.2), port 8443, known as netdisk.");
    says(
        sent(ProcessRef.UNKNOWN, new BytesSent.Peer("", 0, "", "", false)),
        "查不出的程序 向多处零星发出共 45.8 MiB。",
        "A program that could not be named sent 45.8 MiB to various places, a little to each.");
    says(
        new Finding(
            NOON,
            "images-carried-off",
            Severity.HIGH,
            List.of(1L),
            Json.object()
                .put("step", "script")
                .put("path", "/usr/bin/curl")
                .put("images", 60)
                .put("bytes", 48_000_000)
                .put("peer", "10.0.0.2:8443")
                .put("source", "/usr/bin/tar")),
        "/usr/bin/curl 向外发出 45.8 MiB，主要发往 10.0.0.2:8443；同时有 60 张面单图片被读取，由 /usr/bin/tar 读取。",
        "/usr/bin/curl sent 45.8 MiB, mostly to 10.0.0.2:8443, while 60 waybill images were read"
            + " beside it, by /usr/bin/tar.");
  }

  private static ImagesHandled images(ImagesHandled.Act act, String result, String place) {
    ProcessRef curl = new ProcessRef(60, "/usr/bin/curl", "desk");
    return new ImagesHandled(
        NOON, NOON, act, curl, SHELL, false, 60, 75, 61, 48_000_000, "/srv/scan", result, place);
  }

  private static BytesSent sent(ProcessRef by, BytesSent.Peer peer) {
    return new BytesSent(NOON, NOON, by, SHELL, false, peer, 48_000_000, 1_000, 1);
  }

  @Test
  void whatPeopleAtHqDoIsToldWithWhoAndWhy() throws Exception {
    says(
        new HqAct(NOON, HqAct.Deed.CANCEL, "li", "203.0.113.7", "c0ffee", "登记错了"),
        "li 撤回命令 c0ffee：登记错了。",
        "li takes command c0ffee back: 登记错了.");
    for (HqAct.Deed deed : HqAct.Deed.values()) {
      HqAct act = new HqAct(NOON, deed, "li", "203.0.113.7", "c0ffee", "");
      for (Summary each : List.of(chinese, english)) {
        String said = each.of(act.type(), Json.parse(desk.body(act, 0, NOON)));
        assertTrue(said.contains("li"), said);
        assertFalse(said.contains("hq.act"), said);
      }
    }
  }

  @Test
  void anUnknownTypeAndAnEmptyEventStillMakeASentence() {
    assertEquals("记录类型 scan.read。", chinese.of("scan.read", Json.object()));
    for (String type : typesWithWords()) {
      assertTrue(english.of(type, Json.object()).endsWith("."), type);
      assertTrue(chinese.of(type, Json.object()).endsWith("。"), type);
    }
    assertEquals("Clock moved (content is not here)", english.withoutBody("time.jump"));
    assertEquals("scan.read", english.kind("scan.read"));
  }

  @Test
  void whatOnlySetsSomethingIsNotSaidToStart() throws Exception {
    says(
        new AutostartChanged(
            NOON,
            AutostartChanged.Change.APPEARED,
            new AutostartEntry(
                "uninstall_list",
                "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\ToDesk",
                "ToDesk",
                "",
                "",
                AutostartEntry.NO_PROGRAM,
                true),
            ""),
        "新增已安装软件“ToDesk”，写在 HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\ToDesk。",
        "New installed software \"ToDesk\", written in"
            + " HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\ToDesk.");
  }

  @Test
  void aPlaceThatNobodyKnowsIsCalledAsTheRecordCallsIt() {
    assertEquals("百度网盘", chinese.destination("baidu_netdisk"));
    assertEquals("pan.example", chinese.destination("pan.example"));
  }

  @Test
  void bothLanguagesHaveTheSameKeys() {
    assertEquals(keys(Locale.SIMPLIFIED_CHINESE), keys(Locale.ENGLISH));
  }

  private static List<String> typesWithWords() {
    return keys(Locale.ENGLISH).stream()
        .filter(key -> key.startsWith("kind."))
        .map(key -> key.substring("kind.".length()))
        .toList();
  }

  private static Set<String> keys(Locale language) {
    return new TreeSet<>(
        ResourceBundle.getBundle(
                "io.waybillguard.agent.event.summary",
                language,
                ResourceBundle.Control.getNoFallbackControl(
                    ResourceBundle.Control.FORMAT_PROPERTIES))
            .keySet());
  }

  private static AgentStarted started(String before, long size) {
    return new AgentStarted(
        NOON, "0.1.0", "boot", 77, HASH, HASH, "Asia/Shanghai", before, size, "");
  }

  /** Through the very bytes that the log stores. */
  private void says(Event event, String inChinese, String inEnglish) throws JsonException {
    Json.Obj body = Json.parse(desk.body(event, 7, NOON));
    assertEquals(inChinese, chinese.of(event.type(), body));
    assertEquals(inEnglish, english.of(event.type(), body));
  }
}
