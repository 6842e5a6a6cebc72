package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Somebody with every right on the machine and this program's own code: reads a log, changes what
 * he likes, hashes all of it anew, and signs what the keys he has can sign.
 */
final class Forger {
  private final Path file;
  private final List<byte[]> leaves = new ArrayList<>();
  private final NavigableMap<Long, SignedNote> notes = new TreeMap<>();
  private final KeyChain keys;

  /** Reads the log in a folder; nobody else has it open. */
  Forger(Path folder) throws IOException {
    this.file = folder.resolve(EvidenceLog.FILE);
    try (LogReader reader = LogReader.open(folder)) {
      for (long i = 0; i < reader.size(); i++) {
        leaves.add(reader.leaf(i).orElseThrow());
      }
      notes.putAll(reader.checkpoints(0, Long.MAX_VALUE));
      keys = reader.keys();
    }
  }

  List<byte[]> leaves() {
    return leaves;
  }

  NavigableMap<Long, SignedNote> notes() {
    return notes;
  }

  SignedNote note(long size) {
    return java.util.Objects.requireNonNull(notes.get(size), "no seal of size " + size);
  }

  KeyChain keys() {
    return keys;
  }

  /** Changes a record's words without changing its length. */
  Forger edit(int index) throws EvidenceException {
    return edit(index, text -> text.replace("\"mono\":", "\"mono\":1"));
  }

  Forger edit(int index, UnaryOperator<String> change) {
    String text = new String(leaves.get(index), java.nio.charset.StandardCharsets.UTF_8);
    String changed = change.apply(text);
    if (changed.equals(text)) {
      throw new AssertionError("nothing was changed in " + text);
    }
    leaves.set(index, changed.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return this;
  }

  /** Root of the forged tree at a size. */
  Hash root(long size) {
    Frontier tree = new Frontier();
    leaves.subList(0, Math.toIntExact(size)).forEach(leaf -> tree.append(Merkle.leaf(leaf)));
    return tree.root();
  }

  /** Signs the forged head of this size, in place of what is kept for it. */
  Forger seal(long size, SigningKey key) {
    notes.put(size, new Checkpoint(keys.origin(), size, root(size)).signedBy(key));
    return this;
  }

  /** Signs every kept head above a size anew. */
  Forger sealAllAbove(long size, SigningKey key) {
    List.copyOf(notes.tailMap(size, false).keySet()).forEach(s -> seal(s, key));
    return this;
  }

  /** Writes all of it back: records, every hash of their tree, and the seals. */
  void write() throws SQLException {
    TestLog.sql(file, "DELETE FROM leaf", "DELETE FROM node", "DELETE FROM checkpoint");
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      try (Statement s = c.createStatement()) {
        s.execute("PRAGMA synchronous=OFF");
      }
      c.setAutoCommit(false);
      try (PreparedStatement leaf = c.prepareStatement("INSERT INTO leaf VALUES(?, ?)");
          PreparedStatement node = c.prepareStatement("INSERT INTO node VALUES(?, ?)");
          PreparedStatement note = c.prepareStatement("INSERT INTO checkpoint VALUES(?, ?)")) {
        Frontier tree = new Frontier();
        List<Store.FinishedNode> nodes = new ArrayList<>();
        for (int i = 0; i < leaves.size(); i++) {
          leaf.setLong(1, i);
          leaf.setBytes(2, leaves.get(i));
          leaf.executeUpdate();
          tree.append(
              Merkle.leaf(leaves.get(i)),
              (level, index, hash) ->
                  nodes.add(new Store.FinishedNode(PostOrder.id(level, index), hash)));
        }
        for (Store.FinishedNode each : nodes) {
          node.setLong(1, each.id());
          node.setBytes(2, each.hash().bytes());
          node.executeUpdate();
        }
        for (var each : notes.entrySet()) {
          note.setLong(1, each.getKey());
          note.setString(2, each.getValue().toString());
          note.executeUpdate();
        }
      }
      c.commit();
    }
  }
}
