package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.platform.FolderChanges;
import io.waybillguard.agent.platform.FolderChangesContract;
import java.nio.file.Path;
import java.util.Objects;

final class FoldersByHandTest implements FolderChangesContract {
  private final FoldersByHand folders = FoldersByHand.blocking();

  @Override
  public FolderChanges folders() {
    return folders;
  }

  @Override
  public void write(Path file) {
    folders.change(Objects.requireNonNull(file.getParent()), file.getFileName().toString());
  }

  @Override
  public void remove(Path file) {
    write(file);
  }
}
