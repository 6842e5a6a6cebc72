package io.waybillguard.agent.dispose;

import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.DisposalEnded.Outcome;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.platform.Firewall;
import io.waybillguard.agent.platform.Packages;
import io.waybillguard.agent.platform.RemoteLines;
import io.waybillguard.agent.platform.UsbGate;
import io.waybillguard.agent.platform.UsbGate.Plugged;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Does, looks at and undoes disposals in the world. Knows no order and no record. One thread. */
final class Hands {
  private static final String KEYBOARD = "03/01/01";

  private final Tools tools;
  private final Vault vault;
  private final Untouchable untouchable;
  private final Logins logins;

  /**
   * What the hands work with.
   *
   * @param lines remote logins
   * @param firewall what is let out
   * @param usb USB devices
   * @param packages whose a file is
   */
  record Tools(RemoteLines lines, Firewall firewall, UsbGate usb, Packages packages) {}

  /** Remote logins as the log tells them. */
  interface Logins {
    /** The login of this uid, if it is not over; empty when the log knows none. */
    Optional<RemoteSession> open(String uid) throws IOException;
  }

  Hands(Tools tools, Vault vault, Untouchable untouchable, Logins logins) {
    this.tools = tools;
    this.vault = vault;
    this.untouchable = untouchable;
    this.logins = logins;
  }

  /**
   * Does it.
   *
   * @param kept the order
   * @param standing everything that stands
   * @param notebook told what undoing needs, before anything is done that needs it
   * @return what else there is to say, or ""
   * @throws NotDone if it cannot be done or must not; nothing of it was done
   * @throws IOException if the system would not
   */
  String act(Kept kept, List<Kept> standing, Vault.Notebook notebook) throws IOException, NotDone {
    Disposal what = kept.order().what();
    if (what instanceof Disposal.EndSession end) {
      return end(end.session());
    }
    if (what instanceof Disposal.BlockAddress block) {
      check(block);
      tools.firewall().keep(rules(standing, kept));
      return "";
    }
    if (what instanceof Disposal.BlockProgram block) {
      check(block);
      tools.firewall().keep(rules(standing, kept));
      return "";
    }
    if (what instanceof Disposal.HoldStick stick) {
      return shut(stick.passport(), notebook);
    }
    Disposal.Quarantine file = (Disposal.Quarantine) what;
    check(file);
    vault.take(kept.id(), file, notebook);
    return "";
  }

  /** Whether it holds at this moment. What a crash left half-way is settled first. */
  boolean holds(Kept kept) throws IOException, NotDone {
    Disposal what = kept.order().what();
    if (what instanceof Disposal.EndSession end) {
      Optional<RemoteSession> login = logins.open(end.session());
      return login.isEmpty() || !isOpen(login.get());
    }
    if (what instanceof Disposal.HoldStick stick) {
      return tools.usb().plugged().stream().noneMatch(each -> isOpen(each, stick.passport()));
    }
    if (what instanceof Disposal.Quarantine file) {
      return vault.settle(kept.id(), file);
    }
    return tools.firewall().holding().contains(kept.id());
  }

  /**
   * Undoes it.
   *
   * @param others everything else that stands, which must stay
   * @return what else there is to say, or ""
   */
  String undo(Kept kept, List<Kept> others) throws IOException, NotDone {
    Disposal what = kept.order().what();
    if (what instanceof Disposal.HoldStick) {
      for (Plugged each : tools.usb().plugged()) {
        if (each.shut() && wasShut(kept.trace(), each.device())) {
          boolean unused = tools.usb().open(each.device());
        }
      }
    } else if (what instanceof Disposal.Quarantine file) {
      vault.putBack(kept.id(), file, kept.trace());
    } else if (what.kind() == Disposal.Kind.BLOCK) {
      tools.firewall().keep(rules(others, null));
    }
    return "";
  }

  // -- remote logins -----------------------------------------------------------------------------

  private String end(String uid) throws IOException, NotDone {
    RemoteSession login = logins.open(uid).orElseThrow(() -> NotDone.absent(""));
    RemoteLines.Cut cut =
        isConnected(login) ? tools.lines().cut(line(login)) : tools.lines().end(server(login));
    return switch (cut) {
      case CLOSED -> "";
      case ENDED -> login.port() != 0 ? "by_signal" : "";
      case ABSENT -> throw NotDone.absent("");
    };
  }

  private boolean isOpen(RemoteSession login) throws IOException, NotDone {
    return isConnected(login)
        ? tools.lines().holds(line(login))
        : tools.lines().runs(server(login));
  }

  /** Whether both ends of its connection are known. */
  private static boolean isConnected(RemoteSession login) {
    return login.port() != 0 && login.herePort() != 0;
  }

  private static RemoteLines.Line line(RemoteSession login) throws IOException {
    return new RemoteLines.Line(
        InetAddress.getByName(login.here()),
        login.herePort(),
        InetAddress.getByName(login.peer()),
        login.port());
  }

  private static RemoteLines.Server server(RemoteSession login) throws NotDone {
    if (!login.program().isKnown()) {
      throw new NotDone(
          Outcome.UNSUPPORTED, "neither the connection nor the process of this login is known");
    }
    return new RemoteLines.Server(
        login.program().pid(), login.program().executable(), login.began());
  }

  // -- the firewall ------------------------------------------------------------------------------

