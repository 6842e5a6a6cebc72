package io.waybillguard.hq.console;

import io.waybillguard.hq.store.Commands;

/** What the page of updates shows. */
public final class UpdateView {
  private UpdateView() {}

  /**
   * An update that was asked for.
   *
   * @param given the command that it is
   * @param target the workstation or the outlets that it is for, in words
   * @param meant how many of today's workstations it is for
   */
  public record Asked(GivenCommand given, String target, long meant) {}

  /**
   * What one workstation says of one update.
   *
   * @param state its last word
   * @param version the one that was ordered
   * @param name of the workstation
   * @param outlet its code, or ""
   * @param runs the version that it runs, as last heard, or ""
   * @param why it is not there, in the workstation's own words, or ""
   */
  public record OfDesk(
      Commands.State state, String version, String name, String outlet, String runs, String why) {

    /** Why it is not there, in the reader's. */
    public String why(Reader reader) {
      return reader.summary().detail(why);
    }

    /** How far it is, in words. */
    public String standing(Reader reader) {
      return GivenCommand.said(reader, state.state());
    }
  }
}
