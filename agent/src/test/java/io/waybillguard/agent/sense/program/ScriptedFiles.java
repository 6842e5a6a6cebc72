package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import io.waybillguard.agent.platform.Volumes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A kernel that tells what a test lets it tell. The files themselves are real. */
final class ScriptedFiles implements FileActivity, Volumes, Processes {
  private final List<FileEvent> events = new ArrayList<>();
  private final List<MountedVolume> mounted = new ArrayList<>();
  private final Map<Long, ProcessFacts> processes = new HashMap<>();
  private final Map<Long, Call> calls = new HashMap<>();
  private boolean lost;
  private boolean open;
  private Duration lastPatience = Duration.ZERO;

  void process(long pid, String executable, String user, long parent) {
    processes.put(pid, new ProcessFacts(pid, executable, user, parent));
  }

  /** From now on a process says that it was called so. */
  void called(long pid, String folder, String... arguments) {
    calls.put(pid, new Call(of(pid).executable(), List.of(arguments), folder));
  }

  @Override
  public Call call(long pid) {
    return calls.getOrDefault(pid, Call.NONE);
  }

  void written(Path file, long pid) {
    events.add(new FileEvent.Written(file, of(pid)));
  }

  void started(Path file, long pid) {
    events.add(new FileEvent.Started(file, of(pid)));
  }

  void read(Path file, long pid) {
    events.add(new FileEvent.Read(file, of(pid)));
  }

  void tell(FileEvent event) {
    events.add(event);
  }

  void mount(MountedVolume volume) {
    mounted.add(volume);
    events.add(new FileEvent.VolumesChanged());
  }

  void unmount(MountedVolume volume) {
    mounted.remove(volume);
    events.add(new FileEvent.VolumesChanged());
  }

  void loseEvents() {
    lost = true;
  }

  /** Whether nothing is left to tell. */
  boolean isQuiet() {
    return events.isEmpty();
  }

  /** What the last wait was given. */
  Duration lastPatience() {
    return lastPatience;
  }

  @Override
  public View open() {
    lost = false;
    open = true;
    return new View(false, "what a test tells");
  }

  @Override
  public List<FileEvent> await(Duration patience) throws IOException {
    lastPatience = patience;
    if (!open) {
      throw new IllegalStateException("not open");
    }
    if (lost) {
      throw new IOException("file events were lost");
    }
    List<FileEvent> told = List.copyOf(events);
    events.clear();
    return told;
  }

  @Override
  public List<MountedVolume> list() {
    return List.copyOf(mounted);
  }

  @Override
  public ProcessFacts of(long pid) {
    return processes.getOrDefault(
        pid, pid == 0 ? ProcessFacts.UNKNOWN : new ProcessFacts(pid, "", "", 0));
  }

  @Override
  public void follow(Path file) {}

  @Override
  public void wake() {}

  @Override
  public void close() {
    open = false;
  }
}
