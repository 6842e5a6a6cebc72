package io.waybillguard.agent.dispose;

import io.waybillguard.agent.event.Disposal.Kind;
import io.waybillguard.agent.event.DisposalOrder;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.RemoteSessionEnded;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log as disposals use it: what was begun and ended, which logins are open, what incidents ask
 * for. Opened anew each time, since it may be set aside between two. One thread.
 */
final class DisposalLog implements Hands.Logins {
  private static final Logger LOG = LoggerFactory.getLogger(DisposalLog.class);

  static final String BEGUN = "disposal.begin";
  static final String ENDED = "disposal.end";

  /** Types of records that may ask for something. */
  static final List<String> ASKING = List.of("incident.new", "incident.update");

  /** An incident that turned critical just before a crash is still acted on. */
  private static final Duration LOOK_BACK = Duration.ofHours(1);

  private final Path data;
  private Instant since = Instant.MAX;
  private String origin = "";
  private long next;

  DisposalLog(Path data) {
    this.data = data;
  }

  /** Whether a record of this type names this order. */
  boolean has(String type, String order) throws IOException {
    return place(type, order).isPresent();
  }

  /** The last record of this type that names this order. */
  OptionalLong place(String type, String order) throws IOException {
    return find(type, "order", order);
  }

  /** Whether HQ's command has its result. */
  boolean answered(String command) throws IOException {
    return find("hq.result", "id", command).isPresent();
  }

  private OptionalLong find(String type, String key, String value) throws IOException {
    OptionalLong last = OptionalLong.empty();
    try (LogReader log = LogReader.open(data)) {
      for (Entry entry : log.find(type, Instant.EPOCH, Instant.MAX, -1)) {
        if (entry.leaf().fields().text(key, "").equals(value)
            && (last.isEmpty() || entry.seq() > last.getAsLong())) {
          last = OptionalLong.of(entry.seq());
        }
      }
      return last;
    } catch (EvidenceException e) {
      throw new IOException("the log cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<RemoteSession> open(String uid) throws IOException {
    RemoteSession found = null;
    try (LogReader log = LogReader.open(data)) {
      List<Entry> all = new ArrayList<>(log.find("session.start", Instant.EPOCH, Instant.MAX, -1));
      all.addAll(log.find("session.end", Instant.EPOCH, Instant.MAX, -1));
      all.sort(Comparator.comparingLong(Entry::seq));
      for (Entry entry : all) {
        Observation seen = observation(entry);
        if (seen instanceof RemoteSessionStarted start && start.session().uid().equals(uid)) {
          found = start.session();
        } else if (seen instanceof RemoteSessionEnded end && end.session().uid().equals(uid)) {
          found = null;
        }
      }
    } catch (EvidenceException e) {
      throw new IOException("the log cannot be read: " + e.getMessage(), e);
    }
    return Optional.ofNullable(found);
  }

  private static @Nullable Observation observation(Entry entry) {
    try {
      Optional<byte[]> body = entry.event();
      return body.isEmpty() ? null : Recall.observation(body.get()).orElse(null);
    } catch (JsonException e) {
      LOG.warn("record {} is not understood: {}", entry.seq(), e.getMessage());
      return null;
    }
  }

  /** From now on {@link #wishes} tells what incidents of the last hour and of later ask for. */
  void begin(Instant now) {
    since = now.minus(LOOK_BACK);
  }

  /** What incidents ask for that were not told yet. */
  List<DisposalOrder> wishes(Set<Kind> kinds) throws IOException {
    List<DisposalOrder> wanted = new ArrayList<>();
    try (LogReader log = LogReader.open(data)) {
      String now = log.keys().origin();
      if (!now.equals(origin)) {
        origin = now;
        next = 0;
      }
      long size = log.size();
      for (String type : ASKING) {
        for (long seq : log.places(type, since, Instant.MAX, -1)) {
          if (seq >= next) {
            log.entry(seq)
                .flatMap(DisposalLog::incident)
                .ifPresent(each -> wanted.addAll(Wishes.about(each, kinds)));
          }
        }
      }
      next = size;
    } catch (EvidenceException e) {
      throw new IOException("the log cannot be read: " + e.getMessage(), e);
    }
    return wanted;
  }

  private static Optional<IncidentChanged> incident(Entry entry) {
    try {
      Optional<byte[]> body = entry.event();
      return body.isEmpty() ? Optional.empty() : Recall.incident(body.get());
    } catch (JsonException e) {
      LOG.warn("record {} is not understood: {}", entry.seq(), e.getMessage());
      return Optional.empty();
    }
  }
}
