package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The tree against the reference vectors of Certificate Transparency, and against itself for every
 * pair of sizes up to 256.
 */
final class MerkleTest {
  private static final int MOST = 256;

  // Leaves, roots and proofs: google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc
  // (Apache-2.0).
  private static final List<String> LEAVES =
      List.of(
          "",
          "00",
          "10",
          "2021",
          "3031",
          "40414243",
          "5051525354555657",
          "606162636465666768696a6b6c6d6e6f");
  private static final List<String> ROOTS =
      List.of(
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  private static final String H1 =
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
  private static final String H23 =
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
  private static final String H4 =
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
  private static final String H45 =
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
  private static final String H67 =
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
  private static final String H4567 =
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";

  @Test
  void rootsAreThoseOfTheReference() throws IOException {
    Grown tree = reference();
    for (int size = 0; size < ROOTS.size(); size++) {
      assertEquals(ROOTS.get(size), Merkle.root(tree, size).hex(), "size " + size);
    }
  }

  @Test
  void auditPathsAreThoseOfTheReference() throws IOException {
    Grown tree = reference();
    assertEquals(List.of(), hex(Merkle.inclusion(tree, 0, 1)));
    assertEquals(List.of(H1, H23, H4567), hex(Merkle.inclusion(tree, 0, 8)));
    assertEquals(List.of(H4, H67, ROOTS.get(4)), hex(Merkle.inclusion(tree, 5, 8)));
    assertEquals(List.of(ROOTS.get(2)), hex(Merkle.inclusion(tree, 2, 3)));
    assertEquals(List.of(ROOTS.get(1), H23, H4), hex(Merkle.inclusion(tree, 1, 5)));
  }

  @Test
  void consistencyProofsAreThoseOfTheReference() throws IOException {
    Grown tree = reference();
    assertEquals(List.of(), hex(Merkle.consistency(tree, 1, 1)));
    assertEquals(List.of(H1, H23, H4567), hex(Merkle.consistency(tree, 1, 8)));
    assertEquals(List.of(H45, H67, ROOTS.get(4)), hex(Merkle.consistency(tree, 6, 8)));
    assertEquals(List.of(H23, H4), hex(Merkle.consistency(tree, 2, 5)));
  }

  @Test
  void everyLeafOfEveryTreeIsProvedAndNothingElseIs() throws IOException {
    Grown tree = Grown.of(MOST);
    long refused =
        IntStream.rangeClosed(1, MOST).parallel().mapToLong(n -> everyLeafOf(tree, n)).sum();
    assertTrue(refused > 500_000, "mutations that were refused: " + refused);
  }

  private static long everyLeafOf(Grown tree, int size) {
    Hash root = root(tree, size);
    long refused = 0;
    for (int index = 0; index < size; index++) {
      Hash leaf = tree.leaf(index);
      List<Hash> path = inclusion(tree, index, size);
      int at = index;
      assertTrue(Merkle.includes(leaf, index, size, path, root), () -> at + " of " + size);
      assertFalse(Merkle.includes(other(leaf), index, size, path, root), () -> at + " of " + size);
      assertFalse(Merkle.includes(leaf, index, size, path, other(root)), () -> at + " of " + size);
      refused +=
          refuseEveryMutation(
              "leaf " + index + " of " + size,
              path,
              mutated -> Merkle.includes(leaf, at, size, mutated, root));
    }
    return refused;
  }

  @Test
  void everyTreeContinuesEveryOlderOneAndNothingElse() throws IOException {
    Grown tree = Grown.of(MOST);
    long refused =
        IntStream.rangeClosed(0, MOST).parallel().mapToLong(n -> everyOlderOf(tree, n)).sum();
    assertTrue(refused > 500_000, "mutations that were refused: " + refused);
  }

  private static long everyOlderOf(Grown tree, int size) {
    Hash root = root(tree, size);
    long refused = 0;
    for (int old = 0; old <= size; old++) {
      Hash oldRoot = root(tree, old);
      List<Hash> proof = consistency(tree, old, size);
      int from = old;
      assertTrue(Merkle.consistent(old, oldRoot, size, root, proof), () -> from + " to " + size);
      assertFalse(
          Merkle.consistent(old, other(oldRoot), size, root, proof), () -> from + " to " + size);
      if (old > 0) {
        assertFalse(
            Merkle.consistent(old, oldRoot, size, other(root), proof), () -> from + " to " + size);
      }
      refused +=
          refuseEveryMutation(
              old + " to " + size,
              proof,
              mutated -> Merkle.consistent(from, oldRoot, size, root, mutated));
    }
    return refused;
  }

  /** Each hash changed, each dropped, one added at each place, and neighbours swapped. */
  private static long refuseEveryMutation(
      String what, List<Hash> proof, Predicate<List<Hash>> accepted) {
    List<List<Hash>> mutations = new ArrayList<>();
    for (int i = 0; i <= proof.size(); i++) {
      List<Hash> added = new ArrayList<>(proof);
      added.add(i, i < proof.size() ? proof.get(i) : Merkle.empty());
      mutations.add(added);
      if (i < proof.size()) {
        List<Hash> changed = new ArrayList<>(proof);
        changed.set(i, other(proof.get(i)));
        mutations.add(changed);
        List<Hash> dropped = new ArrayList<>(proof);
        dropped.remove(i);
        mutations.add(dropped);
      }
      if (i + 1 < proof.size()) {
        List<Hash> swapped = new ArrayList<>(proof);
        swapped.set(i, proof.get(i + 1));
        swapped.set(i + 1, proof.get(i));
        mutations.add(swapped);
      }
    }
    for (List<Hash> each : mutations) {
      assertFalse(accepted.test(each), () -> what + " accepted " + each + " for " + proof);
    }
    return mutations.size();
  }

  @Test
  void proofsWithSizesOutOfTurnAreRefused() throws IOException {
    Grown tree = Grown.of(8);
    Hash root = Merkle.root(tree, 8);
    assertFalse(Merkle.includes(tree.leaf(0), -1, 8, Merkle.inclusion(tree, 0, 8), root));
    assertFalse(Merkle.includes(tree.leaf(0), 8, 8, Merkle.inclusion(tree, 0, 8), root));
    assertFalse(Merkle.includes(tree.leaf(0), 0, 0, List.of(), Merkle.empty()));
    assertFalse(Merkle.includes(tree.leaf(0), Long.MAX_VALUE - 1, Long.MAX_VALUE, List.of(), root));
    assertFalse(Merkle.consistent(-1, Merkle.empty(), 8, root, List.of()));
    assertFalse(Merkle.consistent(9, Merkle.root(tree, 8), 8, root, List.of()));
    assertFalse(Merkle.consistent(1, tree.leaf(0), Long.MAX_VALUE, root, List.of()));
    assertThrows(IllegalArgumentException.class, () -> Merkle.inclusion(tree, 8, 8));
    assertThrows(IllegalArgumentException.class, () -> Merkle.inclusion(tree, -1, 8));
    assertThrows(IllegalArgumentException.class, () -> Merkle.consistency(tree, 9, 8));
    assertThrows(IllegalArgumentException.class, () -> Merkle.consistency(tree, -1, 8));
  }

  @Test
  void theFrontierGrowsToTheSameRootsAndSurvivesBeingWrittenDown() throws Exception {
    Grown tree = Grown.of(MOST);
    Frontier frontier = new Frontier();
    for (int size = 0; size <= MOST; size++) {
      assertEquals(size, frontier.size());
      assertEquals(Merkle.root(tree, size), frontier.root(), "grown to " + size);
      assertEquals(Merkle.root(tree, size), Frontier.of(tree, size).root(), "read at " + size);
      Frontier kept = Frontier.decode(size, frontier.encode());
      Frontier apart = frontier.copy();
      Hash next = Merkle.leaf(("next " + size).getBytes(StandardCharsets.UTF_8));
      kept.append(next);
      apart.append(next);
      assertEquals(apart.root(), kept.root(), "kept and copied at " + size);
      assertEquals(Merkle.root(tree, size), frontier.root(), "a copy grows on its own");
      if (size < MOST) {
        frontier.append(tree.leaf(size));
      }
    }
  }

  @Test
  void aFrontierOfTheWrongLengthIsRefused() {
    assertThrows(EvidenceException.class, () -> Frontier.decode(3, new byte[32]));
    assertThrows(EvidenceException.class, () -> Frontier.decode(3, new byte[63]));
    assertThrows(EvidenceException.class, () -> Frontier.decode(-1, new byte[64 * 32]));
  }

  // -- a tree in memory, hashed by the definition of RFC 6962 and nothing else -----------------

  private static Grown reference() {
    return new Grown(LEAVES.stream().map(hex -> HexFormat.of().parseHex(hex)).toList());
  }

  private static Hash other(Hash hash) {
    byte[] bytes = hash.bytes();
    bytes[0] ^= 1;
    try {
      return Hash.of(bytes);
    } catch (EvidenceException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> hex(List<Hash> hashes) {
    return hashes.stream().map(Hash::hex).toList();
  }

  private static Hash root(Grown tree, int size) {
    try {
      return Merkle.root(tree, size);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Hash> inclusion(Grown tree, int index, int size) {
    try {
      return Merkle.inclusion(tree, index, size);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Hash> consistency(Grown tree, int old, int size) {
    try {
      return Merkle.consistency(tree, old, size);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Complete subtrees of a list of leaves. Read by several threads. */
  private static final class Grown implements Merkle.Nodes {
    private final Map<List<Long>, Hash> nodes = new HashMap<>();

    Grown(List<byte[]> leaves) {
      for (int i = 0; i < leaves.size(); i++) {
        nodes.put(List.of(0L, (long) i), Hash.sha256(new byte[] {0}, leaves.get(i)));
      }
      for (long level = 1; 1L << level <= leaves.size(); level++) {
        for (long i = 0; (i + 1) << level <= leaves.size(); i++) {
          byte[] left = found(level - 1, 2 * i).bytes();
          byte[] right = found(level - 1, 2 * i + 1).bytes();
          nodes.put(List.of(level, i), Hash.sha256(new byte[] {1}, left, right));
        }
      }
    }

    static Grown of(int size) {
      return new Grown(
          Stream.iterate(0, i -> i + 1)
              .limit(size)
              .map(i -> ("leaf " + i).getBytes(StandardCharsets.UTF_8))
              .toList());
    }

    Hash leaf(int index) {
      return found(0, index);
    }

    private Hash found(long level, long index) {
      Hash hash = nodes.get(List.of(level, index));
      if (hash == null) {
        throw new AssertionError("asked for node " + level + "/" + index + ", which is not whole");
      }
      return hash;
    }

    @Override
    public Hash node(int level, long index) {
      return found(level, index);
    }
  }
}
