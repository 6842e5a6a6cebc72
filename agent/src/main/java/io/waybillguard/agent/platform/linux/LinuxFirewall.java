package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.Firewall;
import io.waybillguard.agent.platform.UnsupportedHere;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table of our own in nf_tables, {@code inet waybill_guard}, spoken to by netlink: no tool has to
 * be installed, and the kernel puts all of it in place in one step. Other tables are not read and
 * not changed; a packet has to pass them all, so that what is dropped here stays dropped. Each rule
 * bears the disposal's id as its comment, for who looks with {@code nft list table inet
 * waybill_guard}.
 *
 * <p>What is sent by this PC (hook output) and what it passes on, for containers (hook forward), is
 * dropped; connections that exist go no further. Needs Linux 3.14 with {@code
 * CONFIG_NF_TABLES_INET} and CAP_NET_ADMIN. Rules are gone after a new start of the system; who
 * keeps them puts them back.
 *
 * <p>A program is blocked by the control group that its processes are kept in; {@link
 * BlockedPrograms} says how, and what is not covered. Nothing of it goes out, to this PC itself
 * neither: another program here could pass it on. Needs Linux 5.13 with {@code CONFIG_NFT_SOCKET}
 * and CAP_SYS_ADMIN.
 */
public final class LinuxFirewall implements Firewall {
  static final String TABLE = "waybill_guard";
  private static final String PROGRAMS = "programs";

  private static final int NETLINK_NETFILTER = 12;
  private static final int QUEUE_BYTES = 1 << 20;
  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  private static final int NFPROTO_IPV4 = 2;
  private static final int NFPROTO_IPV6 = 10;
  private static final int TCP = 6;
  private static final int UDP = 17;

  // linux/netfilter.h: NF_INET_FORWARD, NF_INET_LOCAL_OUT, NF_ACCEPT
  private static final int FORWARD = 2;
  private static final int OUTPUT = 3;
  private static final int ACCEPT = 1;

  // nf_tables.h: NFTA_RULE_TABLE, _CHAIN, _EXPRESSIONS, _USERDATA
  private static final int RULE_TABLE = 1;
  private static final int RULE_CHAIN = 2;
  private static final int RULE_EXPRESSIONS = 4;
  private static final int RULE_USERDATA = 7;

  private final BlockedPrograms programs = new BlockedPrograms();

  @Override
  public void keep(List<Rule> rules) throws IOException {
    Set<String> before = programs.ids();
    Map<String, Long> groups;
    try {
      groups =
          programs.prepare(
              rules.stream().filter(Program.class::isInstance).map(Program.class::cast).toList());
      put(rules, groups);
    } catch (IOException e) {
      programs.keepOnly(before);
      throw e;
    }
    programs.takeIn();
    programs.keepOnly(groups.keySet());
  }

  /** Puts the rules in place, in one step. */
  private static void put(List<Rule> rules, Map<String, Long> groups) throws IOException {
    Nft.Attributes table = Nft.attributes().put(1, TABLE);
    // Made first, so that it is there to be deleted; all of it is one step for the kernel.
    Nft.Transaction all = new Nft.Transaction().add(Nft.NEWTABLE, table).add(Nft.DELTABLE, table);
    if (!rules.isEmpty()) {
      all.add(Nft.NEWTABLE, table);
      chain(all, "sent", OUTPUT, rules);
      chain(all, "passed_on", FORWARD, rules);
      chain(all, PROGRAMS, OUTPUT, List.of());
      groups.forEach(
          (id, number) ->
              rule(all, PROGRAMS, id, Nft.expressions().cgroup(Cgroups.LEVEL, number).drop()));
    }
    try (Netlink kernel = open()) {
      kernel.send(all.array());
      for (int answers = 0; answers < all.size(); ) {
        answers += answered(kernel);
      }
    }
  }

  private static void chain(Nft.Transaction all, String name, int hook, List<Rule> rules) {
    all.add(
        Nft.NEWCHAIN,
        Nft.attributes()
            .put(1, TABLE)
            .put(3, name)
            .put(4, Nft.attributes().put(1, hook).put(2, 0))
            .put(5, ACCEPT)
            .put(7, "filter"));
    for (Rule rule : rules) {
      if (!(rule instanceof Destination to)) {
        continue; // in a chain of its own
      }
      if (to.port() == 0) {
        rule(all, name, to.id(), to(to).drop());
      } else {
        rule(all, name, to.id(), to(to).transport(TCP).port(to.port()).drop());
        rule(all, name, to.id(), to(to).transport(UDP).port(to.port()).drop());
      }
    }
  }

