package io.waybillguard.agent.dispose;

import io.waybillguard.agent.platform.Firewall;
import io.waybillguard.agent.platform.RemoteLines;
import io.waybillguard.agent.platform.UsbGate;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A machine whose logins, firewall and plugs are what a test says. */
final class ByHand implements RemoteLines, Firewall, UsbGate {
  final Set<Line> lines = new LinkedHashSet<>();
  final List<Firewall.Rule> rules = new ArrayList<>();
  final List<Plugged> plugs = new ArrayList<>();

  /** Processes by their numbers. */
  final Map<Long, Running> servers = new LinkedHashMap<>();

  /** Whether a keyboard is there that is not in {@link #plugs}. */
  boolean otherKeyboard = true;

  /** A process, and when it was started. */
  record Running(String executable, Instant began) {}

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
    Running process = servers.get(server.pid());
    return process != null
        && process.executable().equals(server.executable())
        && !process.began().isAfter(server.before());
  }

  @Override
  public Cut end(Server server) {
    before.run();
    boolean meant = runs(server);
    if (meant) {
      servers.remove(server.pid());
    }
    return meant ? Cut.ENDED : Cut.ABSENT;
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
    return otherKeyboard
        || plugs.stream()
            .anyMatch(each -> !each.device().equals(device) && !each.shut() && types(each));
  }

  private static boolean types(Plugged each) {
    return each.device().interfaces().contains("03/01/01");
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
    int at = plugs.stream().map(Plugged::device).toList().indexOf(device);
    if (at >= 0) {
      Plugged it = plugs.get(at);
      plugs.set(at, new Plugged(device, shut, it.carriesNetwork(), it.hub()));
    }
    return at >= 0;
  }
}
