package io.waybillguard.hq.pull;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.Merkle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The complete subtrees of a tree, in memory: 64 bytes a leaf. Filled once, in order, then only
 * read.
 *
 * <p>Limit: 33 million leaves, some 40 years of one workstation.
 */
final class TreeNodes implements Merkle.Nodes {
  private static final int MOST = 33_000_000;

  private final List<Level> levels = new ArrayList<>();

  private static final class Level {
    private byte[] hashes = new byte[64 * Hash.LENGTH];
    private int count;

    private void add(Hash hash) {
      if ((count + 1) * Hash.LENGTH > hashes.length) {
        hashes = Arrays.copyOf(hashes, Math.min(hashes.length * 2, (MOST + 1) * Hash.LENGTH));
      }
      System.arraycopy(hash.bytes(), 0, hashes, count++ * Hash.LENGTH, Hash.LENGTH);
    }
  }

  /** Takes a complete subtree, as {@link io.waybillguard.agent.evidence.Frontier} finishes it. */
  void add(int level, long index, Hash hash) {
    if (index >= MOST) {
      throw new IllegalArgumentException("a log of more than " + MOST + " records");
    }
    if (level == levels.size()) {
      levels.add(new Level());
    }
    levels.get(level).add(hash);
  }

  @Override
  public Hash node(int level, long index) throws IOException {
    if (level >= levels.size() || index >= levels.get(level).count) {
      throw new IOException("no subtree " + index + " at level " + level);
    }
    int at = (int) index * Hash.LENGTH;
    try {
      return Hash.of(Arrays.copyOfRange(levels.get(level).hashes, at, at + Hash.LENGTH));
    } catch (EvidenceException e) {
      throw new AssertionError("32 bytes are a hash", e);
    }
  }
}
