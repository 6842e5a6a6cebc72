package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The Merkle tree of RFC 6962 section 2.1 over SHA-256: hashing, proofs, and checking proofs (RFC
 * 9162 sections 2.1.3.2 and 2.1.4.2). Pure.
 *
 * <p>The tree of n leaves is cut into complete subtrees, one for each bit that is set in n; {@link
 * Nodes} holds the roots of complete subtrees only, and everything else is folded from them.
 */
public final class Merkle {
  private static final byte[] LEAF = {0};
  private static final byte[] NODE = {1};

  private Merkle() {}

  /** Where complete subtrees are found. */
  @FunctionalInterface
  public interface Nodes {
    /**
     * Root of the complete subtree over leaves [index·2^level, (index+1)·2^level).
     *
     * @throws IOException if it cannot be read or is not there
     */
    Hash node(int level, long index) throws IOException;
  }

  /** Hash of a leaf: SHA-256(0x00 ‖ bytes). */
  public static Hash leaf(byte[] bytes) {
    return Hash.sha256(LEAF, bytes);
  }

  /** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
  public static Hash parent(Hash left, Hash right) {
    MessageDigest digest = Hash.digest();
    digest.update(NODE);
    left.updateInto(digest);
    right.updateInto(digest);
    return Hash.finish(digest);
  }

  /** Root of the empty tree: SHA-256 of nothing. */
  public static Hash empty() {
    return Hash.sha256();
  }

  /** Root of the tree of the first {@code size} leaves, size ≥ 0. */
  public static Hash root(Nodes nodes, long size) throws IOException {
    return size == 0 ? empty() : range(nodes, 0, size);
  }

  /** Root over [from, to), where {@code from} starts a subtree as RFC 6962 cuts them. */
  private static Hash range(Nodes nodes, long from, long to) throws IOException {
    long n = to - from;
    if (Long.bitCount(n) == 1) {
      int level = Long.numberOfTrailingZeros(n);
      return nodes.node(level, from >>> level);
    }
    long left = Long.highestOneBit(n);
    return parent(range(nodes, from, from + left), range(nodes, from + left, to));
  }

  /**
   * The audit path of leaf {@code index} in the tree of {@code size} leaves, from the leaf's
   * sibling up (RFC 6962 2.1.1).
   *
   * @throws IllegalArgumentException unless 0 ≤ index &lt; size
   */
  public static List<Hash> inclusion(Nodes nodes, long index, long size) throws IOException {
    if (index < 0 || index >= size) {
      throw new IllegalArgumentException("no leaf " + index + " in a tree of " + size);
    }
    List<Hash> path = new ArrayList<>();
    collectInclusion(nodes, index, 0, size, path);
    return path;
  }

  private static void collectInclusion(Nodes nodes, long index, long from, long to, List<Hash> path)
      throws IOException {
    long n = to - from;
    if (n == 1) {
      return;
    }
    long middle = from + split(n);
    if (index < middle) {
      collectInclusion(nodes, index, from, middle, path);
      path.add(range(nodes, middle, to));
    } else {
      collectInclusion(nodes, index, middle, to, path);
      path.add(range(nodes, from, middle));
    }
  }

  /**
   * The proof that the tree of {@code old} leaves is a prefix of the tree of {@code size} leaves
   * (RFC 6962 2.1.2); empty when old is 0 or equals size.
   *
   * @throws IllegalArgumentException unless 0 ≤ old ≤ size
   */
  public static List<Hash> consistency(Nodes nodes, long old, long size) throws IOException {
    if (old < 0 || old > size) {
      throw new IllegalArgumentException("no consistency from " + old + " to " + size);
    }
    List<Hash> proof = new ArrayList<>();
    if (old > 0 && old < size) {
      collectConsistency(nodes, old, 0, size, true, proof);
    }
    return proof;
  }

  private static void collectConsistency(
      Nodes nodes, long old, long from, long to, boolean whole, List<Hash> proof)
      throws IOException {
    if (old == to) {
      if (!whole) {
        proof.add(range(nodes, from, to));
      }
      return;
    }
    long middle = from + split(to - from);
    if (old <= middle) {
      collectConsistency(nodes, old, from, middle, whole, proof);
      proof.add(range(nodes, middle, to));
    } else {
      collectConsistency(nodes, old, middle, to, false, proof);
      proof.add(range(nodes, from, middle));
    }
  }

  /** The largest power of two smaller than n, n ≥ 2. */
  private static long split(long n) {
    return Long.highestOneBit(n - 1);
  }

  /**
   * Whether the path proves that {@code leaf} is leaf number {@code index} of the tree of that size
   * and root.
   */
  public static boolean includes(Hash leaf, long index, long size, List<Hash> path, Hash root) {
    if (index < 0 || index >= size) {
      return false;
    }
    long fn = index;
    long sn = size - 1;
    Hash r = leaf;
    for (Hash p : path) {
      if (sn == 0) {
        return false;
      }
      if ((fn & 1) == 1 || fn == sn) {
        r = parent(p, r);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>>= 1;
          sn >>>= 1;
        }
      } else {
        r = parent(r, p);
      }
      fn >>>= 1;
      sn >>>= 1;
    }
    return sn == 0 && r.equals(root);
  }

  /**
   * Whether the proof shows that the tree of the old size and root is a prefix of the tree of the
   * new size and root.
   */
  public static boolean consistent(long old, Hash oldRoot, long size, Hash root, List<Hash> proof) {
    if (old < 0 || old > size) {
      return false;
    }
    if (old == size) {
      return proof.isEmpty() && oldRoot.equals(root);
    }
    if (old == 0) {
      return proof.isEmpty() && oldRoot.equals(empty());
    }
    List<Hash> path = proof;
    if (Long.bitCount(old) == 1) {
      // The old tree is itself a node of the new one, so the proof leaves it out.
      path = new ArrayList<>(proof.size() + 1);
      path.add(oldRoot);
      path.addAll(proof);
    }
    if (path.isEmpty()) {
      return false;
    }
    long fn = old - 1;
    long sn = size - 1;
    while ((fn & 1) == 1) {
      fn >>>= 1;
      sn >>>= 1;
    }
    Hash fr = path.get(0);
    Hash sr = path.get(0);
    for (Hash c : path.subList(1, path.size())) {
      if (sn == 0) {
        return false;
      }
      if ((fn & 1) == 1 || fn == sn) {
        fr = parent(c, fr);
        sr = parent(c, sr);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>>= 1;
          sn >>>= 1;
        }
      } else {
        sr = parent(sr, c);
      }
      fn >>>= 1;
      sn >>>= 1;
    }
    return sn == 0 && fr.equals(oldRoot) && sr.equals(root);
  }
}
