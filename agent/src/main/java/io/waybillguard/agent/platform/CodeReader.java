package io.waybillguard.agent.platform;

import java.util.List;
import java.util.OptionalInt;

/**
 * The scanner of this desk, listened to for codes that are known beforehand. Nothing else that it
 * reads is kept, not even for a moment. One thread.
 */
public interface CodeReader {
  /**
   * What to listen for from now on.
   *
   * @param codes digits; none to stop listening
   */
  void expect(List<String> codes);

  /** Which of the expected codes was read since the last look, by its place in the list. */
  OptionalInt read();

  /** Why nothing can be read, and what to do; "" when it can. As of the last look. */
  String unseen();

  /** Lets go of the scanner. */
  void close();

  /** A desk without a scanner. */
  CodeReader NONE =
      new CodeReader() {
        @Override
        public void expect(List<String> codes) {}

        @Override
        public OptionalInt read() {
          return OptionalInt.empty();
        }

        @Override
        public String unseen() {
          return "no scanner is enrolled (notice.scanner in agent.yaml)";
        }

        @Override
        public void close() {}
      };
}
