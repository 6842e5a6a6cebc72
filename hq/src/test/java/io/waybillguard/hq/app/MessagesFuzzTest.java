package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.ImpliedHashes;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.agent.report.wire.WireException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What workstations send, before anything is known of who sends it. Whatever the bytes are, they
 * are read, or refused with the exception that means so; what was read says the same when it is
 * written again.
 */
final class MessagesFuzzTest {
  @FuzzTest
  void enrolment(byte[] body) throws Exception {
    EnrollRequest read;
    try {
      read = EnrollRequest.decode(body);
    } catch (WireException e) {
      return;
    }
    assertEquals(read, EnrollRequest.decode(read.encode()));
  }

  @FuzzTest
  void heartbeat(byte[] body) throws Exception {
    Heartbeat read;
    try {
      read = Heartbeat.decode(body);
    } catch (WireException e) {
      return;
    }
    assertTrue(read.size() >= 0);
    assertEquals(read, Heartbeat.decode(read.encode()));
  }

  @FuzzTest
  void checkpoint(byte[] body) throws Exception {
    ConsistencyClaim read;
    try {
      read = ConsistencyClaim.parse(new String(body, StandardCharsets.UTF_8));
    } catch (EvidenceException e) {
      return;
    }
    assertTrue(read.old() >= 0);
    assertEquals(read, ConsistencyClaim.parse(read.toString()));
  }

  @FuzzTest
  void keys(byte[] body) throws Exception {
    TlogProof read;
    try {
      read = TlogProof.parse(new String(body, StandardCharsets.UTF_8));
    } catch (EvidenceException e) {
      return;
    }
    assertArrayEquals(read.bytes(), TlogProof.parse(read.toString()).bytes());
  }

  @FuzzTest
  void leaf(byte[] body) {
    try {
      Leaf read = Leaf.parse(body);
      assertTrue(body.length <= Leaf.MOST_BYTES, () -> read.type());
    } catch (EvidenceException e) {
      return;
    }
  }

  @FuzzTest
  void segment(byte[] body) throws Exception {
    Segment read;
    try {
      read = Segment.decode(body);
    } catch (WireException e) {
      return;
    }
    assertArrayEquals(body, read.encode(), "there is one spelling for each segment");
    assertEquals(read.newSize() - read.oldSize(), read.leaves().size());
    Optional<Segment> lean = ImpliedHashes.leaveOut(read);
    if (lean.isPresent()) {
      assertArrayEquals(body, ImpliedHashes.putBack(lean.get()).encode());
    }
  }
}
