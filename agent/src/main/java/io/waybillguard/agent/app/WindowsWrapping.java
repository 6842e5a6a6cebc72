package io.waybillguard.agent.app;

import io.waybillguard.agent.evidence.Wrapping;
import io.waybillguard.agent.platform.windows.Dpapi;
import java.io.IOException;

/** By the data protection of Windows. */
final class WindowsWrapping implements Wrapping {
  @Override
  public byte[] wrap(byte[] secret) throws IOException {
    return new Dpapi().wrap(secret);
  }

  @Override
  public byte[] unwrap(byte[] wrapped) throws IOException {
    return new Dpapi().unwrap(wrapped);
  }
}
