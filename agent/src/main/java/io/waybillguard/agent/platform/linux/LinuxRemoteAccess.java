package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.FolderChanges;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.RemoteAccess;
import io.waybillguard.agent.platform.RemoteSigns;
import io.waybillguard.agent.platform.RemoteSigns.Connection;
import io.waybillguard.agent.platform.RemoteSigns.Endpoint;
import io.waybillguard.agent.platform.RemoteSigns.Login;
import io.waybillguard.agent.platform.RemoteSigns.ToolProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remote access by {@code /proc}, {@code /run/utmp} and {@code /run/systemd/sessions}. That
 * somebody may come in ends a wait where the kernel's trace can be had ({@link ArrivalTrace}). It
 * also counts: the table of connections is read when the count has changed; who holds a socket is
 * asked only for connections to the tools' own ports. All else is read again only when a process
 * was started, a connection or a login record came or went, or one of the tools' processes became
 * another, and every fifth time in any case.
 *
 * <p>Limits: sees this network namespace only, so a login to a container is not seen; a connection
 * that comes and goes between two looks is not seen either.
 */
public final class LinuxRemoteAccess implements RemoteAccess {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxRemoteAccess.class);

  /** USER_HZ: the kernel tells times in /proc in hundredths of a second, on every processor. */
  private static final long TICKS = 100;

  // Fields of /proc/PID/stat after the name, counted from 0: proc_pid_stat(5) calls them 4 and 22.
  private static final int PARENT = 1;
  private static final int STARTED = 19;

  /** So many looks may in a row find that nothing has changed, and take it for that. */
  private static final int UNCHANGED_AT_MOST = 4;

  /** And so many that the table of connections is as it was, while nobody is connected. */
  private static final int ROWS_KEPT_AT_MOST = 60;

  /** A process that was there at so many looks has the name that it keeps; it is asked seldom. */
  private static final int SETTLED = 5;

  private static final Pattern SOCKET = Pattern.compile("socket:\\[([0-9]+)]");

  private final Path root;
  private final Path proc;
  private final Set<String> names;
  private final LinuxProcesses processes;
  private final Utmp.Layout layout;
  private final List<Path> tracing;
  private final LinuxFolders records = new LinuxFolders();

  /** Whether changes in folders end a wait. */
  private boolean isTold;

  private @Nullable ArrivalTrace arrivals;

  /** What ends a wait, as far as it can be had. */
  private List<Fd> signs = List.of();

  private volatile @Nullable Waiter waiter;

  /** Sockets whose owners were asked; kept while the connection lasts. */
  private final Map<Long, Known> known = new HashMap<>();

  private final NewestProcess newest;
  private final Map<Long, Listed> listed = new HashMap<>();
  private @Nullable RemoteSigns before;
  private String signatureBefore = "";
  private Optional<TcpCounters> counters = Optional.empty();
  private List<TcpTable.Row> rowsBefore = List.of();
  private boolean anyInbound;

  /** Whether somebody was seen whom no program had accepted yet: the counts do not tell of that. */
  private boolean isKnockedAt;

  private int sameRows;
  private int unchanged;
  private String denied = "";

  private record Known(List<Long> owners, ProcessFacts caller) {}

  /** A process, and how many looks ago it was asked for its name and found new. */
  private static final class Listed {
    private Running running;
    private int looks;

    Listed(Running running) {
      this.running = running;
    }
  }

  private record Running(long pid, String name, long parent, Instant began) {}

  /**
   * @param programs names of the tools' processes
   */
  public LinuxRemoteAccess(Set<String> programs) {
    this(Path.of("/"), programs, Utmp.Layout.of(System.getProperty("os.arch")), KernelTrace.PLACES);
  }

  /**
   * @param root where /proc, /run and /etc are; another folder in tests
   * @param tracing where tracefs may be
   */
  LinuxRemoteAccess(Path root, Set<String> programs, Utmp.Layout layout, List<Path> tracing) {
    this.root = root;
    this.tracing = tracing;
    this.proc = root.resolve("proc");
    this.names = new HashSet<>();
    programs.forEach(p -> names.add(kept(p)));
    this.processes = new LinuxProcesses(root);
    this.newest = new NewestProcess(proc);
    this.layout = layout;
  }

  /** A name as the kernel keeps it. */
  private static String kept(String name) {
    return name.substring(0, Math.min(ArrivalTrace.NAME_BYTES, name.length()));
  }

  @Override
  public String open() throws IOException {
    close();
    listed.clear();
    before = null;
    beginToWait();
    counters = Optional.empty();
    denied = "";
    RemoteSigns unused = look();
    if (denied.isEmpty()) {
      askTheFirst();
    }
    List<String> unseen = new ArrayList<>();
    if (!denied.isEmpty()) {
      unseen.add(
          "cannot see which program holds a connection (" + denied + "); run the agent as root");
    }
    if (!Files.isReadable(utmp()) && !Files.isDirectory(sessions())) {
      unseen.add(
          "neither "
              + utmp()
              + " nor "
              + sessions()
              + " can be read, so logins are known by their processes only");
    }
    return String.join("; ", unseen);
  }

  /** Whether others' processes may be asked shows before somebody logs in: init is another's. */
  private void askTheFirst() {
    Set<Long> unused = sockets(1);
  }

  @Override
  public boolean isNamed(String name, String program) {
    return name.equals(kept(program));
  }

  @Override
  public RemoteSigns look() throws IOException {
    List<TcpTable.Row> rows = rows();
    List<TcpTable.Row> inbound = inbound(rows);
    rowsBefore = rows;
    anyInbound = !inbound.isEmpty();
    isKnockedAt = inbound.stream().anyMatch(row -> row.inode() == 0);
    boolean isSettled = !newest.isAnother();
    String signature = signature(inbound);
    RemoteSigns last = before;
    if (last != null
        && isSettled
        && signature.equals(signatureBefore)
        && unchanged < UNCHANGED_AT_MOST) {
      unchanged++;
      return last;
    }
    unchanged = 0;
    List<Running> tools =
        running().values().stream().filter(p -> names.contains(p.name())).toList();
    List<Connection> connections = connections(tools, rows, inbound);
    Map<Long, ToolProcess> told = new LinkedHashMap<>();
    for (Running tool : tools) {
      tell(tool, told);
    }
    RemoteSigns signs = new RemoteSigns(connections, List.copyOf(told.values()), logins());
    before = signs;
    signatureBefore = signature(inbound);
    return signs;
  }

  /**
   * All connections; those of the last look while the kernel's counts say that none came in, and
   * none went where somebody was in.
   */
  private List<TcpTable.Row> rows() throws IOException {
    Optional<TcpCounters> last = counters;
    counters = TcpCounters.read(proc);
    boolean isSame =
        last.isPresent()
            && !isKnockedAt
            && counters.isPresent()
            && counters.get().begunThere() == last.get().begunThere()
            && (!anyInbound || counters.get().open() == last.get().open());
    sameRows = isSame ? sameRows + 1 : 0;
    if (isSame && sameRows % (anyInbound ? UNCHANGED_AT_MOST : ROWS_KEPT_AT_MOST) != 0) {
      return rowsBefore;
    }
    List<TcpTable.Row> rows = new ArrayList<>(table("tcp"));
    rows.addAll(table("tcp6"));
    return rows;
  }

  /** What would be otherwise if somebody had come or gone, as far as it is cheap to read. */
  private String signature(List<TcpTable.Row> inbound) {
    StringBuilder all = new StringBuilder();
    inbound.forEach(row -> all.append(row.inode()).append(' '));
    for (Path records : List.of(utmp(), sessions())) {
      try {
        all.append(Files.getLastModifiedTime(records).toInstant()).append(' ');
      } catch (IOException e) {
        all.append("- "); // it is not there
      }
    }
    RemoteSigns last = before;
    if (last != null) {
      for (ToolProcess tool : last.processes()) {
        Path process = proc.resolve(Long.toString(tool.facts().pid()));
        // Its title says who is in; one that has ended may stay as a zombie, without a title.
        all.append(textOrEnded(process.resolve("cmdline"))).append('\n');
      }
    }
    return all.toString();
  }

  // -- processes ---------------------------------------------------------------------------------

  private Map<Long, Running> running() throws IOException {
    Instant boot = boot();
    Map<Long, Running> running = new LinkedHashMap<>();
    Set<Long> there = new HashSet<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(proc, p -> isNumber(p.getFileName().toString()))) {
      for (Path process : all) {
        long pid = Long.parseLong(process.getFileName().toString());
        there.add(pid);
        running(pid, process, boot).ifPresent(p -> running.put(pid, p));
      }
    }
    listed.keySet().retainAll(there);
    return running;
  }

  /** A young one may become another program by exec; one of the tools may end as a zombie. */
  private Optional<Running> running(long pid, Path process, Instant boot) {
    Listed known = listed.get(pid);
    if (known != null
        && known.looks >= SETTLED
        && known.looks % (2 * SETTLED) != 0
        && !names.contains(known.running.name())) {
      known.looks++;
      return Optional.of(known.running);
    }
    Optional<Running> read = running(process, boot);
    if (read.isEmpty()) {
      listed.remove(pid);
    } else if (known != null && known.running.began().equals(read.get().began())) {
      known.running = read.get();
      known.looks++;
    } else {
      listed.put(pid, new Listed(read.get()));
    }
    return read;
  }

  /** The name may hold blanks and brackets itself: it ends at the last one. */
  private static Optional<Running> running(Path process, Instant boot) {
    String stat = textOrEnded(process.resolve("stat"));
    int open = stat.indexOf('(');
    int close = stat.lastIndexOf(')');
    if (open < 0 || close < open) {
      return Optional.empty();
    }
    String[] rest = stat.substring(close + 1).strip().split(" ");
    // A zombie has ended; only its parent has not asked how. xrdp leaves such.
    return rest.length <= STARTED || rest[0].equals("Z")
        ? Optional.empty()
        : Optional.of(
            new Running(
                Long.parseLong(process.getFileName().toString()),
                stat.substring(open + 1, close),
                Long.parseLong(rest[PARENT]),
                boot.plusMillis(Long.parseLong(rest[STARTED]) * 1000 / TICKS)));
  }

  /** Line {@code btime} of /proc/stat: when the system was started, in whole seconds. */
  private Instant boot() throws IOException {
    return Files.readString(proc.resolve("stat"))
        .lines()
        .filter(line -> line.startsWith("btime "))
        .findFirst()
        .map(line -> Instant.ofEpochSecond(Long.parseLong(line.substring(6).strip())))
        .orElseThrow(() -> new IOException(proc.resolve("stat") + " has no line btime"));
  }

  private void tell(Running process, Map<Long, ToolProcess> told) {
    String title = textOrEnded(proc.resolve(process.pid() + "/cmdline")).replace('\0', ' ').strip();
    // Not the remembered facts: a process number may belong to another program by now.
    told.put(
        process.pid(),
        new ToolProcess(processes.now(process.pid()), process.name(), title, process.began()));
  }

  /** A process may end between listing and reading; that is an answer, not an error. */
  private static String textOrEnded(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      LOG.trace("{} has ended: {}", file, e.toString());
      return "";
    }
  }

  // -- connections -------------------------------------------------------------------------------

  /** Established connections to ports that somebody here listens to. */
  private static List<TcpTable.Row> inbound(List<TcpTable.Row> rows) {
    Set<Integer> listening = new HashSet<>();
    rows.stream().filter(TcpTable.Row::isListening).forEach(r -> listening.add(r.local().port()));
    return rows.stream()
        .filter(r -> r.isEstablished() && listening.contains(r.local().port()))
        .toList();
  }

  private List<Connection> connections(
      List<Running> tools, List<TcpTable.Row> rows, List<TcpTable.Row> inbound) throws IOException {
    Set<Long> inodes = new HashSet<>();
    inbound.forEach(r -> inodes.add(r.inode()));
    known.keySet().retainAll(inodes);
    if (inbound.isEmpty()) {
      return List.of();
    }
    // Asked anew each time: sshd hands the socket from one process to the next while somebody logs
    // in. Only the tools' own processes are asked, a handful.
    Map<Long, List<Long>> owners = owners(tools);
    Map<Integer, List<Long>> doors = new HashMap<>();
    rows.stream()
        .filter(TcpTable.Row::isListening)
        .forEach(
            row ->
                doors
                    .computeIfAbsent(row.local().port(), port -> new ArrayList<>())
                    .addAll(owners.getOrDefault(row.inode(), List.of())));
    List<Connection> connections = new ArrayList<>();
    for (TcpTable.Row row : inbound) {
      List<Long> own = owners.getOrDefault(row.inode(), List.of());
      boolean loopback = isOwn(row.remote().address());
      Known before = known.get(row.inode());
      ProcessFacts caller = before == null ? ProcessFacts.UNKNOWN : before.caller();
      if (loopback && before == null && !own.isEmpty()) {
        caller = caller(row, rows);
      }
      if (!own.isEmpty()) {
        known.put(row.inode(), new Known(own, caller));
      }
      connections.add(
          new Connection(
              row.local(),
              row.remote(),
              row.inode(),
              own,
              doors.getOrDefault(row.local().port(), List.of()),
              loopback,
              caller));
    }
    return connections;
  }

  private List<TcpTable.Row> table(String name) throws IOException {
    Path file = proc.resolve("net").resolve(name);
    try {
      return TcpTable.parse(Files.readString(file, StandardCharsets.US_ASCII));
    } catch (NoSuchFileException e) {
      if (name.equals("tcp6")) {
        return List.of(); // a kernel without IPv6
      }
      throw e;
    }
  }

  private Map<Long, List<Long>> owners(List<Running> tools) {
    Map<Long, List<Long>> owners = new HashMap<>();
    for (Running tool : tools) {
      for (long inode : sockets(tool.pid())) {
        owners.computeIfAbsent(inode, i -> new ArrayList<>()).add(tool.pid());
      }
    }
    return owners;
  }

  private Set<Long> sockets(long pid) {
    Set<Long> inodes = new HashSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(proc.resolve(pid + "/fd"))) {
      for (Path fd : all) {
        socket(fd).ifPresent(inodes::add);
      }
    } catch (java.nio.file.AccessDeniedException e) {
      denied = "process " + pid + " may not be asked";
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      LOG.trace("pid={} ended while it was asked for its sockets: {}", pid, e.toString());
    }
    return inodes;
  }

  private static Optional<Long> socket(Path fd) {
    try {
      Matcher socket = SOCKET.matcher(Files.readSymbolicLink(fd).toString());
      return socket.matches() ? Optional.of(Long.parseLong(socket.group(1))) : Optional.empty();
    } catch (IOException e) {
      LOG.trace("{} was closed meanwhile: {}", fd, e.toString());
      return Optional.empty();
    }
  }

  /** Who here holds the other end. Every process is asked, but only once for a connection. */
  private ProcessFacts caller(TcpTable.Row row, List<TcpTable.Row> rows) throws IOException {
    Endpoint far = row.remote();
    long inode =
        rows.stream()
            .filter(r -> r.local().equals(far) && r.remote().equals(row.local()))
            .mapToLong(TcpTable.Row::inode)
            .findFirst()
            .orElse(0);
    if (inode == 0) {
      return ProcessFacts.UNKNOWN;
    }
    for (long pid : running().keySet()) {
      if (sockets(pid).contains(inode)) {
        return processes.now(pid);
      }
    }
    return ProcessFacts.UNKNOWN;
  }

  /** Whether an address is one of this machine: loopback, or of one of its own interfaces. */
  private static boolean isOwn(String address) throws IOException {
    InetAddress peer = InetAddress.getByName(address); // digits: nothing is looked up
    return peer.isLoopbackAddress() || NetworkInterface.getByInetAddress(peer) != null;
  }

  // -- login records -----------------------------------------------------------------------------

  private Path utmp() {
    return root.resolve("run/utmp");
  }

  private Path sessions() {
    return root.resolve("run/systemd/sessions");
  }

  private List<Login> logins() throws IOException {
    List<Login> logins = new ArrayList<>();
    if (Files.isReadable(utmp())) {
      // A record of a session that was cut off stays; its process does not.
      Utmp.parse(Files.readAllBytes(utmp()), layout).stream()
          .filter(login -> Files.exists(proc.resolve(Long.toString(login.pid()))))
          .forEach(logins::add);
    }
    if (Files.isDirectory(sessions())) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(sessions())) {
        for (Path file : all) {
          // Beside each session lies a pipe, N.ref, that must not be opened.
          if (Files.isRegularFile(file)) {
            LogindSession.parse(file.getFileName().toString(), textOrEnded(file))
                .filter(login -> login.pid() != 0)
                .ifPresent(logins::add);
          }
        }
      }
    }
    return logins;
  }

  private static boolean isNumber(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  // -- waiting -----------------------------------------------------------------------------------

  private void beginToWait() throws IOException {
    List<Fd> all = new ArrayList<>();
    try {
      records.open();
      all.add(records.events());
      isTold = true;
    } catch (IOException e) {
      LOG.warn("logins wake nobody and are seen at the next look: {}", e.getMessage());
      isTold = false;
    }
    try {
      ArrivalTrace opened = ArrivalTrace.open(tracing, names);
      arrivals = opened;
      all.add(opened.fd());
    } catch (IOException e) {
      LOG.debug("connections that come in and tools that start wake nobody: {}", e.getMessage());
    }
    signs = List.copyOf(all);
    waiter = new Waiter(signs);
  }

  @Override
  public boolean watch(Collection<Path> logs) throws IOException {
    if (!isTold) {
      return false;
    }
    // Whoever logs in or out is written there; a system without systemd has no such sessions.
    List<Path> folders = new ArrayList<>(logs);
    folders.add(root.resolve("run"));
    if (Files.isDirectory(sessions())) {
      folders.add(sessions());
    }
    List<Path> unwatched = records.watch(folders);
    if (!unwatched.isEmpty()) {
      LOG.debug("not to be watched: {}", unwatched);
    }
    return unwatched.isEmpty() && arrivals != null;
  }

  @Override
  public boolean await(Duration least, Duration most) throws IOException {
    Waiter waits = waiter;
    if (waits == null) {
      throw new IllegalStateException("logins are not watched; call open() first");
    }
    if (!least.isZero() && waits.await(List.of(), least).called()) {
      return false;
    }
    Duration rest = most.minus(least);
    if (!waits.await(signs, rest.isNegative() ? Duration.ZERO : rest).events()) {
      return false;
    }
    if (isTold) {
      FolderChanges.Changes unused = records.read();
    }
    if (arrivals != null) {
      arrivals.drain();
    }
    return true;
  }

  @Override
  public void wake() {
    Waiter waits = waiter;
    if (waits != null) {
      waits.wake();
    }
  }

  @Override
  public void close() {
    Waiter waits = waiter;
    if (waits != null) {
      waiter = null;
      waits.close();
    }
    if (arrivals != null) {
      arrivals.close();
      arrivals = null;
    }
    signs = List.of();
    records.close();
    known.clear();
  }
}
