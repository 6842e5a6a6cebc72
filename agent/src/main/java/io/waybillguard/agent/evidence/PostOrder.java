package io.waybillguard.agent.evidence;

/**
 * Where the root of a complete subtree is stored: numbered in the order in which the subtrees are
 * finished, so that an append only ever adds rows at the right edge. The numbering of Go's {@code
 * sumdb/tlog.StoredHashIndex}.
 */
final class PostOrder {
  private PostOrder() {}

  /** Number of the root of the complete subtree over leaves [index·2^level, (index+1)·2^level). */
  static long id(int level, long index) {
    // Above level 0 a node comes right after its right child, which is node 2·index+1 of the level
    // below.
    long leaf = ((index + 1) << level) - 1;
    long id = 0;
    for (long n = leaf; n > 0; n >>>= 1) {
      id += n;
    }
    return id + level;
  }

  /** How many complete subtrees a tree of this size has. */
  static long count(long size) {
    return 2 * size - Long.bitCount(size);
  }
}
