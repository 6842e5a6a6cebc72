package io.waybillguard.hq.store;

import io.waybillguard.hq.store.SegmentsUnusable.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;

/**
 * A bucket of an S3-compatible engine, and how to sign on to it.
 *
 * <p>Who signs on is told as to other programs that speak S3: by {@code AWS_ACCESS_KEY_ID} and
 * {@code AWS_SECRET_ACCESS_KEY} ({@code AWS_SESSION_TOKEN} where there is one), or by the file that
 * {@code AWS_SHARED_CREDENTIALS_FILE} names, profile {@code AWS_PROFILE} or {@code default}. The
 * region is {@code AWS_REGION}, or {@code us-east-1}, which most engines take for any.
 */
public final class Bucket {
  /** What S3 takes for a bucket's name, and a prefix whose parts are plain words. */
  private static final Pattern ADDRESS =
      Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9_=-][\\w.=-]*)*)/?");

  private static final Pattern LOOPBACK =
      Pattern.compile("127(?:\\.\\d{1,3}){3}|localhost|\\[::1]");

  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final String name;
  private final String prefix;
  private final URI endpoint;
  private final String region;
  private final AwsCredentials credentials;

  private Bucket(
      String name, String prefix, URI endpoint, String region, AwsCredentials credentials) {
    this.name = name;
    this.prefix = prefix;
    this.endpoint = endpoint;
    this.region = region;
    this.credentials = credentials;
  }

  /**
   * Reads an address.
   *
   * @param url {@code s3://BUCKET[/PREFIX]}
   * @param endpoint {@code https://HOST[:PORT]}; {@code http} to this machine alone
   * @param environment of the process
   * @throws SegmentsUnusable if either cannot be used, or nobody says who signs on
   */
  public static Bucket of(String url, String endpoint, Map<String, String> environment)
      throws IOException {
    Matcher address = ADDRESS.matcher(url);
    if (!address.matches()) {
      throw new SegmentsUnusable(Reason.BAD_URL, withoutSecret(url));
    }
    String path = address.group(2);
    return new Bucket(
        address.group(1),
        path.isEmpty() ? "" : path.substring(1) + "/",
        endpoint(endpoint),
        environment.getOrDefault("AWS_REGION", "us-east-1"),
        credentials(url, environment));
  }

  private static String withoutSecret(String url) {
    return url.replaceAll("[^/]*@", "");
  }

  private static URI endpoint(String text) throws SegmentsUnusable {
    try {
      URI uri = new URI(text);
      String host = uri.getHost() == null ? "" : uri.getHost();
      boolean safe =
          "https".equals(uri.getScheme())
              || ("http".equals(uri.getScheme()) && LOOPBACK.matcher(host).matches());
      boolean plain =
          uri.getUserInfo() == null
              && uri.getQuery() == null
              && uri.getFragment() == null
              && uri.getPath().matches("/?");
      if (!host.isEmpty() && safe && plain) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw new SegmentsUnusable(e, Reason.BAD_ENDPOINT, withoutSecret(text));
    }
    throw new SegmentsUnusable(Reason.BAD_ENDPOINT, withoutSecret(text));
  }

  private static AwsCredentials credentials(String url, Map<String, String> environment)
      throws IOException {
    String file = environment.get("AWS_SHARED_CREDENTIALS_FILE");
    Optional<AwsCredentials> found =
        credentials(
            environment.get("AWS_ACCESS_KEY_ID"),
            environment.get("AWS_SECRET_ACCESS_KEY"),
            environment.get("AWS_SESSION_TOKEN"));
    if (found.isEmpty() && file != null) {
      return fromFile(Path.of(file), environment.getOrDefault("AWS_PROFILE", "default"));
    }
    return found.orElseThrow(() -> new SegmentsUnusable(Reason.NO_CREDENTIALS, url));
  }

  private static Optional<AwsCredentials> credentials(
      @Nullable String id, @Nullable String secret, @Nullable String session) {
    if (id == null || id.isBlank() || secret == null || secret.isBlank()) {
      return Optional.empty();
    }
    return Optional.of(
        session == null || session.isBlank()
            ? AwsBasicCredentials.create(id, secret)
            : AwsSessionCredentials.create(id, secret, session));
  }

  private static AwsCredentials fromFile(Path file, String profile) throws IOException {
    if (!Files.isReadable(file)) {
      throw new SegmentsUnusable(Reason.BAD_CREDENTIALS, file.toString(), "it cannot be read");
    }
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")
        && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
      throw new SegmentsUnusable(
          Reason.BAD_CREDENTIALS, file.toString(), "others may read it; chmod 600");
    }
    Optional<Profile> found;
    try {
      found =
          ProfileFile.builder()
              .content(file)
              .type(ProfileFile.Type.CREDENTIALS)
              .build()
              .profile(profile);
    } catch (IllegalArgumentException e) {
      // Its message repeats the line, and the line may be a secret.
      throw new SegmentsUnusable(
          Reason.BAD_CREDENTIALS, file.toString(), "it is no file of credentials");
    }
    return found
        .flatMap(
            p ->
                credentials(
                    p.property("aws_access_key_id").orElse(null),
                    p.property("aws_secret_access_key").orElse(null),
                    p.property("aws_session_token").orElse(null)))
        .orElseThrow(
            () ->
                new SegmentsUnusable(
                    Reason.BAD_CREDENTIALS,
                    file.toString(),
                    "profile " + profile + " has no aws_access_key_id and aws_secret_access_key"));
  }

  String name() {
    return name;
  }

  /** What stands before a segment's name; empty, or ends in a slash. */
  String prefix() {
    return prefix;
  }

  URI endpoint() {
    return endpoint;
  }

  String region() {
    return region;
  }

  AwsCredentials credentials() {
    return credentials;
  }

  /** Its address, without endpoint and credentials. */
  @Override
  public String toString() {
    return "s3://"
        + name
        + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1));
  }
}
