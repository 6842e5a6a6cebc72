package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.ImagesHandled;
import io.waybillguard.agent.event.ImagesHandled.Act;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.memory.Recent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What each program had of the images and what it sent, from the records of the log alone: fed with
 * them again it is the same again. Bounded: the program that did nothing for longest is forgotten,
 * and all that is older than a day.
 */
final class ImageLedger {
  private static final int MOST_PROGRAMS = 512;
  private static final int MOST_SENDS = 128;
  private static final int MOST_RECORDS = 32;
  static final Duration DAY = Duration.ofHours(24);

  /** Programs of one pipe or script run within this of each other. */
  private static final Duration SAME_SCRIPT = Duration.ofMinutes(10);

  /**
   * Bytes that a program sent to one place.
   *
   * @param seq its record
   */
  record Send(long seq, BytesSent what) {}

  /** The account of one program. */
  static final class Account {
    final String program;
    boolean allowed;
    long made;
    long read;
    long copied;
    long moved;
    long packed;

    /** Sizes of what it made and read, each image once. */
    long bytesHad;

    /** Of all that is in {@code sends} and has gone from it. */
    long sent;

    @Nullable Instant firstRead;
    Instant last = Instant.EPOCH;

    /** Who started its process that read last. */
    ProcessRef readersParent = ProcessRef.UNKNOWN;

    /** Sent before the oldest of {@code sends}, and after the first reading. */
    long sentBefore;

    final Deque<Send> sends = new ArrayDeque<>();
    final Deque<Long> records = new ArrayDeque<>();

    // What was told of it last.
    long toldImages;
    long toldBytes;

    private Account(String program) {
      this.program = program;
    }

    /** What it sent since it first read an image. */
    long sentSinceRead() {
      Instant from = firstRead;
      if (from == null) {
        return 0;
      }
      return sentBefore + sentSince(from);
    }

    /** Of all that it sent, what had been sent by then. */
    long sentUntil(Instant until) {
      return sent
          - sends.stream()
              .filter(send -> send.what().at().isAfter(until))
              .mapToLong(send -> send.what().out())
              .sum();
    }

    long sentSince(Instant from) {
      return sends.stream()
          .filter(send -> !send.what().at().isBefore(from))
          .mapToLong(send -> send.what().out())
          .sum();
    }

    private void add(long seq) {
      if (records.size() >= MOST_RECORDS) {
        records.remove();
      }
      records.add(seq);
    }

    private void add(Send send) {
      if (sends.size() >= MOST_SENDS) {
        Send old = sends.remove();
        if (firstRead != null && !old.what().at().isBefore(firstRead)) {
          sentBefore += old.what().out();
        }
      }
      sends.add(send);
      sent += send.what().out();
    }

    /** Where most of it went. */
    Optional<BytesSent.Peer> largestPeer() {
      Map<BytesSent.Peer, Long> byPeer = new LinkedHashMap<>();
      sends.forEach(send -> byPeer.merge(send.what().peer(), send.what().out(), Long::sum));
      return byPeer.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    }
  }

  private final Map<String, Account> accounts = Recent.byUse(MOST_PROGRAMS);

  /** Enters what a program did to images. */
  Account enter(long seq, ImagesHandled what) {
    Account account = account(what.by(), what.at());
    account.allowed = what.allowed();
    account.add(seq);
    switch (what.act()) {
      case MADE -> account.made += what.images();
      case READ -> account.read += what.images();
      case COPIED -> account.copied += what.images();
      case MOVED -> account.moved += what.images();
      case PACKED -> account.packed += what.images();
    }
    if (what.act() == Act.MADE || what.act() == Act.READ) {
      account.bytesHad += what.bytes();
    }
    if (what.act() == Act.READ) {
      if (account.firstRead == null || what.from().isBefore(account.firstRead)) {
        account.firstRead = what.from();
      }
      account.readersParent = what.parent();
    }
    return account;
  }

  /** Enters what a program sent. */
  Account enter(long seq, BytesSent what) {
    Account account = account(what.by(), what.at());
    account.allowed = what.allowed();
    account.add(seq);
    account.add(new Send(seq, what));
    return account;
  }

  /** The accounts of allowed programs. */
  List<Account> allowed() {
    return accounts.values().stream().filter(account -> account.allowed).toList();
  }

  /** The same content under one path; a process that could not be asked has one of its own. */
  private Account account(ProcessRef by, Instant at) {
    String program = by.executable().isEmpty() ? "pid " + by.pid() : by.executable();
    Account account = accounts.get(program);
    if (account == null || Duration.between(account.last, at).compareTo(DAY) > 0) {
      account = new Account(program);
      accounts.put(program, account);
    }
    account.last = at.isAfter(account.last) ? at : account.last;
    return account;
  }

  /**
   * Readers that may have handed on what another sent: started by the same shell, at about the same
   * time. Allowed programs hand on nothing.
   */
  List<Account> readersBeside(Account sender) {
    List<Account> found = new ArrayList<>();
    for (Account reader : accounts.values()) {
      if (reader != sender
          && !reader.allowed
          && reader.read > 0
          && isShell(reader.readersParent)
          && sender.sends.stream().anyMatch(send -> isBeside(reader, send.what()))) {
        found.add(reader);
      }
    }
    return found;
  }

  /** Those who sent while a reader in the same script read. */
  List<Account> sendersBeside(Account reader) {
    return accounts.values().stream()
        .filter(sender -> sender != reader && readersBeside(sender).contains(reader))
        .toList();
  }

  private static boolean isBeside(Account reader, BytesSent send) {
    return send.parent().pid() == reader.readersParent.pid()
        && Duration.between(reader.last, send.at()).abs().compareTo(SAME_SCRIPT) <= 0;
  }

  private static boolean isShell(ProcessRef process) {
    return process.pid() > 1 && ProcessRef.isShell(process.executable());
  }
}
