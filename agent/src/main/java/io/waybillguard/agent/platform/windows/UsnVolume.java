package io.waybillguard.agent.platform.windows;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A disk that keeps a journal of its changes. Used by one thread. */
interface UsnVolume extends Closeable {
  /** ERROR_JOURNAL_ENTRY_DELETED (winerror.h): what was asked for is no longer kept. */
  int ENTRY_DELETED = 1181;

  /**
   * A journal as it is now.
   *
   * @param id another after the journal was deleted and made anew
   * @param first the oldest entry that is kept
   * @param next where the next entry will be
   */
  record Journal(long id, long first, long next) {}

  /**
   * Entries that were read.
   *
   * @param next where to read on; the same as was asked for when there is nothing new
   */
  record Batch(long next, List<UsnRecord> records) {
    public Batch {
      records = List.copyOf(records);
    }
  }

  /** A call that the system refused. */
  final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;
    private final int code;

    RefusedException(String call, String what, int code) {
      super(what + ": " + Win32.word(call, code));
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /** Its name for people and for the memory of where we were, such as {@code C:}. */
  String name();

  /** Its root. */
  Path root();

  Journal query() throws RefusedException;

  /** The entries from a place on, as many as one call gives; does not wait for more. */
  Batch read(long journal, long start) throws RefusedException;

  /** The path of a folder; empty when it is gone. */
  Optional<Path> folder(UsnRecord.FileId id);
}
