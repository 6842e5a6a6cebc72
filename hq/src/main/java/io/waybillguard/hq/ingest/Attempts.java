package io.waybillguard.hq.ingest;

import io.waybillguard.agent.report.wire.Refusal;
import java.util.Optional;

/**
 * Judging without a lock: a request is judged against what was read, and judged anew when another
 * request on the same log was taken in between.
 */
final class Attempts {
  /** Each further attempt means that another request on this log succeeded meanwhile. */
  private static final int MOST = 8;

  private Attempts() {}

  /** An answer, or none because the log has changed. */
  record Result<T>(Optional<T> answer) {}

  /** One judgement. */
  @FunctionalInterface
  interface Attempt<T, E extends Exception> {
    Result<T> make() throws Rejected, E;
  }

  static <T> Result<T> done(T answer) {
    return new Result<>(Optional.of(answer));
  }

  static <T> Result<T> again() {
    return new Result<>(Optional.empty());
  }

  static <T, E extends Exception> T untilUnchanged(Attempt<T, E> attempt) throws Rejected, E {
    for (int i = 0; i < MOST; i++) {
      Optional<T> answer = attempt.make().answer();
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    throw Rejected.because(
        503, Refusal.BUSY, "this log is being reported by several at once; try again");
  }
}
