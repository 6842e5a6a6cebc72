package io.waybillguard.agent.report;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Secrets;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Packages of the agent as HQ gives them, piece by piece, over this PC's own certificate. One
 * thread, which need not be the reporter's: a package takes minutes, and reporting goes on.
 */
public final class PackageSource {
  private final Path data;
  private final Reporter.Connector connector;
  private @Nullable Transport hq;

  /** HQ has no package of this hash. */
  public static final class Missing extends Exception {
    private static final long serialVersionUID = 1L;

    Missing(String message) {
      super(message);
    }
  }

  /**
   * @param data the agent's data folder, where its enrolment lies
   */
  public PackageSource(Path data, Reporter.Connector connector) {
    this.data = data;
    this.connector = connector;
  }

  /** The real way. */
  public static PackageSource overHttps(Path data, Secrets secrets, Reporter.Rhythm rhythm) {
    return new PackageSource(data, Reporter.overHttps(data, secrets, rhythm));
  }

  /**
   * A piece of a package.
   *
   * @param sha256 of the whole, lower-case hex
   * @param from offset in bytes
   * @return what follows there, as much as HQ gives at once; nothing at the end
   * @throws Missing if HQ has no such package
   * @throws IOException if HQ did not give it this time
   */
  public byte[] piece(String sha256, long from) throws IOException, Missing {
    try {
      Transport way = hq == null ? connect() : hq;
      hq = way;
      byte[] asked = Json.object().put("sha256", sha256).put("from", from).canonical();
      Transport.Answer answer = way.post("/v1/package", Transport.Body.JSON, asked);
      return switch (answer.status()) {
        case 200 -> answer.body();
        case 400, 404 -> throw new Missing("HQ has no package with SHA-256 " + sha256);
        default -> throw new IOException("HQ refused the package: status " + answer.status());
      };
    } catch (IOException e) {
      hq = null; // a renewed certificate may be there at the next try
      throw e;
    }
  }

  private Transport connect() throws IOException {
    return connector.to(
        Enrolment.load(data).orElseThrow(() -> new IOException("this PC belongs to no HQ")));
  }
}
