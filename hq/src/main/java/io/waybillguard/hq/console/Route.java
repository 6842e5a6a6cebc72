package io.waybillguard.hq.console;

import io.javalin.http.HandlerType;
import io.waybillguard.hq.store.Users;

/**
 * Who may ask for what: every address of the console, one line each. What has no line here cannot
 * be asked for by anybody. Forms (POST) also have to carry their session's own word.
 */
public enum Route {
  STYLE(Method.GET, "/static/console.css", Who.ANYBODY),
  SCRIPT(Method.GET, "/static/console.js", Who.ANYBODY),
  HTMX(Method.GET, "/static/htmx.min.js", Who.ANYBODY),
  LOGIN(Method.GET, "/login", Who.ANYBODY),
  SIGN_IN(Method.POST, "/login", Who.ANYBODY),
  OIDC_START(Method.GET, "/oidc/start", Who.ANYBODY),
  OIDC_CALLBACK(Method.GET, "/oidc/callback", Who.ANYBODY),
  SIGN_OUT(Method.POST, "/logout", Who.SIGNED_IN),
  OVERVIEW(Method.GET, "/", Who.SIGNED_IN),
  OUTLETS_CSV(Method.GET, "/outlets.csv", Who.INVESTIGATORS),
  INCIDENTS(Method.GET, "/incidents", Who.SIGNED_IN),
  INCIDENTS_CSV(Method.GET, "/incidents.csv", Who.INVESTIGATORS),
  INCIDENT(Method.GET, "/incidents/{id}", Who.SIGNED_IN),
  EVIDENCE_CSV(Method.GET, "/incidents/{id}/evidence.csv", Who.INVESTIGATORS),
  DISPOSE(Method.POST, "/incidents/{id}/dispose", Who.INVESTIGATORS),
  ALARMS(Method.GET, "/alarms", Who.SIGNED_IN),
  ALARMS_CSV(Method.GET, "/alarms.csv", Who.INVESTIGATORS),
  FLEET(Method.GET, "/fleet", Who.SIGNED_IN),
  FLEET_CSV(Method.GET, "/workstations.csv", Who.INVESTIGATORS),
  WORKSTATION(Method.GET, "/workstations/{id}", Who.SIGNED_IN),
  RECORDS(Method.GET, "/workstations/{id}/records", Who.SIGNED_IN),
  RECORDS_CSV(Method.GET, "/workstations/{id}/records.csv", Who.INVESTIGATORS),
  RECORD(Method.GET, "/workstations/{id}/records/{seq}", Who.SIGNED_IN),
  ASK_BLOCK(Method.GET, "/workstations/{id}/records/{seq}/block", Who.INVESTIGATORS),
  BLOCK(Method.POST, "/workstations/{id}/records/{seq}/block", Who.INVESTIGATORS),
  ASK_ERASE(Method.POST, "/workstations/{id}/erase", Who.INVESTIGATORS),
  REMOVAL_CODE(Method.POST, "/workstations/{id}/removal-code", Who.INVESTIGATORS),
  SEARCH(Method.GET, "/search", Who.SIGNED_IN),
  SEARCH_CSV(Method.GET, "/search.csv", Who.INVESTIGATORS),
  FIND_WAYBILL(Method.POST, "/search/waybill", Who.INVESTIGATORS),
  STICKS(Method.GET, "/sticks", Who.SIGNED_IN),
  STICKS_CSV(Method.GET, "/sticks.csv", Who.INVESTIGATORS),
  STICK(Method.GET, "/sticks/{passport}", Who.SIGNED_IN),
  STICK_CSV(Method.GET, "/sticks/{passport}/places.csv", Who.INVESTIGATORS),
  COMMANDS(Method.GET, "/commands", Who.SIGNED_IN),
  COMMANDS_CSV(Method.GET, "/commands.csv", Who.INVESTIGATORS),
  COMMAND(Method.GET, "/commands/{id}", Who.SIGNED_IN),
  COMMAND_CSV(Method.GET, "/commands/{id}/desks.csv", Who.INVESTIGATORS),
  APPROVE(Method.POST, "/commands/{id}/approve", Who.INVESTIGATORS),
  CANCEL(Method.POST, "/commands/{id}/cancel", Who.INVESTIGATORS),
  UNDO(Method.POST, "/commands/{id}/undo", Who.INVESTIGATORS),
  UPDATES(Method.GET, "/updates", Who.SIGNED_IN),
  UPDATES_CSV(Method.GET, "/updates.csv", Who.INVESTIGATORS),
  ASK_UPDATE(Method.POST, "/updates", Who.ADMINS),
  PULLS(Method.GET, "/pulls", Who.INVESTIGATORS),
  PULLS_CSV(Method.GET, "/pulls.csv", Who.INVESTIGATORS),
  ASK_PULL(Method.POST, "/pulls", Who.INVESTIGATORS),
  PULL(Method.GET, "/pulls/{id}", Who.INVESTIGATORS),
  PULL_PROGRESS(Method.GET, "/pulls/{id}/progress", Who.INVESTIGATORS),
  PULL_NOW(Method.POST, "/pulls/{id}/now", Who.INVESTIGATORS),
  PULL_BUNDLE(Method.GET, "/pulls/{id}/bundle.zip", Who.INVESTIGATORS),
  PULL_REPORT(Method.GET, "/pulls/{id}/report", Who.INVESTIGATORS),
  VERIFY(Method.GET, "/verify", Who.SIGNED_IN),
  VERIFY_BUNDLE(Method.POST, "/verify", Who.SIGNED_IN),
  USERS(Method.GET, "/users", Who.ADMINS),
  USERS_CSV(Method.GET, "/users.csv", Who.ADMINS),
  USER_ADD(Method.POST, "/users", Who.ADMINS),
  USER_CHANGE(Method.POST, "/users/{name}", Who.ADMINS),
  FEEDS(Method.GET, "/feeds", Who.ADMINS),
  FEEDS_CSV(Method.GET, "/feeds.csv", Who.ADMINS),
  SWEEPS(Method.GET, "/sweeps", Who.SIGNED_IN),
  SWEEPS_CSV(Method.GET, "/sweeps.csv", Who.INVESTIGATORS),
  PUBLISH_SWEEP(Method.POST, "/sweeps", Who.INVESTIGATORS),
  SWEEP(Method.GET, "/sweeps/{id}", Who.SIGNED_IN),
  SWEEP_STANDING(Method.GET, "/sweeps/{id}/standing", Who.SIGNED_IN),
  SWEEP_FOUND_CSV(Method.GET, "/sweeps/{id}/found.csv", Who.INVESTIGATORS),
  SWEEP_OUTLETS_CSV(Method.GET, "/sweeps/{id}/outlets.csv", Who.INVESTIGATORS),
  SWEEP_TREND_CSV(Method.GET, "/sweeps/{id}/trend.csv", Who.INVESTIGATORS),
  SWEEP_REPORT(Method.GET, "/sweeps/{id}/report.json", Who.INVESTIGATORS),
  STOP_SWEEP(Method.POST, "/sweeps/{id}/stop", Who.INVESTIGATORS),
  POLICIES(Method.GET, "/policies", Who.SIGNED_IN),
  POLICIES_CSV(Method.GET, "/policies.csv", Who.INVESTIGATORS),
  CHECK_POLICY(Method.POST, "/policy-check", Who.ADMINS),
  PUBLISH_POLICY(Method.POST, "/policies", Who.ADMINS),
  POLICY(Method.GET, "/policies/{version}", Who.SIGNED_IN),
  WIDEN_POLICY(Method.POST, "/policies/{version}/widen", Who.ADMINS),
  ROLL_BACK_POLICY(Method.POST, "/policies/{version}/rollback", Who.ADMINS),
  ACTS(Method.GET, "/acts", Who.ADMINS),
  ACTS_CSV(Method.GET, "/acts.csv", Who.ADMINS);

  private enum Method {
    GET,
    POST
  }

  /** Who is meant, at least: each may what those before may. */
  private enum Who {
    ANYBODY(Users.Role.VIEWER),
    SIGNED_IN(Users.Role.VIEWER),
    INVESTIGATORS(Users.Role.INVESTIGATOR),
    ADMINS(Users.Role.ADMIN);

    private final Users.Role least;

    Who(Users.Role least) {
      this.least = least;
    }
  }

  private final Method method;
  private final String path;
  private final Who who;

  Route(Method method, String path, Who who) {
    this.method = method;
    this.path = path;
    this.who = who;
  }

  HandlerType method() {
    return isForm() ? HandlerType.POST : HandlerType.GET;
  }

  /** Whether it changes something. */
  boolean isForm() {
    return method == Method.POST;
  }

  /** As Javalin writes paths. */
  String path() {
    return path;
  }

  /** Whether nobody needs to sign in for it. */
  boolean isOpen() {
    return who == Who.ANYBODY;
  }

  /** Whether people of this role may ask for it. */
  public boolean isFor(Users.Role role) {
    return role.compareTo(who.least) >= 0;
  }
}
