package io.waybillguard.bench;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.PostgresUrl;
import io.waybillguard.hq.trust.HqKeys;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many simulated workstations against one real HQ, which is killed twice meanwhile; then HQ's
 * ingest beside plain inserts of the same bytes. {@code hq/src/bench/load.sh} says how to run it.
 */
public final class Load {
  private static final int ROUNDS = 3;
  private static final int OUTLETS = 4;

  private final ConcurrentLinkedQueue<String> broken = new ConcurrentLinkedQueue<>();
  private final Json.Obj figures = Json.object();
  private final Path folder;
  private final int count;
  private final int records;
  private final int threads;

  private Load(Path folder, int count, int records, int threads) {
    this.folder = folder;
    this.count = count;
    this.records = records;
    this.threads = threads;
  }

  /** {@code Load FOLDER HQ.jar sqlite|postgresql WORKSTATIONS OUT.json}. */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Load load =
        new Load(
            folder,
            Integer.parseInt(args[3]),
            Integer.getInteger("load.records", 4),
            Integer.getInteger("load.threads", 32));
    if (args[2].equals("postgresql")) {
      try (EmbeddedPostgres server = postgres(folder)) {
        String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres?user=postgres";
        load.run(Path.of(args[1]), url);
      }
    } else {
      load.run(Path.of(args[1]), "");
    }
    Files.writeString(Path.of(args[4]), load.figures.indented() + "\n");
    System.out.println("JSON: " + args[4]);
    System.exit(load.broken.isEmpty() ? 0 : 1);
  }

  /** A PostgreSQL that keeps its promises, unlike the one that its makers set up for tests. */
  private static EmbeddedPostgres postgres(Path folder) throws Exception {
    return EmbeddedPostgres.builder()
        .setPGStartupWait(Duration.ofSeconds(90))
        .setDataDirectory(folder.resolve("postgresql"))
        .setServerConfig("fsync", "on")
        .setServerConfig("full_page_writes", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("shared_buffers", "256MB")
        .setServerConfig("max_wal_size", "2GB")
        .start();
  }

  private void run(Path jar, String database) throws Exception {
    Path data = folder.resolve("hq");
    String jdbc = database.isEmpty() ? "jdbc:sqlite:" + data.resolve("hq.db") : database;
    Location at =
        new Location(
            data,
            database.isEmpty()
                ? Optional.empty()
                : Optional.of(PostgresUrl.of(database, Map.of())));
    List<String> java = List.of(System.getProperty("load.hq.java", "-Xmx2g").split(" +"));
    Reckoning reckoning = new Reckoning(at, jdbc, broken);
    figures
        .put("workstations", count)
        .put("database", database.isEmpty() ? "sqlite" : "postgresql")
        .put("threads", threads)
        .put("hq_java", String.join(" ", java))
        .put("processors", Runtime.getRuntime().availableProcessors())
        .put("began", Instant.now().toString());
    List<Station> everyone = new ArrayList<>();
    try (HqServer hq = new HqServer(folder, jar, java, database);
        Crew crew = new Crew(threads, broken)) {
      Link link = new Link(hq.agents(), HqKeys.open(data).ca().certificate());
      List<Station> stations = stations(hq, link, count);
      everyone.addAll(stations);
      storm(hq, crew, link, stations, reckoning);
      everyone.addAll(ingest(hq, crew, link, reckoning, jdbc));
      for (String failure : hq.failures()) {
        broken.add("HQ said: " + failure);
      }
    }
    long began = System.nanoTime();
    long held = reckoning.check(everyone);
    say("records held and read back", "%,d in %.1f s", held, seconds(began));
    figures.put("records_held", held).put("broken", List.copyOf(broken));
    if (broken.isEmpty()) {
      System.out.println("every promise was kept");
    } else {
      System.out.println(broken.size() + " BROKEN PROMISES, the first of them:");
      broken.stream().limit(10).forEach(System.out::println);
    }
  }

  private List<Station> stations(HqServer hq, Link link, int many) throws Exception {
    long began = System.nanoTime();
    List<String> tokens = new ArrayList<>();
    for (int i = 0; tokens.size() < many; i++) {
      int want = Math.min(many - tokens.size(), Math.min(10_000, (many + OUTLETS - 1) / OUTLETS));
      hq.command("token", "create", "--outlet", "HZ-00" + (i + 1), "--count", String.valueOf(want))
          .lines()
          .forEach(tokens::add);
    }
    List<Station> stations = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      stations.add(new Station(i, kind(i), link, tokens.get(i), broken));
    }
    say("keys and tokens made", "%.1f s", seconds(began));
    return stations;
  }

  /** 1 in 20 replays, 1 in 100 forks. */
  private static Station.Kind kind(int number) {
    if (number % 100 == 7) {
      return Station.Kind.FORKS;
    }
    return number % 20 == 3 ? Station.Kind.REPLAYS : Station.Kind.HONEST;
  }

  // -- the storm ---------------------------------------------------------------------------------

  private void storm(HqServer hq, Crew crew, Link link, List<Station> stations, Reckoning reckoning)
      throws Exception {
    long began = System.nanoTime();
    Duration worked = hq.cpu();
    crew.all(stations, Station::enrol);
    double took = seconds(began);
    say("enrolments/s", "%.0f", stations.size() / took);
    cost(hq, worked, "enrolment", stations.size());
    figures.put("enrolments_per_1000s", Math.round(1000 * stations.size() / took));

    String sweep = publish(hq);
    AtomicLong visits = new AtomicLong();
    long all = (long) stations.size() * ROUNDS;
    Thread killer = new Thread(() -> killTwice(hq, crew, visits, all));
    killer.start();
    began = System.nanoTime();
    worked = hq.cpu();
    for (int round = 1; round <= ROUNDS; round++) {
      int now = round;
      crew.all(
          stations,
          station -> {
            if (now == ROUNDS && station.kind() == Station.Kind.FORKS) {
              station.fork(records);
            } else {
              station.visit(now, records);
              if (now == 2 && station.kind() == Station.Kind.REPLAYS) {
                station.replay();
              }
            }
            visits.incrementAndGet();
          });
    }
    took = seconds(began);
    killer.join();
    crew.all(stations, Station::finish);
    cost(hq, worked, "report", all);
    double away = hq.gone().stream().mapToLong(Duration::toMillis).sum() / 1000.0;
    say(
        "reports/s",
        "%.0f while HQ was there (%d in %.1f s, of which HQ was away %.1f s after %d kills)",
        all / (took - away),
        all,
        took,
        away,
        hq.gone().size());
    figures
        .put("reports", all)
        .put("reports_ms", Math.round(1000 * took))
        .put("away_ms", Math.round(1000 * away))
        .put("kills", hq.gone().size())
        .put("reports_per_1000s", Math.round(1000 * all / (took - away)))
        .put("answered_busy", link.busy())
        .put("unanswered", link.broken());
    if (hq.gone().size() != 2) {
      broken.add("HQ was killed " + hq.gone().size() + " times, not twice");
    }
    Json.Obj kinds = Json.object();
    new TreeMap<>(link.timings())
        .forEach(
            (kind, timings) -> {
              Json.Obj one = timings.json();
              kinds.put(kind, one);
              say(
                  kind + ", ms",
                  "p50 %.1f, p99 %.1f, longest %.1f (%d)",
                  one.number("p50_us", 0) / 1000.0,
                  one.number("p99_us", 0) / 1000.0,
                  one.number("max_us", 0) / 1000.0,
                  one.number("count", 0));
            });
    figures.put("requests", kinds);
    say("answered busy / not answered", "%d / %d", link.busy(), link.broken());
    swept(hq, stations, sweep, reckoning);
    memory(hq, "storm");
  }

  private void killTwice(HqServer hq, Crew crew, AtomicLong visits, long all) {
    try {
      for (int kill = 1; kill <= 2; kill++) {
        while (visits.get() < all * kill / 3 + all / 12) {
          Thread.sleep(5);
        }
        hq.killAndComeBack();
      }
    } catch (Exception e) {
      broken.add("HQ did not come back: " + e);
      crew.giveUp();
    }
  }

  private String publish(HqServer hq) throws Exception {
    Path file = folder.resolve("sweep.yaml");
    Files.writeString(file, "title: load\npath: /opt/none\nspread: 0s\n");
    return Json.parse(
            hq.command("sweep", "publish", file.toString(), "--json")
                .getBytes(StandardCharsets.UTF_8))
        .text("id");
  }

  private void swept(HqServer hq, List<Station> stations, String sweep, Reckoning reckoning)
      throws Exception {
    double waited = awaitIndex(reckoning);
    Json.Obj results =
        Json.parse(
            hq.command("sweep", "results", sweep, "--json").getBytes(StandardCharsets.UTF_8));
    long answered = results.number("answered");
    say("sweep: asked / answered", "%d / %d", results.number("asked"), answered);
    say("until all was findable", "%.1f s after the last report", waited);
    figures.put("sweep_answered", answered).put("findable_after_ms", Math.round(1000 * waited));
    if (answered != stations.size()) {
      broken.add("the sweep was answered by " + answered + " of " + stations.size());
    }
    if (stations.stream().anyMatch(s -> s.commandsRun() != 1)) {
      broken.add("a workstation did not get the sweep's command");
    }
  }

  private static double awaitIndex(Reckoning reckoning) throws Exception {
    long began = System.nanoTime();
    while (reckoning.number("SELECT count(*) FROM segment WHERE indexed = 0") > 0) {
      if (seconds(began) > 1800) {
        throw new IllegalStateException("segments are not made findable");
      }
      Thread.sleep(200);
    }
    return seconds(began);
  }

  /** What one of them costs HQ, whoever else wants the processors; its starts after kills count. */
  private void cost(HqServer hq, Duration before, String what, long many) {
    double each = (double) hq.cpu().minus(before).toMillis() / many;
    say("HQ's processor time", "%.1f ms for each %s", each, what);
    figures.put("cpu_us_each_" + what, Math.round(1000 * each));
  }

  private void memory(HqServer hq, String when) throws Exception {
    long rss = hq.rssKib();
    say(
        "HQ's memory after the " + when,
        "%.0f MiB, at most %.0f",
        rss / 1024.0,
        hq.mostRssKib() / 1024.0);
    figures.put("rss_kib_" + when, rss).put("most_rss_kib", hq.mostRssKib());
  }

  // -- ingest ------------------------------------------------------------------------------------

  private List<Station> ingest(HqServer hq, Crew crew, Link link, Reckoning reckoning, String jdbc)
      throws Exception {
    int desks = Integer.getInteger("load.backlogs", 6);
    int segments = Integer.getInteger("load.segments", 6);
    int inEach = Integer.getInteger("load.segment.records", 1_000);
    List<Station> stations = new ArrayList<>();
    for (int i = 0; i < 2 * desks; i++) {
      String token = hq.command("token", "create", "--outlet", "HZ-009").strip();
      stations.add(new Station(count + i, Station.Kind.HONEST, link, token, broken));
    }
    crew.all(stations, Station::enrol);
    List<Backlog> warm = new ArrayList<>();
    List<Backlog> timed = new ArrayList<>();
    for (int i = 0; i < 2 * desks; i++) {
      (i < desks ? warm : timed).add(stations.get(i).backlog(i < desks ? 2 : segments, inEach));
    }
    PlainInserts plain = new PlainInserts(jdbc);
    plain.create();
    crew.all(warm, Backlog::send);
    awaitIndex(reckoning);
    plain.put(warm);
    long began = System.nanoTime();
    Duration worked = hq.cpu();
    crew.all(timed, Backlog::send);
    double took = seconds(began);
    double findable = took + awaitIndex(reckoning);
    cost(hq, worked, "segment", (long) desks * segments);
    double others = plain.put(timed) / 1e9;
    long records = timed.stream().mapToLong(Backlog::records).sum();
    double megabytes = timed.stream().mapToLong(Backlog::bytes).sum() / 1e6;
    say(
        "ingest",
        "%.1f MB/s, %.0f records/s (%,d records, %.1f MB)",
        megabytes / took,
        records / took,
        records,
        megabytes);
    say("plain batched inserts", "%.1f MB/s, %.0f records/s", megabytes / others, records / others);
    say(
        "ingest beside plain inserts",
        "%.2f; until findable, too, %.2f",
        others / took,
        others / findable);
    figures
        .put("ingest_records", records)
        .put("ingest_bytes", Math.round(megabytes * 1e6))
        .put("ingest_ms", Math.round(1000 * took))
        .put("ingest_findable_ms", Math.round(1000 * findable))
        .put("plain_ms", Math.round(1000 * others))
        .put("ingest_percent_of_plain", Math.round(100 * others / took));
    memory(hq, "backlogs");
    return stations;
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }

  private static void say(String what, String format, Object... values) {
    System.out.printf(Locale.ROOT, "%-32s %s%n", what, String.format(Locale.ROOT, format, values));
  }
}
