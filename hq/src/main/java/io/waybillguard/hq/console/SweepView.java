package io.waybillguard.hq.console;

import io.waybillguard.hq.sweeps.SweepStanding;
import java.util.List;

/**
 * What a sweep's page shows of its answers.
 *
 * @param found what desks found
 * @param outlets how each outlet's desks stand
 * @param again the address of just this part of the page, for asking for it anew
 */
public record SweepView(
    Listing<SweepStanding.Finding> found, Listing<SweepStanding.Outlet> outlets, String again) {

  /** The findings that are shown, by what was looked for. */
  public List<SweepStanding.Group> groups() {
    return SweepStanding.groups(found.rows());
  }
}
