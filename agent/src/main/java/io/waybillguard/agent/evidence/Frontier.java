package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The right edge of a growing tree: the roots of its complete subtrees, largest first, at most 63.
 * Appending a leaf costs two hashes on average. Owned by one thread.
 */
public final class Frontier {
  private final List<Hash> edge = new ArrayList<>();
  private long size;

  /** Told of every complete subtree that an append finishes, in post-order. */
  @FunctionalInterface
  public interface Finished {
    /** Root of the complete subtree over leaves [index·2^level, (index+1)·2^level). */
    void node(int level, long index, Hash hash);
  }

  /** The frontier of the empty tree. */
  public Frontier() {}

  /** The frontier of a tree of {@code size} leaves, read from its complete subtrees. */
  public static Frontier of(Merkle.Nodes nodes, long size) throws IOException {
    Frontier frontier = new Frontier();
    long from = 0;
    for (long left = size; left > 0; left -= Long.highestOneBit(left)) {
      int level = 63 - Long.numberOfLeadingZeros(left);
      frontier.edge.add(nodes.node(level, from >>> level));
      from += Long.highestOneBit(left);
    }
    frontier.size = size;
    return frontier;
  }

  /**
   * The frontier that {@link #encode} wrote.
   *
   * @throws EvidenceException if the bytes do not fit the size
   */
  public static Frontier decode(long size, byte[] bytes) throws EvidenceException {
    if (size < 0 || bytes.length != Long.bitCount(size) * Hash.LENGTH) {
      throw new EvidenceException(
          "a frontier of "
              + size
              + " leaves has "
              + Long.bitCount(size)
              + " hashes, this has "
              + bytes.length
              + " bytes");
    }
    Frontier frontier = new Frontier();
    for (int at = 0; at < bytes.length; at += Hash.LENGTH) {
      frontier.edge.add(Hash.of(java.util.Arrays.copyOfRange(bytes, at, at + Hash.LENGTH)));
    }
    frontier.size = size;
    return frontier;
  }

  /** The hashes one after the other, largest subtree first. */
  public byte[] encode() {
    byte[] bytes = new byte[edge.size() * Hash.LENGTH];
    for (int i = 0; i < edge.size(); i++) {
      System.arraycopy(edge.get(i).bytes(), 0, bytes, i * Hash.LENGTH, Hash.LENGTH);
    }
    return bytes;
  }

  /** How many leaves the tree has. */
  public long size() {
    return size;
  }

  /**
   * Appends the hash of a leaf and tells of every subtree that it completes, the leaf itself first.
   */
  public void append(Hash leaf, Finished finished) {
    Hash hash = leaf;
    int level = 0;
    long index = size;
    finished.node(0, index, hash);
    while ((index & 1) == 1) {
      hash = Merkle.parent(edge.remove(edge.size() - 1), hash);
      level++;
      index >>>= 1;
      finished.node(level, index, hash);
    }
    edge.add(hash);
    size++;
  }

  /** Appends the hash of a leaf. */
  public void append(Hash leaf) {
    append(leaf, (level, index, hash) -> {});
  }

  /** Root of the tree so far. */
  public Hash root() {
    if (edge.isEmpty()) {
      return Merkle.empty();
    }
    Hash root = edge.get(edge.size() - 1);
    for (int i = edge.size() - 2; i >= 0; i--) {
      root = Merkle.parent(edge.get(i), root);
    }
    return root;
  }

  /** A copy that grows on its own. */
  public Frontier copy() {
    Frontier copy = new Frontier();
    copy.edge.addAll(edge);
    copy.size = size;
    return copy;
  }
}
