package io.waybillguard.hq.app;

import io.waybillguard.agent.config.WaybillNumbers;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Waybills;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.hq.acts.Acts;
import io.waybillguard.hq.store.Bond;
import io.waybillguard.hq.store.Bucket;
import io.waybillguard.hq.store.Contents;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.PostgresUrl;
import io.waybillguard.hq.store.SegmentStore;
import io.waybillguard.hq.store.WaybillTags;
import io.waybillguard.hq.trust.HqKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say where HQ keeps what it knows. */
final class Home {
  private final Map<String, String> environment;

  @Option(names = "--data", paramLabel = "DIR", required = true)
  private Path data = Path.of("");

  @Option(names = "--database", paramLabel = "URL", descriptionKey = "database")
  private String database = "";

  @Option(names = "--segments", paramLabel = "URL", descriptionKey = "segments")
  private String segments = "";

  @Option(names = "--s3-endpoint", paramLabel = "URL", descriptionKey = "endpoint")
  private String endpoint = "";

  /**
   * @param environment of the process, which may tell who signs on to a database server
   */
  Home(Map<String, String> environment) {
    this.environment = environment;
  }

  Path data() {
    return data;
  }

  Location location() throws IOException {
    return new Location(
        data,
        database.isEmpty() ? Optional.empty() : Optional.of(PostgresUrl.of(database, environment)),
        segments.isEmpty()
            ? Optional.empty()
            : Optional.of(Bucket.of(segments, endpoint, environment)));
  }

  /** A database server other than the one of {@code --database}. */
  PostgresUrl server(String url) throws IOException {
    return PostgresUrl.of(url, environment);
  }

  /** The segments of an opened HQ. */
  SegmentStore segments(Call call, Database opened) throws IOException {
    SegmentStore found = location().segments(call.clock());
    new Bond(opened, data).check(found);
    return found;
  }

  /** Another place of segments: a bucket, or {@link SegmentStore#IN_FOLDER} for the data folder. */
  SegmentStore segmentsAt(Call call, String place, String at) throws IOException {
    Optional<Bucket> bucket =
        place.equals(SegmentStore.IN_FOLDER)
            ? Optional.empty()
            : Optional.of(Bucket.of(place, at, environment));
    return new Location(data, Optional.empty(), bucket).segments(call.clock());
  }

  /** What pulls brought, and what can be erased, of an opened HQ. */
  Contents contents(Call call, Database opened) throws IOException {
    return new Contents(opened, data, segments(call, opened));
  }

  HqKeys keys() throws IOException, GeneralSecurityException, EvidenceException {
    return HqKeys.open(data);
  }

  /**
   * Writes down what a command is about to do, in a log that no server writes to.
   *
   * @param who a console user, or {@code os:} and an account
   * @throws IOException if it cannot be written; it is then not done
   */
  void record(Call call, Database opened, HqAct.Deed deed, String who, String about, String detail)
      throws IOException, GeneralSecurityException, EvidenceException {
    try (Acts acts = Acts.open(data, keys().domain(), Version.current(), opened, call.clock())) {
      acts.write(deed, who, "", about, detail);
    }
  }

  /** As above, by the account that runs the command. */
  void record(Call call, Database opened, HqAct.Deed deed, String about, String detail)
      throws IOException, GeneralSecurityException, EvidenceException {
    record(call, opened, deed, "os:" + Reasons.account(), about, detail);
  }

  /**
   * Finds records by the waybill numbers that they do not hold.
   *
   * @throws IOException if no server of this version has made the key yet
   */
  static WaybillTags waybills(Database database, HqKeys keys) throws IOException {
    WaybillNumbers numbers = WaybillNumbers.carried();
    return new WaybillTags(
        database,
        keys.waybills().orElseThrow(() -> new NoSuchFileException("keys/waybills.key")),
        new Waybills(numbers.distinct(), numbers.common()));
  }

  /** Before it is said that there is no HQ: whether this account could see one. */
  void checkAccess() throws Complaint {
    Path inside = data.resolve("any");
    if (!Files.exists(inside) && !Files.notExists(inside)) {
      throw new Complaint(Exit.UNAVAILABLE, "data.closed", data, Reasons.account());
    }
  }

  /** The database of an HQ that has been served before. */
  Database open() throws Complaint, IOException, GeneralSecurityException, EvidenceException {
    Location at = location();
    checkAccess();
    if (!HqKeys.areIn(data) || (!at.isShared() && !Database.isIn(data) && !Bond.isTied(data))) {
      throw new Complaint(Exit.USAGE, "data.none", data);
    }
    if (!Files.isWritable(data)) {
      throw new Complaint(Exit.UNAVAILABLE, "data.denied", data);
    }
    Database opened = Database.open(at);
    try {
      new Bond(opened, data).check(keys().witness().verifier().toString());
      return opened;
    } catch (Exception e) {
      opened.close();
      throw e;
    }
  }
}
