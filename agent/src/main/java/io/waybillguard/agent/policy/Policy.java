package io.waybillguard.agent.policy;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.PolicyFile;
import io.waybillguard.agent.event.Json;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;

/** A policy as it travels: one JSON document in canonical form, named by its hash. */
public final class Policy {
  /** A document's most bytes: some 10,000 hashes. A desk reads answers of up to 1 MiB. */
  public static final int MOST_BYTES = 768 << 10;

  /** The one that leaves each desk all of its own settings. */
  public static final Policy NONE = of(PolicyFile.NONE);

  private final PolicyFile file;
  private final byte[] document;

  private Policy(PolicyFile file, byte[] document) {
    this.file = file;
    this.document = document;
  }

  /** The document of a policy that somebody wrote. */
  public static Policy of(PolicyFile file) {
    return new Policy(file, json(file.tree()).canonical());
  }

  /**
   * Reads a document, as strictly as a file.
   *
   * @param name it goes by in messages
   * @throws ConfigException if anything in it is not understood
   */
  public static Policy read(byte[] document, String name) throws ConfigException {
    return new Policy(PolicyFile.parse(document, name), document.clone());
  }

  private static Json.Obj json(Map<?, ?> tree) {
    Json.Obj json = Json.object();
    tree.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          if (value instanceof Map<?, ?> below) {
            json.put(name, json(below));
          } else if (value instanceof Collection<?> list) {
            json.put(name, list);
          } else if (value instanceof Long number) {
            json.put(name, number.longValue());
          } else if (value instanceof Boolean flag) {
            json.put(name, flag.booleanValue());
          } else {
            json.put(name, String.valueOf(value));
          }
        });
    return json;
  }

  /** What it says. */
  public PolicyFile file() {
    return file;
  }

  /** Its bytes. */
  public byte[] document() {
    return document.clone();
  }

  /** Whether it has more bytes than a desk takes. */
  public boolean isTooLarge() {
    return document.length > MOST_BYTES;
  }

  /** SHA-256 of its bytes, lower-case hex. */
  public String sha256() {
    return sha256(document);
  }

  /** SHA-256, lower-case hex. */
  public static String sha256(byte[] document) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(document));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
