package io.waybillguard.hq.app;

import io.javalin.config.JavalinConfig;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.hq.acts.Acts;
import io.waybillguard.hq.console.Console;
import io.waybillguard.hq.console.Passwords;
import io.waybillguard.hq.feeds.Plan;
import io.waybillguard.hq.feeds.Sending;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.http.Address;
import io.waybillguard.hq.http.AgentApi;
import io.waybillguard.hq.http.Https;
import io.waybillguard.hq.http.Monitor;
import io.waybillguard.hq.ingest.Enrolment;
import io.waybillguard.hq.ingest.Mirror;
import io.waybillguard.hq.ingest.Presence;
import io.waybillguard.hq.ingest.Pulled;
import io.waybillguard.hq.ingest.Renewal;
import io.waybillguard.hq.ingest.Succession;
import io.waybillguard.hq.ingest.Witness;
import io.waybillguard.hq.oidc.OidcPlan;
import io.waybillguard.hq.oidc.Provider;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.orders.RemovalCodes;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.pull.Pulling;
import io.waybillguard.hq.store.Backlog;
import io.waybillguard.hq.store.Bond;
import io.waybillguard.hq.store.Clones;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Contents;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.DurableFile;
import io.waybillguard.hq.store.Enrolments;
import io.waybillguard.hq.store.FeedRows;
import io.waybillguard.hq.store.FreshSegments;
import io.waybillguard.hq.store.Generations;
import io.waybillguard.hq.store.Heartbeats;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Packages;
import io.waybillguard.hq.store.PolicyRows;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.Renewals;
import io.waybillguard.hq.store.Retention;
import io.waybillguard.hq.store.Revocations;
import io.waybillguard.hq.store.SearchIndex;
import io.waybillguard.hq.store.SegmentStore;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.sweeps.Sweeps;
import io.waybillguard.hq.trust.CertificateRefused;
import io.waybillguard.hq.trust.GivenCertificate;
import io.waybillguard.hq.trust.HqKeys;
import io.waybillguard.hq.trust.ServerIdentity;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** A running HQ: wired in the order the data flows, closed in reverse. */
final class Hq implements AutoCloseable {
  /**
   * How it is to run.
   *
   * @param at where it keeps what it knows; the folder is made if it is not there
   * @param domain what its keys are named after; fixed at the first start, absent for the default
   * @param agents where agents reach it
   * @param console where people reach it
   * @param names further host names and addresses that the certificate should hold
   * @param heartbeat how often it wants to hear each workstation
   * @param certificateLife how long a workstation's certificate holds
   * @param monitor where machines ask how it is; absent for nowhere
   * @param feeds where records go besides
   * @param given the certificate that the console shows; absent for one of HQ's own
   * @param lookAtCertificates how often it is looked whether another certificate is to be shown
   * @param oidc who vouches for people besides their passwords; absent for nobody
   */
  record Settings(
      Location at,
      Optional<String> domain,
      Address agents,
      Address console,
      List<String> names,
      Duration heartbeat,
      Duration certificateLife,
      Optional<Address> monitor,
      List<Plan> feeds,
      Optional<GivenCertificate> given,
      Duration lookAtCertificates,
      Optional<OidcPlan> oidc) {
    /** Often enough for a certificate that was replaced because its key was lost. */
    static final Duration HOURLY = Duration.ofHours(1);

    Settings {
      names = List.copyOf(names);
      feeds = List.copyOf(feeds);
    }

    /** Without a listener for machines that watch, and without feeds. */
    Settings(
        Location at,
        Optional<String> domain,
        Address agents,
        Address console,
        List<String> names,
        Duration heartbeat,
        Duration certificateLife) {
      this(
          at,
          domain,
          agents,
          console,
          names,
          heartbeat,
          certificateLife,
          Optional.empty(),
          List.of(),
          Optional.empty(),
          HOURLY,
          Optional.empty());
    }

    /** The same, with a listener for machines that watch. */
    Settings monitoredAt(Address place) {
      return with(Optional.of(place), feeds, given, lookAtCertificates, oidc);
    }

    /** The same, with these feeds. */
    Settings feeding(List<Plan> plans) {
      return with(monitor, plans, given, lookAtCertificates, oidc);
    }

    /** The same, with this certificate for people, looked at this often. */
    Settings showing(GivenCertificate certificate, Duration every) {
      return with(monitor, feeds, Optional.of(certificate), every, oidc);
    }

    /** The same, with people whom this provider vouches for. */
    Settings vouching(OidcPlan provider) {
      return with(monitor, feeds, given, lookAtCertificates, Optional.of(provider));
    }

    private Settings with(
        Optional<Address> watchedAt,
        List<Plan> plans,
        Optional<GivenCertificate> certificate,
        Duration every,
        Optional<OidcPlan> provider) {
      return new Settings(
          at,
          domain,
          agents,
          console,
          names,
          heartbeat,
          certificateLife,
          watchedAt,
          plans,
          certificate,
          every,
          provider);
    }

    Path data() {
      return at.data();
    }
  }

