package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a person at HQ did, or is about to do: written into HQ's own log before it is done.
 *
 * @param deed what
 * @param who a console user, or {@code os:} and the account that ran a command at HQ; "" when a
 *     name that nobody has was tried
 * @param place the address that it was asked for from, or "" at HQ itself
 * @param about what it is done to: a log's id, a record ({@code id/seq}), a command's id, a user's
 *     name; or ""
 * @param detail reason, filter or number, or ""
 */
public record HqAct(Instant at, Deed deed, String who, String place, String about, String detail)
    implements Note {

  /** What people at HQ do, with the OCSF class that says it best, and its activity. */
  public enum Deed {
    SIGN_IN(Ocsf.Kind.AUTHENTICATION, 1),
    SIGN_IN_REFUSED(Ocsf.Kind.AUTHENTICATION, 1),
    SIGN_OUT(Ocsf.Kind.AUTHENTICATION, 2),
    LOOK(Ocsf.Kind.API_ACTIVITY, 2),
    SEARCH(Ocsf.Kind.API_ACTIVITY, 2),
    EXPORT(Ocsf.Kind.API_ACTIVITY, 2),
    PULL(Ocsf.Kind.API_ACTIVITY, 2),
    BACKUP(Ocsf.Kind.API_ACTIVITY, 2),
    TOKEN(Ocsf.Kind.API_ACTIVITY, 1),
    REMOVAL_CODE(Ocsf.Kind.API_ACTIVITY, 1),
    COMMAND(Ocsf.Kind.API_ACTIVITY, 1),
    APPROVE(Ocsf.Kind.API_ACTIVITY, 3),
    CANCEL(Ocsf.Kind.API_ACTIVITY, 3),
    CLEAR(Ocsf.Kind.API_ACTIVITY, 3),
    REVOKE(Ocsf.Kind.API_ACTIVITY, 3),
    USER_ADD(Ocsf.Kind.ACCOUNT_CHANGE, 1),
    USER_PASSWORD(Ocsf.Kind.ACCOUNT_CHANGE, 4),
    USER_DISABLE(Ocsf.Kind.ACCOUNT_CHANGE, 5),
    USER_ROLE(Ocsf.Kind.ACCOUNT_CHANGE, 99);

    private final Ocsf.Kind kind;
    private final int activity;

    Deed(Ocsf.Kind kind, int activity) {
      this.kind = kind;
      this.activity = activity;
    }

    /** As leaves and HQ spell it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The deed that is spelled so; empty for a word of a newer HQ. */
    public static Optional<Deed> of(String word) {
      return List.of(values()).stream().filter(d -> d.word().equals(word)).findFirst();
    }
  }

  private static final String SERVICE = "waybill-guard-hq";

  @Override
  public String type() {
    return "hq.act";
  }

  /** It names people, whom the leaf does not. */
  @Override
  public BodyClass bodyClass() {
    return BodyClass.PERSONAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("deed", deed.word());
  }

  @Override
  public Ocsf ocsf() {
    boolean refused = deed == Deed.SIGN_IN_REFUSED;
    Ocsf ocsf =
        Ocsf.of(deed.kind, deed.activity, refused ? Severity.LOW : Severity.INFORMATIONAL, at)
            .with("src_endpoint", place.isEmpty() ? named(SERVICE) : Json.object().put("ip", place))
            .unmapped("deed", deed.word())
            .unmapped("who", who)
            .unmapped("about", about)
            .unmapped("detail", detail);
    if (deed.activity == 99) {
      ocsf.with("activity_name", "Role Change");
    }
    Json.Obj doer = named(who.isEmpty() ? "unknown" : who);
    switch (deed.kind) {
      case AUTHENTICATION ->
          ocsf.with("user", doer)
              .with("service", named(SERVICE))
              .with("status_id", refused ? 2L : 1L);
      case ACCOUNT_CHANGE ->
          ocsf.with("actor", Json.object().put("user", doer)).with("user", named(about));
      default -> {
        ocsf.with("actor", Json.object().put("user", doer))
            .with(
                "api", Json.object().put("operation", deed.word()).put("service", named(SERVICE)));
        if (!about.isEmpty()) {
          ocsf.with("resources", List.of(Json.object().put("uid", about)));
        }
      }
    }
    return ocsf;
  }

  private static Json.Obj named(String name) {
    return Json.object().put("name", name);
  }
}
