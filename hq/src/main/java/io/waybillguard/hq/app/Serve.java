package io.waybillguard.hq.app;

import io.waybillguard.hq.feeds.FeedsFile;
import io.waybillguard.hq.feeds.FeedsRefused;
import io.waybillguard.hq.feeds.Plan;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.http.Address;
import io.waybillguard.hq.oidc.OidcFile;
import io.waybillguard.hq.oidc.OidcPlan;
import io.waybillguard.hq.oidc.OidcRefused;
import io.waybillguard.hq.store.Retention;
import io.waybillguard.hq.trust.CertificateAuthority;
import io.waybillguard.hq.trust.GivenCertificate;
import io.waybillguard.hq.trust.HqKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs HQ in the foreground until it is told to end. */
@CommandLine.Command(name = "serve")
final class Serve implements Command {
  private final Call call;

  @Mixin private final Home home;

  @Option(names = "--listen", paramLabel = "HOST:PORT", converter = Addresses.class)
  private Address agents = new Address("0.0.0.0", 8443);

  @Option(names = "--console", paramLabel = "HOST:PORT", converter = Addresses.class)
  private Address console = new Address("127.0.0.1", 8444);

  @Option(names = "--metrics", paramLabel = "HOST:PORT", converter = Addresses.class)
  private @Nullable Address monitor;

  @Option(names = "--name", paramLabel = "HOST")
  private List<String> names = new ArrayList<>();

  @Option(names = "--domain", paramLabel = "DOMAIN")
  private String domain = "";

  @Option(names = "--heartbeat", paramLabel = "SPAN", converter = Spans.class)
  private Duration heartbeat = Fleet.DEFAULT_INTERVAL;

  @Option(names = "--feeds", paramLabel = "FILE", descriptionKey = "feeds")
  private @Nullable Path feeds;

  @Option(names = "--oidc", paramLabel = "FILE")
  private @Nullable Path oidc;

  @Option(names = "--console-certificate", paramLabel = "FILE")
  private @Nullable Path consoleCertificate;

  @Option(names = "--console-key", paramLabel = "FILE")
  private @Nullable Path consoleKey;

  /** For trying out renewal without waiting two months. */
  @Option(names = "--certificate-life", paramLabel = "SPAN", converter = Spans.class, hidden = true)
  private Duration certificateLife = CertificateAuthority.CLIENT_VALIDITY;

  Serve(Call call) {
    this.call = call;
    this.home = call.home();
  }

  /** Reads {@code HOST:PORT}. */
  static final class Addresses implements CommandLine.ITypeConverter<Address> {
    @Override
    public Address convert(String text) {
      return Address.parse(text);
    }
  }

  @Override
  public Exit run() throws Exception {
    if (!domain.isEmpty() && !HqKeys.isDomain(domain)) {
      throw new Complaint(Exit.USAGE, "domain.bad", domain);
    }
    CountDownLatch told = new CountDownLatch(1);
    Hq hq = Hq.start(settings(), call.clock());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  hq.close();
                  told.countDown();
                },
                "shutdown"));
    hq.firstPassword()
        .ifPresent(
            password ->
                call.terminal().remark(call.words().say("serve.login", Hq.FIRST_USER, password)));
    call.terminal()
        .line(
            "ready agent=%s console=%s ca_sha256=%s"
                .formatted(hq.agentUrl(), hq.consoleUrl(), hq.caSha256()));
    home.location().bucket().ifPresent(bucket -> tell(bucket.toString(), hq.retention()));
    hq.monitorUrl()
        .ifPresent(url -> call.terminal().remark(call.words().say("serve.monitor", url)));
    told.await();
    return Exit.DONE;
  }

  private void tell(String bucket, Retention retention) {
    call.terminal()
        .remark(
            call.words()
                .say(
                    "serve.segments." + retention.mode().word(),
                    bucket,
                    retention.time().toDays()));
  }

  private List<Plan> feeds() throws Complaint, IOException {
    if (feeds == null) {
      return List.of();
    }
    if (!Files.isRegularFile(feeds)) {
      throw new Complaint(Exit.USAGE, "feeds.none", feeds);
    }
    try {
      return FeedsFile.read(feeds);
    } catch (FeedsRefused e) {
      String sentence = call.words().say(e.key(), e.details().toArray());
      throw new Complaint(e, Exit.USAGE, "feeds.refused", e.place(), sentence);
    }
  }

  private Optional<OidcPlan> oidc() throws Complaint, IOException {
    if (oidc == null) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(oidc)) {
      throw new Complaint(Exit.USAGE, "oidc.none", oidc);
    }
    try {
      return Optional.of(OidcFile.read(oidc));
    } catch (OidcRefused e) {
      String sentence = call.words().say(e.key(), e.details().toArray());
      throw new Complaint(e, Exit.USAGE, "oidc.refused", e.place(), sentence);
    }
  }

  private Hq.Settings settings() throws Complaint, IOException {
    if ((consoleCertificate == null) != (consoleKey == null)) {
      throw new Complaint(Exit.USAGE, "certificate.half");
    }
    return new Hq.Settings(
        home.location(),
        domain.isEmpty() ? Optional.empty() : Optional.of(domain),
        agents,
        console,
        names,
        heartbeat,
        certificateLife,
        Optional.ofNullable(monitor),
        feeds(),
        consoleCertificate == null || consoleKey == null
            ? Optional.empty()
            : Optional.of(new GivenCertificate(consoleCertificate, consoleKey)),
        Hq.Settings.HOURLY,
        oidc());
  }
}
