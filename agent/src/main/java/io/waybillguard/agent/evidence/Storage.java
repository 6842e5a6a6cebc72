package io.waybillguard.agent.evidence;

/**
 * How the log gets on with its disk, for people.
 *
 * @param state whether it takes records
 * @param bytes that the log takes, as of the last look
 * @param cap most that it may take
 * @param waiting records in memory that are not durable yet
 * @param erasing whether something that was erased may still lie in the WAL, since somebody reads
 */
public record Storage(State state, long bytes, long cap, int waiting, boolean erasing) {

  /** Whether the log takes records. */
  public enum State {
    /** It does. */
    GOOD,
    /** The disk is full or fails; records wait in memory, and the reserve is spent. */
    DISK_REFUSES,
    /** The log has grown to its limit. */
    AT_CAP
  }
}
