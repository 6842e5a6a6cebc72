package io.waybillguard.agent.platform.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Messages of nf_tables as the kernel's {@code linux/netfilter/nf_tables.h} and {@code nfnetlink.h}
 * define them; the numbers are theirs. Headers are in the machine's order, values of nf_tables in
 * that of the network.
 */
final class Nft {
  private static final int NFNL_SUBSYS_NFTABLES = 10;
  private static final int BATCH_BEGIN = 0x10;
  private static final int BATCH_END = 0x11;
  static final int NEWTABLE = 0;
  static final int DELTABLE = 2;
  static final int NEWCHAIN = 3;
  static final int NEWRULE = 6;
  static final int GETRULE = 7;

  // linux/netlink.h
  private static final int REQUEST = 0x1;
  private static final int ACK = 0x4;
  private static final int CREATE_APPEND = 0x400 | 0x800;
  private static final int DUMP = 0x300;

  private static final int NFPROTO_INET = 1;
  private static final int NESTED = 0x8000;
  private static final int TYPE_MASK = 0x3fff;
  static final int HEADER = 20; // struct nlmsghdr and struct nfgenmsg

  private static final int REGISTER = 1; // NFT_REG_1, 16 bytes
  private static final int VERDICT = 0;

  private static final int META_NFPROTO = 15;
  private static final int META_L4PROTO = 16;
  private static final int SOCKET_CGROUPV2 = 3; // enum nft_socket_keys
  private static final int BASE_NETWORK = 1;
  private static final int BASE_TRANSPORT = 2;

  private Nft() {}

  /** Attributes: u16 length, u16 type, then the value, up to a multiple of four. */
  static final class Attributes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Attributes put(int type, byte[] value) {
      bytes.writeBytes(
          ByteBuffer.allocate(4 + ((value.length + 3) & ~3))
              .order(ByteOrder.nativeOrder())
              .putShort((short) (4 + value.length))
              .putShort((short) type)
              .put(value)
              .array());
      return this;
    }

    Attributes put(int type, String text) {
      return put(type, (text + '\0').getBytes(StandardCharsets.UTF_8));
    }

    Attributes put(int type, int number) {
      return put(type, ByteBuffer.allocate(4).putInt(number).array());
    }

    Attributes put(int type, Attributes nested) {
      return put(type | NESTED, nested.bytes.toByteArray());
    }

