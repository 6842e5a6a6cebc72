package io.waybillguard.hq.app;

import io.waybillguard.hq.console.Passwords;
import java.io.IOException;

/** A password for a console user: one line of standard input. */
final class NewPassword {
  private static final int SHORTEST = 12;
  private static final int LONGEST = 256;

  private NewPassword() {}

  /**
   * Its hash.
   *
   * @throws Complaint if it is too short or too long
   */
  static String hashed(Call call) throws IOException, Complaint {
    String password = call.terminal().reader().readLine();
    int length = password == null ? 0 : password.length();
    if (password == null || length < SHORTEST || length > LONGEST) {
      throw new Complaint(Exit.USAGE, "user.password", SHORTEST, LONGEST, length);
    }
    return new Passwords().hash(password);
  }
}
