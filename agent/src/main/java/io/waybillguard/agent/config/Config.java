package io.waybillguard.agent.config;

import java.time.Duration;
import java.time.LocalTime;
import java.util.List;

/**
 * Everything about the agent that can be set, with its defaults. A component's place in this tree
 * is its key in the file: {@code report.connectTimeout} is read from {@code
 * report.connect_timeout}. Ranges include both ends and are kept by {@link ConfigFile}.
 *
 * <p>What HQ is and who this desk is come from enrolment and are no settings.
 *
 * @param evidence the evidence log
 * @param inbox between sensors and log
 * @param report to HQ
 * @param retention how long what is recorded is kept
 * @param sensors what is watched
 * @param rules when the rules speak, and what they take for expected
 * @param watchdog who looks after the agent's own threads
 * @param selftest how the sensors prove that they see
 * @param notice what the person at the desk is shown
 * @param terminal a badge reader or face terminal that tells who is at the desk
 * @param disposal what HQ may have done about a thing on this PC
 * @param removal what it takes to remove the agent
 */
public record Config(
    Evidence evidence,
    Inbox inbox,
    Report report,
    Retention retention,
    Sensors sensors,
    Rules rules,
    Watchdog watchdog,
    Selftest selftest,
    Notice notice,
    Terminal terminal,
    Disposal disposal,
    Removal removal) {

  private static final long MEBIBYTE = 1L << 20;

  /** What the agent runs with when no file says otherwise. */
  public static final Config DEFAULTS =
      new Config(
          new Evidence(
              "waybill-guard.local",
              256,
              Duration.ofMillis(50),
              Duration.ofSeconds(60),
              Duration.ofHours(24),
              4096,
              2048 * MEBIBYTE,
              16 * MEBIBYTE),
          new Inbox(8192),
          new Report(
              Duration.ofMinutes(30),
              Duration.ofMinutes(5),
              Duration.ofSeconds(10),
              Duration.ofSeconds(60),
              Duration.ofMinutes(15)),
          new Retention(Duration.ofDays(30), Duration.ofDays(180), Duration.ofDays(1095)),
          new Sensors(
              new Usb(true),
              new Program(true, 1024 * MEBIBYTE),
              new Image(true, List.of(), List.of(), Duration.ofMinutes(1)),
              new Upload(true, MEBIBYTE / 4, Duration.ofMinutes(1)),
              new Session(true, Duration.ofSeconds(2)),
              new Persistence(true, Duration.ofHours(6), 10),
              new Presence(true, Duration.ofMinutes(5))),
          new Rules(
              new ImagesCarriedOff(3, MEBIBYTE / 16, 3, List.of()),
              new RemoteSession(List.of(), List.of(), List.of(), Hours.ANY),
              new Programs(List.of()),
              new UsbDevices(List.of()),
              new Desk(Hours.ANY, false)),
          new Watchdog(Duration.ofSeconds(120)),
          new Selftest(Duration.ofDays(1), Duration.ofMinutes(5)),
          new Notice(
              true, "medium", Duration.ofSeconds(60), Duration.ofMinutes(10), 2, Hours.ANY, "", ""),
          new Terminal(0, false),
          new Disposal(List.of(), List.of()),
          new Removal(false));

  /**
   * How the log is written and sealed.
   *
   * @param domain the name that a new log's origin begins with, as {@code <domain>/agent/<log id>};
   *     a DNS name of the company's in lower case, at most 100 characters. A log that exists keeps
   *     the origin it was made with
   * @param commitBatch how many records may wait for one commit; 1 to 4096
   * @param commitWait how long a record may wait for company before it is committed; 1ms to 1s
   * @param checkpointEvery how long records may lie unsealed; 1s to 1h
   * @param keyEpoch how long one signing key is used before it is replaced and destroyed; 1m to 7d
   * @param keyEpochRecords how many records one signing key may seal; 16 to 65536
   * @param diskCap size in bytes that the log may grow to; beyond it the oldest content that HQ
   *     holds is erased, and what still does not fit is counted; 16MiB to 64GiB
   * @param ballast size in bytes of the file that is deleted when the disk is full, so that the log
   *     can say so; 1MiB to 1GiB
   */
  public record Evidence(
      String domain,
      int commitBatch,
      Duration commitWait,
      Duration checkpointEvery,
      Duration keyEpoch,
      int keyEpochRecords,
      long diskCap,
      long ballast) {}

  /**
   * The queue between the sensors and the log.
   *
   * @param capacity how many observations may wait; what does not fit is counted and recorded as
   *     lost; 64 to 1048576
   */
  public record Inbox(int capacity) {}

  /**
   * When and how HQ is talked to.
   *
   * @param every how long routine records may wait to be reported; urgent ones never wait; 10s to
   *     1d
   * @param heartbeat time between two signs of life; varied by a fifth either way; 10s to 1h
   * @param connectTimeout how long a connection may take to be made; 1s to 2m
   * @param readTimeout how long HQ may take to answer; 1s to 10m
   * @param backoffMax longest pause between two attempts while HQ is away; 1s to 1d
   */
  public record Report(
      Duration every,
      Duration heartbeat,
      Duration connectTimeout,
      Duration readTimeout,
      Duration backoffMax) {}

  /**
   * How long what is recorded is kept, counted from when HQ held the record, by HQ's clock. Records
   * that are held for a case stay until they are released.
   *
   * @param personal content that names a person, a path of theirs or a file of theirs; 1d to 3650d
   * @param technical content that names nobody; 1d to 3650d
   * @param leaf the records themselves; their hashes stay, so that all others can still be proved;
   *     30d to 3650d
   */
  public record Retention(Duration personal, Duration technical, Duration leaf) {}

  /**
   * What is watched. A sensor that is switched off is recorded as such at each start.
   *
   * @param usb USB devices and the volumes on them
   * @param program new programs and where they come from
   * @param image who reads, copies and packs waybill images
   * @param upload what programs send over the network
   * @param session remote logins and remote control
   * @param persistence what starts by itself
   * @param presence whether somebody is at the desk
   */
  public record Sensors(
      Usb usb,
      Program program,
      Image image,
      Upload upload,
      Session session,
      Persistence persistence,
      Presence presence) {}

  /**
   * The sensor of what starts by itself.
   *
   * @param enabled whether it looks; true or false
   * @param every how often everything is looked over, beside the looks when something changes;
   *     varied by a tenth either way; 10m to 7d
   * @param cpuShare percent of one processor that a sweep may take; 1 to 100
   */
  public record Persistence(boolean enabled, Duration every, int cpuShare) {}

  /**
   * The sensor of USB devices.
   *
   * @param enabled whether it looks; true or false
   */
  public record Usb(boolean enabled) {}

  /**
   * The sensor of programs.
   *
   * @param enabled whether it looks; true or false
   * @param hashUpTo size in bytes up to which a program file is hashed; a larger one is recorded
   *     without a hash, and says so; 1MiB to 64GiB
   */
  public record Program(boolean enabled, long hashUpTo) {}

  /**
   * The sensor of waybill images.
   *
   * @param enabled whether it looks; true or false
   * @param folders where scanned images are put; absolute paths, none by default, and then there is
   *     nothing to look at
   * @param programs the programs that scan and upload by order of the company; absolute paths, each
   *     alone or with a blank and {@code sha256:} and the hash of its content
   * @param summaryEvery how long what one program does to images is summed up before it is
   *     recorded; 10s to 1h
   */
  public record Image(
      boolean enabled, List<String> folders, List<String> programs, Duration summaryEvery) {
    public Image {
      folders = List.copyOf(folders);
      programs = List.copyOf(programs);
    }
  }

  /**
   * The sensor of remote logins.
   *
   * @param enabled whether it looks; true or false
   * @param every how often it looks; a login or its end is recorded that much later at most, and a
   *     quarter of a second; 250ms to 10s
   */
  public record Session(boolean enabled, Duration every) {}

  /**
   * The sensor of whether somebody is at the desk.
   *
   * @param enabled whether it looks; true or false
   * @param idleAfter how long keyboard and mouse may lie untouched before the desk counts as left;
   *     30s to 4h
   */
  public record Presence(boolean enabled, Duration idleAfter) {}

  /**
   * Remote logins that the company arranged. Every other one is a finding.
   *
   * @param allowedPeers addresses, networks or host names they may come from; none when empty
   * @param allowedTools ids of {@code config/remote-tools.yaml} by which; none when empty
   * @param allowedAccounts accounts they may use; any when empty
   * @param allowedHours the time of day, this PC's; such as 08:00-20:00, or any
   */
  public record RemoteSession(
      List<String> allowedPeers,
      List<String> allowedTools,
      List<String> allowedAccounts,
      Hours allowedHours) {
    public RemoteSession {
      allowedPeers = List.copyOf(allowedPeers);
      allowedTools = List.copyOf(allowedTools);
      allowedAccounts = List.copyOf(allowedAccounts);
    }
  }

  /**
   * The sensor of uploads.
   *
   * @param enabled whether it looks; true or false
   * @param recordFrom bytes sent to one place from which there is a record of that place; less is
   *     summed up by program and hour; 1KiB to 1GiB
   * @param summaryEvery how long what one program sends to one place is summed up before it is
   *     recorded; 10s to 1h
   */
  public record Upload(boolean enabled, long recordFrom, Duration summaryEvery) {}

  /**
   * When the rules speak, and what they take for expected.
   *
   * @param imagesCarriedOff images leave by a program that may not send them
   * @param remoteSession remote logins
   * @param programs programs that the company has arranged
   * @param usb USB devices
   * @param desk who is to be at the desk, and when
   */
  public record Rules(
      ImagesCarriedOff imagesCarriedOff,
      RemoteSession remoteSession,
      Programs programs,
      UsbDevices usb,
      Desk desk) {}

  /**
   * Programs on which the rules are silent. They are recorded all the same.
   *
   * @param allowed each {@code sha256:} and the hash of its content, {@code package:} and the name
   *     of the system's package that brought it, or {@code signer:} and the hash of the certificate
   *     that signed it; none by default
   */
  public record Programs(List<String> allowed) {
    public Programs {
      allowed = List.copyOf(allowed);
    }
  }

  /**
   * Who is to be at the desk, and when: what happens otherwise weighs more.
   *
   * @param workingHours the time of day, this PC's; such as 08:00-20:00, or any
   * @param operatorRequired whether somebody must be signed on by name
   */
  public record Desk(Hours workingHours, boolean operatorRequired) {}

  /**
   * The rules on USB storage and keyboards.
   *
   * @param known passports of the company's own devices, scanners among them; none when empty
   */
  public record UsbDevices(List<String> known) {
    public UsbDevices {
      known = List.copyOf(known);
    }
  }

  /**
   * The rule on images that leave.
   *
   * @param leastImages how many images a program must have read; 1 to 100000
   * @param leastBytes how much it must have sent since; 1KiB to 1GiB
   * @param surplus how many times the images that it had an allowed program may send; 1 to 100
   * @param allowedDestinations where anybody may send: addresses, networks, host names, or ids of
   *     {@code upload-destinations.yaml}; nowhere when empty
   */
  public record ImagesCarriedOff(
      int leastImages, long leastBytes, int surplus, List<String> allowedDestinations) {
    public ImagesCarriedOff {
      allowedDestinations = List.copyOf(allowedDestinations);
    }
  }

  /**
   * A part of the day; passes midnight when {@code until} is before {@code from}.
   *
   * @param from included
   * @param until not included; the same as {@code from} for the whole day
   */
  public record Hours(LocalTime from, LocalTime until) {
    static final Hours ANY = new Hours(LocalTime.MIDNIGHT, LocalTime.MIDNIGHT);

    /** As it is written in the file. */
    @Override
    public String toString() {
      return from.equals(until) ? "any" : from + "-" + until;
    }
  }

  /**
   * The watchdog of the agent's own threads.
   *
   * @param patience how long one step of a thread may take, beside what it waits for work (30 s at
   *     most), before the process is ended and started anew; 30s to 1h
   */
  public record Watchdog(Duration patience) {}

  /**
   * The test that each sensor has to pass.
   *
   * @param every time between two whole tests; the first is ten minutes after the start, or this
   *     long if that is shorter, and each up to a tenth later; 5m to 30d
   * @param signsEvery time between two tests by signs that leave no record; 1m to 1d
   */
  public record Selftest(Duration every, Duration signsEvery) {}

  /**
   * What the person at the desk is shown of an incident.
   *
   * @param enabled whether anything is shown; true or false
   * @param leastSeverity from which severity on: low, medium, high or critical
   * @param foldAfter how long a notice stays open before it folds to a count and "nobody answered"
   *     is recorded; 10s to 10m
   * @param remindAfter how long after "later", or after nobody answered, it opens again; 1m to 1d
   * @param repeats how many times one notice opens again at most; 0 to 20
   * @param quietHours when a notice does not open but shows its count only, and does not open
   *     again; the whole day stands for never
   * @param hqPhone HQ's telephone number as it is to be read; "" when there is none
   * @param scanner the waybill scanner by which may be answered: vendor and product id, and perhaps
   *     serial number or port; "" when none is enrolled
   */
  public record Notice(
      boolean enabled,
      String leastSeverity,
      Duration foldAfter,
      Duration remindAfter,
      int repeats,
      Hours quietHours,
      String hqPhone,
      String scanner) {}

  /**
   * A badge reader or face terminal.
   *
   * @param port of this PC's loopback address at which it speaks to the agent; 0 to 65535, 0 for no
   *     such
   * @param page whether people may sign on and off at a page of the same port
   */
  public record Terminal(int port, boolean page) {}

  /**
   * What may be done about a thing on this PC: {@code end_session}, {@code block}, {@code usb},
   * {@code quarantine}.
   *
   * @param allow what HQ may order by signed command; nothing by default
   * @param automatic what is done by itself in a critical incident; counts only for kinds that are
   *     allowed as well; nothing by default
   */
  public record Disposal(List<String> allow, List<String> automatic) {
    public Disposal {
      allow = List.copyOf(allow);
      automatic = List.copyOf(automatic);
    }
  }

  /**
   * What it takes to remove the agent.
   *
   * @param codeRequired whether HQ has to give a code for it
   */
  public record Removal(boolean codeRequired) {}
}
