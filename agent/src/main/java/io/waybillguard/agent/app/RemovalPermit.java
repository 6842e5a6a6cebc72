package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.desk.DeskCall;
import io.waybillguard.agent.desk.DeskSlot;
import io.waybillguard.agent.desk.Saying;
import io.waybillguard.agent.event.AgentInstalled;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.SecretFile;
import io.waybillguard.agent.report.RemovalAnchors;
import io.waybillguard.agent.report.wire.RemovalAnchor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whether the agent may be taken off this PC: where the settings in force say so, only with the
 * code that HQ gave for today or yesterday (by UTC), once. HQ is not asked; the log says which
 * codes were used and keeps a clock from being set back. An attempt without is a record.
 */
final class RemovalPermit {
  /** Where an installer has the code from who runs it, without showing it to others. */
  static final String VARIABLE = "WG_CODE";

  private final Call call;
  private final InstantSource clock;
  private final Door door;

  /** By which the running agent is spoken to: {@link DeskCall#say}. */
  @FunctionalInterface
  interface Door {
    Json.Obj say(Path socket, Saying said) throws IOException;
  }

  /** Why not. */
  enum Why {
    MISSING,
    WRONG,
    USED,
    /** HQ's answers have not brought yet what codes are checked by. */
    UNKNOWN_HERE;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** No good code was given. */
  private static final class NotGranted extends Exception {
    private static final long serialVersionUID = 1L;

    private final Why why;

    NotGranted(Why why) {
      super(why.word());
      this.why = why;
    }
  }

  RemovalPermit(Call call) {
    this(call, InstantSource.system(), DeskCall::say);
  }

  RemovalPermit(Call call, InstantSource clock, Door door) {
    this.call = call;
    this.clock = clock;
    this.door = door;
  }

  /** Whether a code is needed. */
  boolean isNeeded() throws IOException {
    StoredPolicy.Found found = StoredPolicy.load(call.home().data());
    Config settings = PolicyKeeper.standing(found.policy(), own()).settings().config();
    return settings.removal().codeRequired();
  }

  /** Settings that cannot be read keep nobody from removing the program; HQ's policy still does. */
  private ConfigFile own() throws IOException {
    Path file = call.home().configFile();
    try {
      return Files.exists(file)
          ? ConfigFile.read(file, call.home().shown(file))
          : ConfigFile.defaults();
    } catch (ConfigException e) {
      call.terminal().remark("removal.settings", call.home().shown(file));
      return ConfigFile.defaults();
    }
  }

  /**
   * Asks for it.
   *
   * @param given the code, or "" for what the environment says
   * @return the day that the code was for, or "" where none is needed
   * @throws Refusal if it may not be removed; that is a record by then, or the message says why not
   */
  String ask(String given) throws IOException, Refusal {
    if (!isNeeded()) {
      return "";
    }
    String code = given.isBlank() ? call.environment().getOrDefault(VARIABLE, "") : given;
    try {
      return granted(code);
    } catch (NotGranted refused) {
      record(refused.why);
      throw new Refusal(Exit.UNAVAILABLE, "removal." + refused.why.word());
    }
  }

  private String granted(String code) throws IOException, NotGranted {
    if (code.isBlank()) {
      throw new NotGranted(Why.MISSING);
    }
    RemovalAnchors anchors = anchors();
    Set<String> used = new HashSet<>();
    long today = RemovalAnchor.day(clock.instant());
    try (LogReader log = LogReader.open(call.home().data())) {
      // Later than the clock: somebody has set that back, and may hold the code of a day long over.
      List<Entry> newest = log.find(null, Instant.EPOCH, Instant.MAX, 1);
      for (Entry each : newest) {
        today = Math.max(today, RemovalAnchor.day(each.at()));
      }
      for (Entry each : log.find(AgentInstalled.TYPE, Instant.EPOCH, Instant.MAX, -1)) {
        used.add(each.leaf().fields().text("code", ""));
      }
    } catch (NoSuchFileException e) {
      used.clear(); // no log yet: nothing was ever used
    } catch (EvidenceException e) {
      throw new IOException("the log's records cannot be read: " + e.getMessage(), e);
    }
    for (long day = today; day > today - 2; day--) {
      if (anchors.opens(day, code)) {
        String date = LocalDate.ofEpochDay(day).toString();
        if (used.contains(date)) {
          throw new NotGranted(Why.USED);
        }
        return date;
      }
    }
    throw new NotGranted(Why.WRONG);
  }

  /**
   * A damaged file opens no door: it is as if HQ had not told yet, and its next answer mends it.
   */
  private RemovalAnchors anchors() throws NotGranted {
    try {
      RemovalAnchors anchors = RemovalAnchors.load(call.home().data());
      if (!anchors.anchors().isEmpty()) {
        return anchors;
      }
    } catch (IOException e) {
      call.terminal().remark("removal.damaged", String.valueOf(e.getMessage()));
    }
    throw new NotGranted(Why.UNKNOWN_HERE);
  }

  /** By the running agent, which owns the log; by ourselves where none runs. */
  private void record(Why why) throws IOException {
    try {
      if (DataLock.isHeld(call.home().data())) {
        String key = Files.readString(Undoing.file(call.home().data())).strip();
        tell(new Saying.RemovalRefused(why.word(), key));
      } else {
        new InstallRecord(call).write(AgentInstalled.Act.REMOVAL_REFUSED, "", why.word());
      }
    } catch (IOException | ConfigException | Refusal e) {
      call.terminal().remark("removal.not_recorded", String.valueOf(e.getMessage()));
    }
  }

  private void tell(Saying.RemovalRefused refused) throws IOException {
    try {
      Json.Obj answer = door.say(call.home().door(), refused);
      if (!answer.flag("ok", false)) {
        throw new IOException("the agent answered " + answer.text("why", "nothing"));
      }
    } catch (DeskCall.NoSocketsException e) {
      Path slot = call.home().slot();
      SecretFile.folder(slot);
      byte[] note = refused.json().toString().getBytes(StandardCharsets.UTF_8);
      SecretFile.write(DeskSlot.another(slot), note);
    }
  }
}
