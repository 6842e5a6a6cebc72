package io.waybillguard.agent.update;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** An installer that does what a test says. */
final class InstallingByHand implements Installing {
  String refusal = "";
  boolean over = true;
  boolean broken;
  int cleared;
  final List<String> attended = new ArrayList<>();

  @Override
  public String refusal() {
    return refusal;
  }

  @Override
  public void attend(String from, boolean begun) throws IOException {
    attended.add(from + (begun ? " begun" : " waits"));
    if (broken) {
      throw new IOException("no manager of services");
    }
  }

  @Override
  public boolean isOver() {
    return over;
  }

  @Override
  public void clear() {
    cleared++;
  }

  @Override
  public String advice() {
    return "ask the test";
  }
}
