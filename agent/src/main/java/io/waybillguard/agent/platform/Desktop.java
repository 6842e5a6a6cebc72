package io.waybillguard.agent.platform;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The screen of the person at this PC. One thread. */
public interface Desktop {

  /**
   * A graphic session at the console of this PC: its screen is here, and so is its keyboard.
   *
   * @param id the system's name for it
   * @param user whose it is
   * @param uid the account's number
   * @param environment what a program needs to show something there
   */
  record Seat(String id, String user, long uid, Map<String, String> environment) {
    public Seat {
      environment = Map.copyOf(environment);
    }
  }

  /**
   * The graphic sessions at the console that somebody looks at now. Sessions of people elsewhere
   * are none.
   *
   * @return never empty
   * @throws IOException if there is none, or it cannot be told; says why and what to do
   */
  List<Seat> seats() throws IOException;

  /**
   * Starts a program in a session, with the rights of its account and no others.
   *
   * @param command the program and its arguments
   * @return the program, its input and output open
   * @throws IOException if it cannot be started
   */
  Process start(Seat seat, List<String> command) throws IOException;
}
