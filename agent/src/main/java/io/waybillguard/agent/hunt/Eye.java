package io.waybillguard.agent.hunt;

import io.waybillguard.agent.event.AutostartChanged;
import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.HuntFinding;
import io.waybillguard.agent.event.Imprint;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.hunt.search.PathGlob;
import io.waybillguard.agent.hunt.search.Search;
import io.waybillguard.agent.hunt.search.TextPattern;
import io.waybillguard.agent.hunt.search.UsbPattern;
import io.waybillguard.agent.hunt.sigma.Answer;
import io.waybillguard.agent.hunt.sigma.Category;
import io.waybillguard.agent.hunt.sigma.Occurrence;
import io.waybillguard.agent.platform.RunningProgram;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Holds what is there against what is looked for. Pure. */
final class Eye {
  private static final long NOW = -1;

  private final Search search;
  private final Set<String> hashes;
  private final String system;
  private final Consumer<HuntFinding> found;

  /**
   * @param system what rules call this kind of system
   * @param found told of everything found; the same thing more than once
   */
  Eye(Search search, String system, Consumer<HuntFinding> found) {
    this.search = search;
    this.hashes = Set.copyOf(search.sha256());
    this.system = system;
    this.found = found;
  }

  /** The kinds of thing that a search asks for. */
  static List<String> kinds(Search search) {
    Set<String> kinds = new TreeSet<>(search.args().keys());
    kinds.removeAll(Set.of("title", "spread"));
    return List.copyOf(kinds);
  }

  /** A record of the log. */
  void record(long seq, Observation it) {
    if (it instanceof ProgramAppeared program) {
      program(seq, program.file());
      rules(seq, Category.FILE_EVENT, program.file().path(), Occurrences.appeared(program));
    } else if (it instanceof ProgramStarted program) {
      program(seq, program.file());
      rules(seq, Category.PROCESS_CREATION, program.file().path(), Occurrences.started(program));
    } else if (it instanceof AutostartChanged changed) {
      autostart(seq, changed.entry());
    } else if (it instanceof RemoteSessionStarted login) {
      if (search.tools().containsKey(login.session().tool())) {
        tell(
            "remote_tool", login.session().tool(), login.session().program().executable(), "", seq);
      }
    } else if (it instanceof UsbAttached stick) {
      for (UsbPattern each : search.usb()) {
        if (each.fits(stick.device())) {
          tell("usb", each.written(), device(stick), "", seq);
        }
      }
    } else if (it instanceof BytesSent sent) {
      String where = sent.peer().name().isEmpty() ? sent.peer().ip() : sent.peer().name();
      rules(
          seq,
          Category.NETWORK_CONNECTION,
          sent.by().executable() + " → " + where,
          Occurrences.sent(sent));
    }
  }

  private static String device(UsbAttached stick) {
    return stick.device().name() + " " + stick.device().passport();
  }

  private void program(long seq, FileRef file) {
    path(seq, file.path(), file.sha256());
    hash(seq, file.path(), file.sha256());
    signer(seq, file.path(), file.traits().packageName());
    Imprint.Signature signature = file.traits().imprint().signature();
    if (signature.state().isOfItsSigner()) {
      signer(seq, file.path(), signature.signer());
    }
  }

  /** A program that runs now. */
  void running(RunningProgram it, Map<Long, RunningProgram> all, String signer) {
    path(NOW, it.executable(), "");
    signer(NOW, it.executable(), signer);
    rules(NOW, Category.PROCESS_CREATION, it.executable(), Occurrences.running(it, all));
  }

  /** Something that starts by itself now. */
  void autostart(AutostartEntry entry, String signer) {
    autostart(NOW, entry);
    signer(NOW, entry.program().path(), signer);
  }

  private void autostart(long seq, AutostartEntry entry) {
    for (TextPattern each : search.autoruns()) {
      List<String> texts =
          List.of(entry.name(), entry.command(), entry.program().path(), entry.file());
      if (texts.stream().anyMatch(each::isIn)) {
        tell("autorun", each.written(), entry.file() + " " + entry.name(), "", seq);
      }
    }
    path(seq, entry.program().path(), entry.program().sha256());
    hash(seq, entry.program().path(), entry.program().sha256());
    if (Occurrences.isRegistry(entry)) {
      String key = entry.file() + "\\" + entry.name();
      rules(seq, Category.REGISTRY_SET, key, Occurrences.registry(entry));
    }
  }

  /** Whether files are to be looked at, and which of their contents. */
  boolean wantsFiles() {
    return wantsContent()
        || !search.paths().isEmpty()
        || !search.tools().isEmpty()
        || search.rules().values().stream()
            .anyMatch(r -> r.read().category() == Category.FILE_EVENT);
  }

  /** Whether contents are to be hashed. */
  boolean wantsContent() {
    return !hashes.isEmpty();
  }

  /** A file that is there. */
  void file(String path) {
    path(NOW, path, "");
    rules(NOW, Category.FILE_EVENT, path, Occurrences.file(path));
  }

  /** The content of a file that is there. */
  void content(String path, String sha256) {
    hash(NOW, path, sha256);
  }

  private void hash(long seq, String path, String sha256) {
    if (hashes.contains(sha256)) {
      tell("sha256", sha256, path, sha256, seq);
    }
  }

  private void path(long seq, String path, String sha256) {
    if (path.isEmpty()) {
      return;
    }
    for (PathGlob each : search.paths()) {
      if (each.fits(path)) {
        tell("path", each.written(), path, sha256, seq);
      }
    }
    String name = FileRef.nameOf(path).toLowerCase(Locale.ROOT);
    search
        .tools()
        .forEach(
            (id, programs) -> {
              if (programs.stream().anyMatch(p -> isNamed(name, p.toLowerCase(Locale.ROOT)))) {
                tell("remote_tool", id, path, sha256, seq);
              }
            });
  }

  private static boolean isNamed(String name, String program) {
    return name.equals(program) || name.equals(program + ".exe");
  }

  private void signer(long seq, String path, String signer) {
    if (signer.isEmpty() || path.isEmpty()) {
      return;
    }
    for (TextPattern each : search.signers()) {
      if (each.isIn(signer)) {
        tell("signer", each.written(), path, "", seq);
      }
    }
  }

  private void rules(long seq, Category category, String path, Occurrence it) {
    for (Search.Rule each : search.rules().values()) {
      boolean here = each.read().product().isEmpty() || each.read().product().equals(system);
      if (here && each.read().category() == category && each.read().on(it) == Answer.YES) {
        tell("sigma", each.read().title(), path, "", seq);
      }
    }
  }

  private void tell(String what, String match, String path, String sha256, long seq) {
    found.accept(new HuntFinding(what, match, path, sha256, seq));
  }
}