  /** The administrator that a fresh HQ has. */
  static final String FIRST_USER = "admin";

  private final List<AutoCloseable> parts = new ArrayList<>();
  private final Settings settings;
  private final HqKeys keys;
  private final Https agents;
  private final Https console;
  private final Optional<Https> monitor;
  private final Acts acts;
  private final Optional<String> firstPassword;
  private final Retention retention;

  private Hq(Settings settings, InstantSource clock, Passwords passwords)
      throws Complaint, IOException, GeneralSecurityException, EvidenceException {
    this.settings = settings;
    try {
      Path data = settings.data();
      makeFolder(data);
      parts.add(FolderLock.take(data, settings.at().isShared()));
      Database database = Database.openForServer(settings.at());
      parts.add(database);
      Closeable alone = database.startAlone();
      parts.add(alone);
      Bond bond = new Bond(database, data);
      this.keys = keys(settings, bond, clock);
      Fleet.setInterval(database, settings.heartbeat());
      Certificates certificates = new Certificates(clock);
      parts.add(certificates);
      Certificates.Renewal ours = (shown, now) -> shown.renewed(keys, hosts(settings), now);
      ServerIdentity identity = ServerIdentity.of(keys, hosts(settings), clock.instant());
      Certificates.Renewal given = settings.given().map(this::asGiven).orElse(ours);
      ServerIdentity toPeople = first(given, identity, clock);

      this.firstPassword = firstPassword(database, passwords, clock);

      Logs logs = new Logs(database);
      SegmentStore files = settings.at().segments(clock);
      files.check();
      bond.tie(files);
      this.retention = files.retention();
      FreshSegments fresh = new FreshSegments();
      files.removeParts(partsBefore(settings, clock.instant()));
      Duration life = settings.certificateLife();
      Commands commands = new Commands(database);
      Contents contents = new Contents(database, data, files);
      contents.destroyDoomed();
      Mirror mirror = new Mirror(keys.mirror(), keys.witness(), logs, files, fresh, clock);
      AgentApi api =
          new AgentApi(
              new Enrolment(keys, new Enrolments(database), life, clock),
              new Witness(keys.witness(), logs, clock),
              mirror,
              new Presence(
                  logs,
                  new Heartbeats(database),
                  new Clones(database),
                  commands,
                  settings.heartbeat(),
                  new RemovalCodes(keys.commands())::anchors,
                  clock),
              new Pulled(logs, commands, new Records(database, files), contents, clock),
              new Renewal(keys, logs, new Renewals(database), life, clock),
              new Succession(keys, new Generations(database), life, clock),
              new PolicyRows(database)::document,
              new Packages(data)::piece,
              logs,
              new Revocations(database),
              new SecureRandom());
      Backlog backlog = new Backlog(database);
      Vitals vitals =
          new Vitals(
              new Fleet(database, clock),
              new IncidentRows(database),
              backlog,
              new FeedRows(database),
              contents,
              retention,
              clock);
      Monitor watching =
          new Monitor(
              () -> backlog.isReachable() && answers(files), unlocked(files), vitals::gauges);
      this.agents =
          listen(
              "agents",
              settings.agents(),
              identity,
              Https.Clients.MAY_SHOW_CERTIFICATE,
              config -> {
                api.routes(config);
                watching.count("agents", config);
              });
      parts.add(agents);
      certificates.of("agents", agents, ours, identity);
      parts.add(new Indexing(new SearchIndex(database, files, fresh), () -> mirror.underWay() > 1));
      this.acts = Acts.open(data, keys.domain(), Version.current(), database, clock);
      parts.add(acts);
      Orders orders = new Orders(database, contents, keys.commands());
      List<VerifierKey> cosigners = List.of(keys.witness().verifier(), keys.mirror().verifier());
      Pulling pulling = new Pulling(database, data, files, contents, orders, cosigners, clock);
      parts.add(new PullWork(pulling));
      Sweeps sweeps = new Sweeps(database, keys.commands());
      Policies policies = new Policies(database, files, keys.commands());
      parts.add(new Scheduling(sweeps, policies, acts, clock));
      Console pages =
          new Console(
              database,
              files,
              passwords,
              cosigners,
              orders,
              new Packages(data),
              pulling,
              sweeps,
              policies,
              Home.waybills(database, keys),
              acts,
              settings.oidc().map(plan -> new Provider(plan, clock)),
              clock);
      this.console =
          listen(
              "console",
              settings.console(),
              toPeople,
              Https.Clients.ARE_NOT_ASKED,
              config -> {
                pages.routes(config);
                watching.count("console", config);
              });
      parts.add(console);
      certificates.of("console", console, given, toPeople);
      this.monitor = monitor(settings, identity, watching);
      monitor.ifPresent(
          server -> {
            parts.add(server);
            certificates.of("monitor", server, ours, identity);
          });
      certificates.every(settings.lookAtCertificates());
      startFeeds(new FeedRows(database), files, clock);
      parts.remove(alone);
      alone.close();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** Only when everything else runs: what goes wrong before must not have sent anything. */
  private void startFeeds(FeedRows rows, SegmentStore files, InstantSource clock) {
    if (!settings.at().isShared()) {
      rows.freeAll(); // this is the only process, whatever one that was killed had taken
    }
    String holder = UUID.randomUUID().toString();
    for (Plan plan : settings.feeds()) {
      parts.add(
          new FeedWork(
              new Sending(
                  plan,
                  rows,
                  files,
                  keys.domain(),
                  Version.current(),
                  holder,
                  clock,
                  new SecureRandom())));
    }
  }

  private static Optional<Https> monitor(
      Settings settings, ServerIdentity identity, Monitor watching) throws Complaint, IOException {
    return settings.monitor().isEmpty()
        ? Optional.empty()
        : Optional.of(
            listen(
                "monitor",
                settings.monitor().get(),
                identity,
                Https.Clients.ARE_NOT_ASKED,
                watching::routes));
  }

  /**
   * Starts an HQ.
   *
   * @throws Complaint if the folder or a port cannot be had
   */
  static Hq start(Settings settings, InstantSource clock)
      throws Complaint, IOException, GeneralSecurityException, EvidenceException {
    return start(settings, clock, new Passwords());
  }

  /** Starts an HQ whose people's passwords are hashed like this. */
  static Hq start(Settings settings, InstantSource clock, Passwords passwords)
      throws Complaint, IOException, GeneralSecurityException, EvidenceException {
    return new Hq(settings, clock, passwords);
  }

  private static boolean answers(SegmentStore segments) {
    try {
      segments.check();
      return true;
    } catch (IOException e) {
      LoggerFactory.getLogger(Hq.class).warn("segments are out of reach: {}", e.getMessage());
      return false;
    }
  }

  /** For who watches: what a bucket could do, and this one does not. */
  private String unlocked(SegmentStore segments) {
    return settings.at().bucket().isPresent() && retention.mode() == Retention.Mode.NONE
        ? "segments in " + segments.place() + " have no retention lock"
        : "";
  }

  /** A segment is written within seconds; one that was begun before this is not being written. */
  private static Instant partsBefore(Settings settings, Instant now) {
    return settings.at().isShared() ? now.minus(Duration.ofHours(1)) : Instant.MAX;
  }

  private static HqKeys keys(Settings settings, Bond bond, InstantSource clock)
      throws Complaint, IOException, GeneralSecurityException, EvidenceException {
    Path data = settings.data();
    if (!HqKeys.areIn(data)) {
      bond.check("");
      String domain = settings.domain().orElse(HqKeys.DEFAULT_DOMAIN);
      HqKeys.create(data, domain, clock.instant());
    }
    HqKeys keys = HqKeys.openForServer(data);
    bond.tie(keys.witness().verifier().toString());
    if (settings.domain().isPresent() && !settings.domain().get().equals(keys.domain())) {
      throw new Complaint(Exit.USAGE, "domain.fixed", data, keys.domain(), settings.domain().get());
    }
    return keys;
  }

  /** Nobody can sign on to a fresh HQ, so it makes its first administrator. */
  private static Optional<String> firstPassword(
      Database database, Passwords passwords, InstantSource clock) {
    Users users = new Users(database);
    if (!users.isEmpty()) {
      return Optional.empty();
    }
    String password = passwords.fresh();
    users.put(FIRST_USER, Users.Role.ADMIN, passwords.hash(password), clock.instant());
    return Optional.of(password);
  }

  private Certificates.Renewal asGiven(GivenCertificate files) {
    return (shown, now) -> ServerIdentity.of(keys, files, now);
  }

  private static ServerIdentity first(
      Certificates.Renewal renewal, ServerIdentity ours, InstantSource clock)
      throws Complaint, IOException, GeneralSecurityException {
    try {
      return renewal.after(ours, clock.instant());
    } catch (CertificateRefused e) {
      throw new Complaint(e, Exit.USAGE, e.key(), e.details().toArray());
    }
  }

  private static Https listen(
      String name,
      Address at,
      ServerIdentity identity,
      Https.Clients clients,
      Consumer<JavalinConfig> routes)
      throws Complaint, IOException {
    try {
      return Https.start(name, at, identity, clients, routes);
    } catch (BindException e) {
      throw new Complaint(
          e, Exit.UNAVAILABLE, "port.denied", at.url(), String.valueOf(e.getMessage()));
    } catch (UnknownHostException e) {
      throw new Complaint(e, Exit.USAGE, "host.unknown", at.host());
    }
  }

  private static void makeFolder(Path data) throws Complaint {
    try {
      DurableFile.makePrivateFolder(data);
    } catch (IOException e) {
      throw new Complaint(e, Exit.UNAVAILABLE, "data.denied", data);
    }
    if (!Files.isWritable(data)) {
      throw new Complaint(Exit.UNAVAILABLE, "data.denied", data);
    }
  }

  /** Every name under which a client may reach the servers. */
  private static Set<String> hosts(Settings settings) throws IOException {
    Set<String> hosts = new TreeSet<>(settings.names());
    for (Address address : List.of(settings.agents(), settings.console())) {
      if (!address.isEverywhere()) {
        hosts.add(address.host());
        continue;
      }
      for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InetAddress own : Collections.list(card.getInetAddresses())) {
          if (!own.isLinkLocalAddress()) {
            hosts.add(own.getHostAddress());
          }
        }
      }
      hosts.add(machineName());
    }
    return plain(hosts);
  }

