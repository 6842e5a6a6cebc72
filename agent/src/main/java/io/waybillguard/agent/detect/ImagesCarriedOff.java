package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.ImagesHandled;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Waybill images leave by somebody who has no business to send them: a program that is not an
 * allowed one read images and sent, or ran in one script with one that did; or an allowed one sends
 * far more than it ever had, as it does when somebody else sends through it.
 *
 * <p>Told once, and again when four times as many images or bytes have gone.
 */
public final class ImagesCarriedOff implements Detector {
  /** From which on it is a heap that somebody can sell, not a slip. */
  private static final long MANY_IMAGES = 20;

  private static final int AGAIN = 4;

  /** Protocols, pages and pictures of an uploader's own: below this, a ratio says nothing. */
  private static final long SURPLUS_FLOOR = 32L << 20;

  /**
   * When it is worth a finding.
   *
   * @param leastImages images that a program must have read, &gt; 0
   * @param leastBytes bytes that it must have sent since, &gt; 0
   * @param surplus how many times what it had an allowed program may send, ≥ 1
   * @param settled how long after something was sent the records of what the program had are sure
   *     to have come: they are sums, and what was sent may be recorded first
   * @param destinations where anybody may send: addresses, networks, host names, or ids of known
   *     destinations
   */
  public record Settings(
      long leastImages, long leastBytes, int surplus, Duration settled, List<String> destinations) {
    public Settings {
      destinations = List.copyOf(destinations);
    }

    /** Where nobody may send. */
    public Settings(long leastImages, long leastBytes, int surplus, Duration settled) {
      this(leastImages, leastBytes, surplus, settled, List.of());
    }
  }

  private final Settings settings;
  private final Peers destinations;
  private final ImageLedger ledger = new ImageLedger();

  public ImagesCarriedOff(Settings settings) {
    this.settings = settings;
    this.destinations = new Peers(settings.destinations());
  }

  @Override
  public String rule() {
    return "images-carried-off";
  }

  @Override
  public Memory memory() {
    Set<String> types = new HashSet<>(Set.of("net.sent"));
    for (ImagesHandled.Act act : ImagesHandled.Act.values()) {
      types.add(act.type());
    }
    return new Memory(types, ImageLedger.DAY);
  }

  @Override
  public List<Finding> on(long seq, Observation seen) {
    ImageLedger.Account account;
    if (seen instanceof ImagesHandled handled) {
      account = ledger.enter(seq, handled);
    } else if (seen instanceof BytesSent sent && sent.by().isKnown() && !isAllowed(sent.peer())) {
      account = ledger.enter(seq, sent);
    } else {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    if (!account.allowed) {
      reader(account, seen.at()).or(() -> script(account, seen.at())).ifPresent(findings::add);
    }
    if (findings.isEmpty() && seen instanceof ImagesHandled && !account.allowed) {
      // It may have been read before the sending, and recorded after.
      ledger.sendersBeside(account).stream()
          .flatMap(sender -> script(sender, seen.at()).stream())
          .findFirst()
          .ifPresent(findings::add);
    }
    if (findings.isEmpty()) {
      ledger.allowed().stream()
          .flatMap(one -> surplus(one, seen.at()).stream())
          .findFirst()
          .ifPresent(findings::add);
    }
    return findings;
  }

  /** What goes there is on nobody's account. Sums over several places go to none of these. */
  private boolean isAllowed(BytesSent.Peer to) {
    return !to.ip().isEmpty()
        && (destinations.contains(to.ip())
            || (!to.name().isEmpty() && destinations.contains(to.name()))
            || (!to.destination().isEmpty() && destinations.contains(to.destination())));
  }

  /** A program that read images and sent. */
  private Optional<Finding> reader(ImageLedger.Account account, Instant now) {
    long sent = account.sentSinceRead();
    return account.read >= settings.leastImages() && sent >= settings.leastBytes()
        ? tell(account, List.of(), account.read, sent, "reader", now)
        : Optional.empty();
  }

  /** A program that sent, with one beside it in the same script that read. */
  private Optional<Finding> script(ImageLedger.Account account, Instant now) {
    if (account.allowed) {
      return Optional.empty();
    }
    List<ImageLedger.Account> readers = ledger.readersBeside(account);
    long images = readers.stream().mapToLong(reader -> reader.read).max().orElse(0);
    long sent =
        readers.stream()
            .mapToLong(reader -> reader.firstRead == null ? 0 : account.sentSince(reader.firstRead))
            .max()
            .orElse(0);
    return images >= settings.leastImages() && sent >= settings.leastBytes()
        ? tell(account, readers, images, sent, "script", now)
        : Optional.empty();
  }

  /**
   * An allowed program that sent far more than it had. What it has made or read once it may send as
   * a picture, as text, and once more after a broken connection.
   */
  private Optional<Finding> surplus(ImageLedger.Account account, Instant now) {
    long sent = account.sentUntil(now.minus(settings.settled()));
    return sent > SURPLUS_FLOOR + settings.surplus() * account.bytesHad
        ? tell(account, List.of(), account.made + account.read, sent, "surplus", now)
        : Optional.empty();
  }

  private Optional<Finding> tell(
      ImageLedger.Account account,
      List<ImageLedger.Account> readers,
      long images,
      long sent,
      String step,
      Instant now) {
    boolean isMore = images >= AGAIN * account.toldImages || sent >= AGAIN * account.toldBytes;
    if (account.toldBytes > 0 && !isMore) {
      return Optional.empty();
    }
    account.toldImages = Math.max(1, images);
    account.toldBytes = sent;
    Optional<BytesSent.Peer> peer = account.largestPeer();
    Json.Obj facts =
        Json.object()
            .put("step", step)
            .put("path", account.program)
            .put("images", images)
            .put("bytes", sent)
            .put("copied", account.copied)
            .put("packed", account.packed);
    peer.ifPresent(
        to -> facts.put("peer", place(to)).putUnlessEmpty("destination", to.destination()));
    if (!readers.isEmpty()) {
      facts.put("source", readers.get(0).program);
    }
    TreeSet<Long> about = new TreeSet<>(account.records);
    readers.forEach(reader -> about.addAll(reader.records));
    Severity severity =
        step.equals("surplus") || images < MANY_IMAGES ? Severity.MEDIUM : Severity.HIGH;
    return Optional.of(new Finding(now, rule(), severity, new ArrayList<>(about), facts));
  }

  private static String place(BytesSent.Peer to) {
    if (to.ip().isEmpty()) {
      return "various";
    }
    String host = to.name().isEmpty() ? to.ip() : to.name() + " (" + to.ip() + ")";
    return to.incoming() ? host : host + ":" + to.port();
  }
}
