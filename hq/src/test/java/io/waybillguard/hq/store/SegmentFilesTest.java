package io.waybillguard.hq.store;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SegmentFilesTest extends SegmentStoreContract {
  @TempDir private Path folder;

  @Override
  SegmentStore store() {
    return new SegmentFiles(folder);
  }

  @Override
  SegmentStore again() {
    return new SegmentFiles(folder);
  }
}