  private static Nft.Expressions to(Destination to) {
    byte[] network = to.network().getAddress();
    return Nft.expressions()
        .family(network.length == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6)
        .destination(network, to.prefix());
  }

  private static void rule(Nft.Transaction all, String chain, String id, Nft.Attributes what) {
    all.add(
        Nft.NEWRULE,
        Nft.attributes()
            .put(RULE_TABLE, TABLE)
            .put(RULE_CHAIN, chain)
            .put(RULE_EXPRESSIONS, what)
            .put(RULE_USERDATA, comment(id)));
  }

  /** As libnftnl writes a comment: u8 type 0, u8 length, text and NUL. */
  private static byte[] comment(String text) {
    byte[] bytes = (text + '\0').getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(2 + bytes.length)
        .put((byte) 0)
        .put((byte) bytes.length)
        .put(bytes)
        .array();
  }

  @Override
  public Set<String> holding() throws IOException {
    Set<String> ids = new LinkedHashSet<>();
    try (Netlink kernel = open()) {
      kernel.send(Nft.listRules(TABLE));
      boolean done = false;
      while (!done) {
        byte[] message = next(kernel);
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
        for (int at = 0; at + Nft.HEADER <= message.length && !done; ) {
          int length = in.getInt(at);
          int type = Short.toUnsignedInt(in.getShort(at + 4));
          if (type == NLMSG_ERROR) {
            throw refused(-in.getInt(at + 16));
          }
          done = type == NLMSG_DONE || length < Nft.HEADER;
          if (!done) {
            Map<Integer, byte[]> rule = Nft.parse(message, at + Nft.HEADER, at + length);
            Optional<String> id = id(rule);
            if (id.isPresent()
                && (!is(rule, RULE_CHAIN, PROGRAMS) || programs.isWatched(id.get()))) {
              ids.add(id.get());
            }
          }
          at += (length + 3) & ~3;
        }
      }
    }
    return ids;
  }

  private static boolean is(Map<Integer, byte[]> rule, int attribute, String text) {
    byte[] value = rule.getOrDefault(attribute, new byte[0]);
    return new String(value, StandardCharsets.UTF_8).equals(text + '\0');
  }

  private static Optional<String> id(Map<Integer, byte[]> rule) {
    byte[] comment = rule.getOrDefault(RULE_USERDATA, new byte[0]);
    return is(rule, RULE_TABLE, TABLE) && comment.length > 3
        ? Optional.of(new String(comment, 2, comment.length - 3, StandardCharsets.US_ASCII))
        : Optional.empty();
  }

  @Override
  public int watch(Duration most) throws IOException {
    return programs.watch(most);
  }

  @Override
  public void unwatch() {
    programs.unwatch();
  }

  private static Netlink open() throws IOException {
    try {
      return Netlink.open(NETLINK_NETFILTER, 0, QUEUE_BYTES, "the firewall (nf_tables)");
    } catch (IOException e) {
      throw new UnsupportedHere("this kernel has no nf_tables: " + e.getMessage(), e);
    }
  }

  /** Reads answers of one message; gives how many there were. */
  private static int answered(Netlink kernel) throws IOException {
    byte[] message = next(kernel);
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
    int answers = 0;
    for (int at = 0; at + Nft.HEADER <= message.length; answers++) {
      int errno = -in.getInt(at + 16);
      if (in.getShort(at + 4) == NLMSG_ERROR && errno != 0) {
        throw refused(errno);
      }
      at += Math.max(Nft.HEADER, (in.getInt(at) + 3) & ~3);
    }
    return answers;
  }

  private static byte[] next(Netlink kernel) throws IOException {
    return kernel
        .receive()
        .orElseThrow(() -> new IOException("the firewall did not answer (nf_tables)"));
  }

  private static IOException refused(int errno) {
    IOException said = Libc.failure("the firewall refuses (nf_tables)", errno);
    return errno == Libc.EPERM || errno == Libc.EOPNOTSUPP
        ? new UnsupportedHere(said.getMessage() + "; run as root", said)
        : said;
  }
}
