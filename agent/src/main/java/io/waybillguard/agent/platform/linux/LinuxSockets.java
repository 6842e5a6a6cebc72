package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.memory.Recent;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Sockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TCP connections through netlink SOCK_DIAG: lists of them while they live, and a message with the
 * final counts when one ends, however short it was. Whose a connection is comes from the lists and
 * {@code /proc}, and for those that no list showed from {@link SocketTrace} where that can be had.
 *
 * <p>Limits: only this network namespace, so not what containers send; an IPv4 or IPv6 connection
 * over a kernel's own TLS or NFS has no process; before kernel 4.19 a connection counts up to two
 * bytes too many.
 */
public final class LinuxSockets implements Sockets {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxSockets.class);

  /** linux/sock_diag.h: groups SKNLGRP_INET_TCP_DESTROY (1) and SKNLGRP_INET6_TCP_DESTROY (3). */
  private static final int DESTROYED = 1 | 1 << 2;

  private static final int QUEUE_BYTES = 4 << 20;
  private static final int MOST_MESSAGES = 16_384;

  private static final int[] FAMILIES = {2, 10};

  /** All states of net/tcp_states.h but those of sockets that are no more: TIME_WAIT and CLOSE. */
  private static final int LIVING =
      1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11;

  /** Without the trace, a list is the only way to learn an owner; it costs some 10 ms. */
  private static final Duration OFTEN = Duration.ofMillis(250);

  /** After a connection was begun: whose it is shows while it lives. */
  private static final Duration SOON = Duration.ofSeconds(2);

  /** How much living connections have carried is summed up by the minute: no need to ask often. */
  private static final Duration SELDOM = Duration.ofSeconds(10);

  /** While nothing at all leaves this machine. */
  private static final Duration SILENT = Duration.ofSeconds(30);

  private static final int REMEMBERED = 16_384;

  private final LinuxProcesses processes;
  private final InstantSource clock;
  private final Path proc = Path.of("/proc");
  private final SocketOwners owners = new SocketOwners(proc);
  private final Map<Long, Known> known = new HashMap<>();
  private final Set<Integer> listening = new HashSet<>();

  /** Who ended a connection, by its ports and peer. */
  private final Map<String, Long> enders = Recent.byArrival(REMEMBERED);

  /** Who began connections to a peer and port, oldest first. */
  private final Map<String, Deque<Long>> beginners = Recent.byArrival(REMEMBERED);

  private @Nullable Netlink ends;
  private @Nullable Netlink lists;
  private @Nullable SocketTrace trace;
  private volatile @Nullable Waiter waiter;
  private Instant nextList = Instant.MIN;
  private Instant listed = Instant.MIN;
  private Optional<TcpCounters> counters = Optional.empty();

  /** Whether something was sent that no list has shown. */
  private boolean unlisted;

  /** Whether nothing was sent between the last two looks at the counters. */
  private boolean isSilent;

  /** A connection that was in a list. */
  private static final class Known {
    final long sentBefore;
    final long receivedBefore;
    ProcessFacts by = ProcessFacts.UNKNOWN;
    boolean incoming;
    long sent;
    long received;

    /** How often its owner was looked for in vain. */
    int misses;

    Known(long sentBefore, long receivedBefore) {
      this.sentBefore = sentBefore;
      this.receivedBefore = receivedBefore;
      this.sent = sentBefore;
      this.received = receivedBefore;
    }
  }

  /**
   * @param processes asked who an owner is; one that learns of starts can name those that ended
   * @param clock for the time between two lists
   */
  public LinuxSockets(LinuxProcesses processes, InstantSource clock) {
    this.processes = processes;
    this.clock = clock;
  }

  @Override
  public View open() throws IOException {
    close();
    boolean done = false;
    try {
      String what = "the ends of connections (netlink SOCK_DIAG)";
      Netlink ended = Netlink.open(Netlink.NETLINK_SOCK_DIAG, DESTROYED, QUEUE_BYTES, what);
      ends = ended;
      lists = Netlink.open(Netlink.NETLINK_SOCK_DIAG, 0, QUEUE_BYTES, "lists of connections");
      String untraced = beginTrace();
      SocketTrace traced = trace;
      waiter = new Waiter(traced == null ? List.of(ended.fd()) : List.of(ended.fd(), traced.fd()));
      for (InetDiag socket : list()) {
        known.put(socket.cookie(), new Known(socket.sent(), socket.received()));
      }
      nextList = clock.instant();
      done = true;
      return view(untraced);
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private String beginTrace() {
    try {
      trace = SocketTrace.open();
      return "";
    } catch (IOException e) {
      LOG.debug("no trace of connections", e);
      return String.valueOf(e.getMessage());
    }
  }

  private static View view(String untraced) throws IOException {
    List<String> missing = LinuxRights.missing();
    StringBuilder detail =
        new StringBuilder("TCP connections with their bytes; not seen: UDP (QUIC), containers");
    boolean blindToOthers = missing.contains("CAP_SYS_PTRACE");
    if (blindToOthers) {
      detail.append("; whose the connections of other accounts are is not seen: run as root");
    }
    if (!untraced.isEmpty()) {
      detail
          .append("; whose a connection was that lived less than ")
          .append(OFTEN.toMillis())
          .append(" ms may stay unknown: ")
          .append(untraced);
    }
    return new View(blindToOthers || !untraced.isEmpty(), detail.toString());
  }

  @Override
  public List<Reading> await(Duration patience) throws IOException {
    Waiter open = waiter;
    Netlink ended = ends;
    if (open == null || ended == null) {
      throw new IllegalStateException("connections are not watched; call open() first");
    }
    Duration untilList = Duration.between(clock.instant(), nextList);
    Duration wait = untilList.isNegative() ? Duration.ZERO : untilList;
    Waiter.Woken unused = open.await(wait.compareTo(patience) < 0 ? wait : patience);
    List<InetDiag> over = ended(ended);
    learnSteps(); // after the ends: whoever made an end is in the trace before it
    List<Reading> told = new ArrayList<>();
    for (InetDiag socket : over) {
      if (socket.peerPort() != 0) { // never connected, or one that listened
        told.add(last(socket));
      }
    }
    Instant now = clock.instant();
    if (!now.isBefore(nextList)) {
      if (isListWorthIt(now)) {
        living(told);
        listed = now;
      }
      nextList = now.plus(trace == null ? OFTEN : isSilent ? SILENT : SELDOM);
    }
    return told;
  }

  /** Only when connections were begun, or it is time and something was sent. */
  private boolean isListWorthIt(Instant now) {
    Optional<TcpCounters> before = counters;
    counters = TcpCounters.read(proc);
    if (before.isEmpty() || counters.isEmpty()) {
      return true;
    }
    TcpCounters is = counters.get();
    boolean isBegun =
        is.begunHere() != before.get().begunHere() || is.begunThere() != before.get().begunThere();
    isSilent = is.sent() == before.get().sent();
    unlisted |= !isSilent;
    boolean isWorthIt = isBegun || (unlisted && !now.isBefore(listed.plus(SELDOM)));
    unlisted &= !isWorthIt;
    return isWorthIt;
  }

  private static List<InetDiag> ended(Netlink from) throws IOException {
    List<InetDiag> over = new ArrayList<>();
    for (int i = 0; i < MOST_MESSAGES; i++) {
      Optional<byte[]> message = from.receive();
      if (message.isEmpty()) {
        break;
      }
      over.addAll(InetDiag.parse(message.get()).sockets());
    }
    return over;
  }

  private void learnSteps() throws IOException {
    SocketTrace from = trace;
    if (from == null) {
      return;
    }
    for (SocketTrace.Step step : from.read()) {
      String peer = canonical(step.peer()) + " " + step.peerPort();
      if (step.began()) {
        Deque<Long> all = beginners.computeIfAbsent(peer, p -> new ArrayDeque<>());
        if (all.size() >= REMEMBERED / 16) {
          all.remove();
        }
        long process = processOf(step.thread());
        all.add(process);
        ProcessFacts unused = processes.of(process); // kept, for when it has ended
        Instant soon = clock.instant().plus(SOON);
        nextList = soon.isBefore(nextList) ? soon : nextList;
      } else {
        enders.put(step.localPort() + " " + peer, processOf(step.thread()));
      }
    }
  }

  /** The process of a thread; the thread itself when it has ended. proc_pid_status(5), Tgid. */
  private long processOf(long thread) {
    try {
      for (String line :
          Files.readString(
                  proc.resolve(Long.toString(thread)).resolve("status"),
                  StandardCharsets.ISO_8859_1)
              .split("\n")) {
        if (line.startsWith("Tgid:")) {
          return Long.parseLong(line.substring("Tgid:".length()).strip());
        }
      }
    } catch (IOException e) {
      LOG.trace("thread={} ended before it could be asked: {}", thread, e.toString());
    }
    return thread;
  }

  /** One spelling for an address that two parts of the kernel write. */
  private static String canonical(String address) {
    try {
      // Digits and colons only, so nothing is looked up anywhere.
      return InetAddress.getByName(address).getHostAddress();
    } catch (UnknownHostException e) {
      return address;
    }
  }

  private Reading last(InetDiag socket) {
    Known before = known.remove(socket.cookie());
    Known one = before == null ? new Known(0, 0) : before;
    String peer = socket.peer().getHostAddress() + " " + socket.peerPort();
    Long ender = enders.remove(socket.localPort() + " " + peer);
    long owner = one.by.pid();
    if (owner == 0) {
      owner = ender != null ? ender : 0;
    }
    long began = beginner(peer, owner);
    if (one.by.pid() == 0) {
      one.by = processes.of(owner != 0 ? owner : began);
    }
    one.incoming |= listening.contains(socket.localPort());
    return reading(socket, one, true);
  }

  /**
   * Who began a connection to a peer that is over now: its owner where that is known, else the one
   * process that began all that are not over; 0 when there were several.
   */
  private long beginner(String peer, long owner) {
    Deque<Long> all = beginners.get(peer);
    if (all == null) {
      return 0;
    }
    long first = all.getFirst();
    boolean isCertain = all.stream().allMatch(each -> each == first);
    long began = all.removeFirstOccurrence(owner) ? owner : isCertain ? all.remove() : 0;
    if (all.isEmpty()) {
      beginners.remove(peer);
    }
    return began;
  }

  private void living(List<Reading> told) throws IOException {
    List<InetDiag> sockets = list();
    findOwners(sockets);
    for (InetDiag socket : sockets) {
      Known one = known.get(socket.cookie());
      if (one != null && (socket.sent() != one.sent || socket.received() != one.received)) {
        one.sent = socket.sent();
        one.received = socket.received();
        told.add(reading(socket, one, false));
      }
    }
  }

  private void findOwners(List<InetDiag> sockets) throws IOException {
    Map<Long, Known> ownerless = new HashMap<>();
    for (InetDiag socket : sockets) {
      Known one = known.computeIfAbsent(socket.cookie(), c -> new Known(0, 0));
      one.incoming |= listening.contains(socket.localPort());
      // Three looks: what nobody holds then is the kernel's own, or nobody's any more.
      if (one.by.pid() == 0 && socket.inode() != 0 && one.misses < 3) {
        ownerless.put(socket.inode(), one);
      }
    }
    if (!ownerless.isEmpty()) {
      Map<Long, Long> found = owners.find(ownerless.keySet());
      ownerless.forEach(
          (inode, one) -> {
            one.misses++;
            one.by = processes.of(found.getOrDefault(inode, 0L));
          });
    }
    Set<Long> there = new HashSet<>();
    sockets.forEach(socket -> there.add(socket.cookie()));
    // Their last word was read before the list was made, or comes with the next.
    if (known.size() > 2 * there.size() + REMEMBERED) {
      known.keySet().retainAll(there);
    }
  }

  private static Reading reading(InetDiag socket, Known one, boolean ended) {
    return new Reading(
        socket.cookie(),
        one.by,
        socket.peer(),
        socket.peerPort(),
        one.incoming,
        Math.max(0, socket.sent() - one.sentBefore),
        Math.max(0, socket.received() - one.receivedBefore),
        ended);
  }

  /** The connections that there are; ports that are listened at are remembered beside. */
  private List<InetDiag> list() throws IOException {
    Netlink from = lists;
    if (from == null) {
      throw new IllegalStateException("connections are not watched; call open() first");
    }
    List<InetDiag> all = new ArrayList<>();
    listening.clear();
    for (int family : FAMILIES) {
      from.send(request(family));
      boolean last = false;
      while (!last) {
        byte[] message =
            from.receive()
                .orElseThrow(
                    () -> new IOException("the kernel ended a list of connections half-way"));
        InetDiag.Batch batch = InetDiag.parse(message);
        last = batch.last();
        for (InetDiag socket : batch.sockets()) {
          if (socket.state() == InetDiag.LISTEN) {
            listening.add(socket.localPort());
          } else {
            all.add(socket);
          }
        }
      }
    }
    return all;
  }

  /** struct nlmsghdr and struct inet_diag_req_v2 (linux/inet_diag.h), for all of a family. */
  private static byte[] request(int family) {
    int length = 72;
    return ByteBuffer.allocate(length)
        .order(ByteOrder.nativeOrder())
        .putInt(length)
        .putShort((short) 20) // SOCK_DIAG_BY_FAMILY
        .putShort((short) 0x301) // NLM_F_REQUEST | NLM_F_DUMP
        .position(16)
        .put((byte) family)
        .put((byte) 6) // IPPROTO_TCP
        .put((byte) 2) // the attribute INET_DIAG_INFO
        .put((byte) 0)
        .putInt(LIVING)
        .array();
  }

  @Override
  public void wake() {
    Waiter open = waiter;
    if (open != null) {
      open.wake();
    }
  }

  @Override
  public void close() {
    Waiter open = waiter;
    if (open != null) {
      waiter = null;
      open.close();
    }
    if (ends != null) {
      ends.close();
      ends = null;
    }
    if (lists != null) {
      lists.close();
      lists = null;
    }
    if (trace != null) {
      trace.close();
      trace = null;
    }
    known.clear();
    enders.clear();
    beginners.clear();
  }
}
