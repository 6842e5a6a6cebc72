package io.waybillguard.agent.update;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A PC in memory: a service that runs a version, and a setup program that does as it is told. */
final class GroundByHand implements Ground {
  String installed = "0.1.0";
  String signed = "0.1.1";
  boolean runs = true;
  boolean reaches = true;
  Ended laid = new Ended(0, "");
  Ended settled = new Ended(0, "");

  /** The power is cut in the midst of this call; "" never. */
  String cutIn = "";

  final List<String> done = new ArrayList<>();

  /** The power is gone. */
  static final class Cut extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private void did(String what) {
    done.add(what);
    if (what.equals(cutIn)) {
      cutIn = "";
      throw new Cut();
    }
  }

  @Override
  public String check(Path file, Path note) throws IOException, Unfit {
    did("check");
    if (!Files.readString(note).contains("signed")) {
      throw new Unfit("the package is not signed", new IOException("test"));
    }
    return signed;
  }

  @Override
  public String installed() {
    return installed;
  }

  @Override
  public boolean runs() {
    return runs;
  }

  @Override
  public Ended lay(Path setup) {
    if (laid.code() == 0) {
      installed = signed;
    }
    did("lay");
    return laid;
  }

  @Override
  public Ended settle(Path setup) {
    did("settle");
    return settled;
  }

  @Override
  public boolean reachesHq() {
    did("reach");
    return reaches;
  }

  @Override
  public void putBack(String failed) throws IOException {
    did("put back");
    if (!runs) {
      throw new IOException("the service does not start");
    }
    installed = "0.1.0";
  }
}
