package io.waybillguard.agent.platform.windows;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

/** Listens at a port and lets one in, until that one goes: what a remote-control tool does. */
final class Door {
  private Door() {}

  /**
   * @param args the port
   */
  public static void main(String[] args) throws IOException {
    try (ServerSocket door = new ServerSocket(Integer.parseInt(args[0]))) {
      System.out.println("open");
      try (Socket peer = door.accept()) {
        while (peer.getInputStream().read() >= 0) {
          // What comes is of no interest.
        }
      }
    }
  }
}
