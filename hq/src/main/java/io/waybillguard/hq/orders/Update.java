package io.waybillguard.hq.orders;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.report.wire.Stage;
import io.waybillguard.hq.store.Packages;
import java.util.List;
import java.util.Optional;

/**
 * An update of desks as it is asked for. One stage after another of a version draws the same desks.
 *
 * @param version to which
 * @param packages of that version, one a platform
 * @param one the log of the only workstation; absent for several
 * @param outlets codes; empty for all
 * @param percent of their desks, 1 to 100
 * @param minutes how long a new version has to become healthy, 1 to 60
 */
public record Update(
    String version,
    List<Packages.Kept> packages,
    Optional<String> one,
    List<String> outlets,
    int percent,
    int minutes) {
  /** Longest time for a new version to become healthy, in minutes. */
  public static final int MOST_MINUTES = 60;

  /** HQ's command. */
  public static final String TYPE = "update";

  public Update {
    packages = List.copyOf(packages);
    outlets = List.copyOf(outlets);
  }

  String target() {
    return one.orElseGet(() -> outlets.size() == 1 ? "outlet/" + outlets.get(0) : "*");
  }

  Json.Obj args() {
    Json.Obj args =
        Json.object()
            .put("version", version)
            .put("minutes", minutes)
            .put("releases", packages.stream().map(Packages.Kept::note).toList());
    return new Stage(outlets, percent, TYPE + "/" + version).into(args);
  }

  /** For HQ's own log. */
  public String said(String reason) {
    return String.join(
        " · ",
        TYPE,
        version,
        one.orElse(outlets.isEmpty() ? "all outlets" : String.join(",", outlets)),
        percent + " %",
        reason);
  }
}