  /**
   * One spelling an address, so that a later start finds it in the certificate again; and without
   * the card behind it ("fd00::2%eth0"), which Java tells of each of this machine's own and no
   * certificate can hold.
   */
  static Set<String> plain(Collection<String> hosts) throws IOException {
    Set<String> plain = new TreeSet<>();
    for (String host : hosts) {
      plain.add(
          host.contains(":")
              ? InetAddress.getByName(host.replaceFirst("%.*", "")).getHostAddress()
              : host);
    }
    return plain;
  }

  private static String machineName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost"; // the machine's name is in no table; its addresses are there all the same
    }
  }

  /** The password of {@link #FIRST_USER}, when this start made it; it is kept nowhere else. */
  Optional<String> firstPassword() {
    return firstPassword;
  }

  /** Where agents reach it. */
  String agentUrl() {
    return url(agents.address());
  }

  /** Where people reach it. */
  String consoleUrl() {
    return url(console.address());
  }

  /** Where machines ask how it is; absent when nowhere. */
  Optional<String> monitorUrl() {
    return monitor.map(m -> url(m.address()));
  }

  private static String url(Address address) {
    return address.isEverywhere()
        ? new Address(machineName(), address.port()).url()
        : address.url();
  }

  /** What agents pin. */
  String caSha256() {
    return keys.ca().sha256().hex();
  }

  /** How the place of its segments keeps them. */
  Retention retention() {
    return retention;
  }

  HqKeys keys() {
    return keys;
  }

  Path data() {
    return settings.data();
  }

  Acts acts() {
    return acts;
  }

  @Override
  public void close() {
    for (int i = parts.size() - 1; i >= 0; i--) {
      try {
        parts.get(i).close();
      } catch (Exception e) {
        LoggerFactory.getLogger(Hq.class).warn("part={} did not close", parts.get(i), e);
      }
    }
    parts.clear();
  }
}