    byte[] array() {
      return bytes.toByteArray();
    }
  }

  static Attributes attributes() {
    return new Attributes();
  }

  // -- messages ----------------------------------------------------------------------------------

  /** Messages that the kernel carries out all or not at all. */
  static final class Transaction {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int sequence;

    Transaction() {
      bytes.writeBytes(message(BATCH_BEGIN, REQUEST, 0, 0, NFNL_SUBSYS_NFTABLES, new byte[0]));
    }

    Transaction add(int type, Attributes attributes) {
      sequence++;
      int kind = (NFNL_SUBSYS_NFTABLES << 8) | type;
      int flags = REQUEST | ACK | (type == DELTABLE ? 0 : CREATE_APPEND);
      bytes.writeBytes(message(kind, flags, sequence, NFPROTO_INET, 0, attributes.array()));
      return this;
    }

    /** How many answers the kernel gives when all goes well. */
    int size() {
      return sequence;
    }

    byte[] array() {
      byte[] end = message(BATCH_END, REQUEST, 0, 0, NFNL_SUBSYS_NFTABLES, new byte[0]);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(bytes.toByteArray());
      all.writeBytes(end);
      return all.toByteArray();
    }
  }

  /** Asks for all rules of a table. */
  static byte[] listRules(String table) {
    return message(
        (NFNL_SUBSYS_NFTABLES << 8) | GETRULE,
        REQUEST | DUMP,
        1,
        NFPROTO_INET,
        0,
        attributes().put(1, table).array());
  }

  private static byte[] message(
      int type, int flags, int sequence, int family, int subsystem, byte[] attributes) {
    ByteBuffer message =
        ByteBuffer.allocate(HEADER + attributes.length)
            .order(ByteOrder.nativeOrder())
            .putInt(HEADER + attributes.length)
            .putShort((short) type)
            .putShort((short) flags)
            .putInt(sequence)
            .putInt(0)
            .put((byte) family)
            .put((byte) 0); // NFNETLINK_V0
    return message.order(ByteOrder.BIG_ENDIAN).putShort((short) subsystem).put(attributes).array();
  }

  /** The attributes from a place in a message to its end, by type; of two alike the last. */
  static Map<Integer, byte[]> parse(byte[] message, int from, int to) {
    Map<Integer, byte[]> found = new LinkedHashMap<>();
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
    for (int at = from; at + 4 <= to; ) {
      int length = Short.toUnsignedInt(in.getShort(at));
      if (length < 4 || at + length > to) {
        break;
      }
      byte[] value = new byte[length - 4];
      in.get(at + 4, value);
      found.put(Short.toUnsignedInt(in.getShort(at + 2)) & TYPE_MASK, value);
      at += (length + 3) & ~3;
    }
    return found;
  }

  // -- expressions of a rule ---------------------------------------------------------------------

  /** A rule's expressions, each looking at what the one before it let pass. */
  static final class Expressions {
    private final Attributes list = attributes();

    private Expressions add(String name, Attributes data) {
      list.put(1, attributes().put(1, name).put(2, data));
      return this;
    }

    private Expressions equal(byte[] value) {
      return add("cmp", attributes().put(1, REGISTER).put(2, 0).put(3, attributes().put(1, value)));
    }

    /** Packets of IPv4 (2, NFPROTO_IPV4) or IPv6 (10). */
    Expressions family(int protocol) {
      add("meta", attributes().put(1, REGISTER).put(2, META_NFPROTO));
      return equal(new byte[] {(byte) protocol});
    }

    /** Packets of TCP (6) or UDP (17). */
    Expressions transport(int protocol) {
      add("meta", attributes().put(1, REGISTER).put(2, META_L4PROTO));
      return equal(new byte[] {(byte) protocol});
    }

    /** Packets to an address that begins with these bits. */
    Expressions destination(byte[] network, int prefix) {
      byte[] mask = new byte[network.length];
      byte[] begin = new byte[network.length];
      for (int i = 0; i < network.length; i++) {
        int bits = Math.max(0, Math.min(8, prefix - 8 * i));
        mask[i] = (byte) (0xff00 >> bits);
        begin[i] = (byte) (network[i] & mask[i]);
      }
      payload(BASE_NETWORK, network.length == 4 ? 16 : 24, network.length);
      add(
          "bitwise",
          attributes()
              .put(1, REGISTER)
              .put(2, REGISTER)
              .put(3, network.length)
              .put(4, attributes().put(1, mask))
              .put(5, attributes().put(1, new byte[network.length])));
      return equal(begin);
    }

    /**
     * Packets of sockets that were made in a control group, or in one below it ({@code
     * CONFIG_NFT_SOCKET}, Linux 5.13).
     *
     * @param level how deep the group lies below the root
     * @param number the kernel's of the group
     */
    Expressions cgroup(int level, long number) {
      add("socket", attributes().put(1, SOCKET_CGROUPV2).put(2, REGISTER).put(3, level));
      return equal(
          ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(number).array());
    }

    /** Packets to a port. */
    Expressions port(int port) {
      payload(BASE_TRANSPORT, 2, 2);
      return equal(new byte[] {(byte) (port >> 8), (byte) port});
    }

    private void payload(int base, int offset, int length) {
      Expressions unused =
          add("payload", attributes().put(1, REGISTER).put(2, base).put(3, offset).put(4, length));
    }

    /** What came so far is dropped. */
    Attributes drop() {
      Attributes verdict = attributes().put(2, attributes().put(1, 0)); // NF_DROP
      return add("immediate", attributes().put(1, VERDICT).put(2, verdict)).list;
    }
  }

  static Expressions expressions() {
    return new Expressions();
  }
}