  /** Rules of all that stands, and of one more. */
  private static List<Firewall.Rule> rules(List<Kept> standing, @Nullable Kept more) {
    List<Firewall.Rule> rules = new ArrayList<>();
    List<Kept> all = new ArrayList<>(standing);
    if (more != null && standing.stream().noneMatch(each -> each.id().equals(more.id()))) {
      all.add(more);
    }
    for (Kept kept : all) {
      if (kept.order().what() instanceof Disposal.BlockAddress block) {
        rules.add(
            new Firewall.Destination(kept.id(), block.address(), block.prefix(), block.port()));
      } else if (kept.order().what() instanceof Disposal.BlockProgram block) {
        rules.add(new Firewall.Program(kept.id(), block.path()));
      }
    }
    return rules;
  }

  private void check(Disposal.BlockAddress block) throws IOException, NotDone {
    List<InetAddress> hq;
    try {
      hq = untouchable.hq();
    } catch (IOException e) {
      throw NotDone.refused("hq_unknown");
    }
    if (hq.stream().anyMatch(address -> contains(block, address))) {
      throw NotDone.refused("hq_address");
    }
    if (untouchable.nameServers().stream().anyMatch(address -> contains(block, address))) {
      throw NotDone.refused("name_server");
    }
    if (untouchable.own().stream().anyMatch(address -> contains(block, address))) {
      throw NotDone.refused("own_address");
    }
  }

  private void check(Disposal.BlockProgram block) throws IOException, NotDone {
    Path path = Path.of(block.path());
    if (isOurs(path) || (Files.exists(path) && isOurs(path.toRealPath()))) {
      throw NotDone.refused("own_file");
    }
    Path real = Files.exists(path) ? path.toRealPath() : path;
    if (untouchable.network().stream().anyMatch(each -> real.startsWith(each))) {
      throw NotDone.refused("network_program");
    }
  }

  /** Whether an address lies in the network. */
  static boolean contains(Disposal.BlockAddress block, InetAddress address) {
    byte[] network = block.address().getAddress();
    byte[] other = address.getAddress();
    if (network.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < block.prefix(); bit++) {
      int mask = 0x80 >> (bit % 8);
      if ((network[bit / 8] & mask) != (other[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  // -- USB devices -------------------------------------------------------------------------------

  private String shut(String passport, Vault.Notebook notebook) throws IOException, NotDone {
    List<UsbPeripheral> meant = new ArrayList<>();
    for (Plugged each : tools.usb().plugged()) {
      if (isOpen(each, passport)) {
        check(each);
        meant.add(each.device());
      }
    }
    Json.Obj trace = Json.object().put("devices", meant.stream().map(Hands::identity).toList());
    notebook.write(trace);
    for (UsbPeripheral device : meant) {
      boolean unused = tools.usb().shut(device); // one that was pulled meanwhile is out of use too
    }
    return meant.isEmpty() ? "waits" : "";
  }

  /** Whether what stands out of use was plugged in again. */
  boolean isBack(Kept kept) throws IOException {
    return kept.order().what() instanceof Disposal.HoldStick stick
        && tools.usb().plugged().stream().anyMatch(each -> isOpen(each, stick.passport()));
  }

  private static boolean isOpen(Plugged each, String passport) {
    return !each.shut() && each.device().passport().equals(passport);
  }

  private void check(Plugged each) throws IOException, NotDone {
    UsbPeripheral device = each.device();
    if (each.hub()) {
      throw NotDone.refused("hub");
    }
    if (each.carriesNetwork()) {
      throw NotDone.refused("network");
    }
    boolean types =
        device.interfaces().contains(KEYBOARD)
            || device.nature().inputs().stream().anyMatch(input -> input.types());
    if (types && !tools.usb().canTypeWithout(device)) {
      throw NotDone.refused("only_keyboard");
    }
  }

  /** What a device still shows when it is shut. */
  private static Json.Obj identity(UsbPeripheral device) {
    return Json.object()
        .put("vendor", device.vendorId())
        .put("product", device.productId())
        .put("serial", device.serial());
  }

  private static boolean wasShut(Json.Obj trace, UsbPeripheral device) throws IOException {
    try {
      return trace.has("devices") && trace.objects("devices").contains(identity(device));
    } catch (JsonException e) {
      throw new IOException("what was kept of a USB device is damaged: " + e.getMessage(), e);
    }
  }

  /** Whether a file is the agent's, or in a folder of the agent's, or holds one. */
  private boolean isOurs(Path path) throws IOException {
    Set<Path> real = new LinkedHashSet<>();
    for (Path own : untouchable.files()) {
      real.add(Files.exists(own) ? own.toRealPath() : own.toAbsolutePath().normalize());
    }
    return real.stream().anyMatch(own -> path.startsWith(own) || own.startsWith(path));
  }

  // -- files -------------------------------------------------------------------------------------

  private void check(Disposal.Quarantine file) throws IOException, NotDone {
    Path path = Path.of(file.path());
    if (isOurs(path)) {
      throw NotDone.refused("own_file");
    }
    if (path.getFileSystem().supportedFileAttributeViews().contains("unix")
        && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
        && (int) Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1) {
      throw NotDone.refused("linked");
    }
    if (tools.packages().owner(path).known() == Packages.Known.OWNED) {
      throw NotDone.refused("packaged");
    }
  }
}
