package io.waybillguard.agent.event;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is to be done about something on this PC: one thing, named so exactly that nothing else can
 * be meant. HQ writes it into a command's arguments, the agent keeps it while it stands, and each
 * record about it repeats it.
 */
public sealed interface Disposal {
  /** Longest path, in UTF-16 code units; {@code PATH_MAX} of Linux. */
  int LONGEST_PATH = 4096;

  /** What kinds there are: a desk consents to each by itself. */
  enum Kind {
    /** Somebody who is logged in from elsewhere is cut off. */
    END_SESSION,
    /** A destination can no longer be reached, or a program no longer reaches any. */
    BLOCK,
    /** A USB device is out of use, now and whenever it comes back. */
    USB,
    /** A file lies encrypted in the agent's own folder. */
    QUARANTINE;

    /** As settings, commands and records spell it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The kind that is spelled so. */
    public static Optional<Kind> of(String word) {
      return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
    }

    /** Whether it stays as it is until somebody undoes it. */
    public boolean stands() {
      return this != END_SESSION;
    }
  }

  /** Which kind. */
  Kind kind();

  /** What it is done to, for people: an address, a path, a passport, a session's uid. */
  String target();

  /** As arguments of a command. */
  Json.Obj json();

  /**
   * Ends a remote login.
   *
   * @param session {@link RemoteSession#uid}
   */
  record EndSession(String session) implements Disposal {
    public EndSession {
      if (!session.matches("[\\w.:-]{1,200}")) {
        throw new IllegalArgumentException("\"" + session + "\" is no session's id");
      }
    }

    @Override
    public Kind kind() {
      return Kind.END_SESSION;
    }

    @Override
    public String target() {
      return session;
    }

    @Override
    public Json.Obj json() {
      return named(this).put("session", session);
    }
  }

  /**
   * Cuts a destination off.
   *
   * @param network an address, or one with a slash and a number of bits; in digits
   * @param port the TCP or UDP port there; 0 for all, and for every other protocol
   */
  record BlockAddress(String network, int port) implements Disposal {
    public BlockAddress {
      long unused = bits(network);
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
      }
    }

    /** The address, with what lies beyond the network's bits as it was written. */
    public InetAddress address() {
      return parsed(network);
    }

    /** How many bits of it count. */
    public int prefix() {
      return bits(network);
    }

    @Override
    public Kind kind() {
      return Kind.BLOCK;
    }

    @Override
    public String target() {
      return port == 0
          ? network
          : (network.indexOf(':') < 0 ? network + ":" + port : "[" + network + "]:" + port);
    }

    @Override
    public Json.Obj json() {
      return named(this).put("address", network).put("port", port);
    }

    private static InetAddress parsed(String network) {
      int slash = network.indexOf('/');
      String digits = slash < 0 ? network : network.substring(0, slash);
      if (!digits.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*")) {
        throw new IllegalArgumentException("\"" + network + "\" is no address in digits");
      }
      try {
        return InetAddress.getByName(digits); // never asks a name server for digits
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException("\"" + network + "\" is no address: it cannot be", e);
      }
    }

    private static int bits(String network) {
      int most = parsed(network).getAddress().length * 8;
      int slash = network.indexOf('/');
      if (slash < 0) {
        return most;
      }
      String digits = network.substring(slash + 1);
      int bits = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : 0;
      if (bits < 1 || bits > most) {
        throw new IllegalArgumentException(
            "\"" + network + "\" has \"" + digits + "\" bits; 1 to " + most + " are expected");
      }
      return bits;
    }
  }

  /**
   * Cuts a program off from all networks.
   *
   * @param path of the program's file
   */
  record BlockProgram(String path) implements Disposal {
    public BlockProgram {
      checkPath(path);
    }

    @Override
    public Kind kind() {
      return Kind.BLOCK;
    }

    @Override
    public String target() {
      return path;
    }

    @Override
    public Json.Obj json() {
      return named(this).put("program", path);
    }
  }

  /**
   * Puts a USB device out of use.
   *
   * @param passport as records of USB devices name it
   */
  record HoldStick(String passport) implements Disposal {
    public HoldStick {
      if (!passport.matches("[0-9a-f]{32}")) {
        throw new IllegalArgumentException(
            "\"" + passport + "\" is no passport: 32 lower-case hex digits are expected");
      }
    }

    @Override
    public Kind kind() {
      return Kind.USB;
    }

    @Override
    public String target() {
      return passport;
    }

    @Override
    public Json.Obj json() {
      return named(this).put("passport", passport);
    }
  }

  /**
   * Takes a file away and keeps it.
   *
   * @param path of the file
   * @param sha256 of its content; another content at this path is left alone
   */
  record Quarantine(String path, String sha256) implements Disposal {
    public Quarantine {
      checkPath(path);
      if (!sha256.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "\"" + sha256 + "\" is no SHA-256: 64 lower-case hex digits are expected");
      }
    }

    @Override
    public Kind kind() {
      return Kind.QUARANTINE;
    }

    @Override
    public String target() {
      return path;
    }

    @Override
    public Json.Obj json() {
      return named(this).put("path", path).put("sha256", sha256);
    }
  }

  private static Json.Obj named(Disposal disposal) {
    return Json.object().put("kind", disposal.kind().word());
  }

  private static void checkPath(String path) {
    boolean absolute = path.startsWith("/") || path.matches("[A-Za-z]:\\\\.*");
    List<String> parts = List.of(path.split("[/\\\\]", -1));
    if (!absolute
        || path.length() > LONGEST_PATH
        || parts.contains("..")
        || parts.contains(".")
        || path.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "\""
              + path
              + "\" is no path: it has to be absolute, without \".\" and \"..\", and at most "
              + LONGEST_PATH
              + " characters long");
    }
  }

  /**
   * What {@link #json} wrote; keys that are not ours are left alone.
   *
   * @throws IllegalArgumentException if it is nothing that can be done; the message says why
   */
  static Disposal of(Json.Obj written) {
    String word = written.text("kind", "");
    Kind kind =
        Kind.of(word)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "\"" + word + "\" is no kind of disposal; known are " + words()));
    return switch (kind) {
      case END_SESSION -> new EndSession(written.text("session", ""));
      case BLOCK ->
          written.has("program")
              ? new BlockProgram(written.text("program", ""))
              : new BlockAddress(
                  written.text("address", ""),
                  Math.toIntExact(Math.min(written.number("port", 0), 1 << 20)));
      case USB -> new HoldStick(written.text("passport", ""));
      case QUARANTINE -> new Quarantine(written.text("path", ""), written.text("sha256", ""));
    };
  }

  /** All kinds, as people write them. */
  static String words() {
    return String.join(", ", Arrays.stream(Kind.values()).map(Kind::word).toList());
  }
}
