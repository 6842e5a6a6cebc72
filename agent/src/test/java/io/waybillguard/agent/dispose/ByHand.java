package io.waybillguard.agent.dispose;

import io.waybillguard.agent.platform.Firewall;
import io.waybillguard.agent.platform.RemoteLines;
import io.waybillguard.agent.platform.UsbGate;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A machine whose logins, firewall and plugs are what a test says. */
final class ByHand implements RemoteLines, Firewall, UsbGate {
  final Set<Line> lines = new LinkedHashSet<>();
  final List<Firewall.Rule> rules = new ArrayList<>();
  final List<Plugged> plugs = new ArrayList<>();
  boolean otherKeyboard = true;

  /** Told before something is done; may throw in the middle of it. */
  Runnable before = () -> {};

  @Override
  public boolean holds(Line line) {
    return lines.contains(line);
  }

  @Override
  public Cut cut(Line line) {
    before.run();
    return lines.remove(line) ? Cut.CLOSED : Cut.ABSENT;
  }

  @Override
  public boolean runs(Server server) {
    return false;
  }

  @Override
  public Cut end(Server server) {
    return Cut.ABSENT;
  }

  @Override
  public void keep(List<Firewall.Rule> wanted) {
    before.run();
    rules.clear();
    rules.addAll(wanted);
  }

  @Override
  public Set<String> holding() {
    Set<String> ids = new LinkedHashSet<>();
    rules.forEach(rule -> ids.add(rule.id()));
    return ids;
  }

  @Override
  public List<Plugged> plugged() {
    return List.copyOf(plugs);
  }

  @Override
  public boolean canTypeWithout(UsbPeripheral device) {
    return otherKeyboard;
  }

  @Override
  public boolean shut(UsbPeripheral device) {
    return turn(device, true);
  }

  @Override
  public boolean open(UsbPeripheral device) {
    return turn(device, false);
  }

  private boolean turn(UsbPeripheral device, boolean shut) {
    before.run();
    boolean there = plugs.removeIf(each -> each.device().equals(device));
    if (there) {
      plugs.add(new Plugged(device, shut, false, false));
    }
    return there;
  }
}
