package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.memory.Churn;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JudgeTest {
  private final Judge judge = ScriptedDesk.judge("0123456789abcdef");
  private ScriptedDesk desk = new ScriptedDesk();
  private long seq;

  private void append(Event event) {
    List<Event> follows = judge.on(seq++, event);
    follows.forEach(this::append);
  }

  /** Years of a desk on which every program is new, and one in fifty comes as the crime does. */
  @Test
  void aMillionStepsTakeTheRoomOfSome() throws Exception {
    Churn.millionThrough(
        judge,
        i -> {
          if (i % 3_500 == 0) {
            desk = new ScriptedDesk(); // which remembers its logins
          }
          int first = i - i % 350;
          String hidden = "/home/desk/.x/p" + first;
          String step =
              switch (i % 350) {
                case 0 -> "stick S" + first;
                case 1 -> "copy " + hidden + " S" + first;
                case 2 -> "start " + hidden + " -";
                case 3 -> "login L" + i + " 10." + (i >> 16) + "." + (i >> 8 & 255) + ".1";
                case 4 -> "read " + hidden + " 5";
                case 5 -> "send " + hidden + " 4000";
                case 6 -> "unplug S" + first;
                default -> (i % 2 == 0 ? "newopen /opt/app/p" + i : "send /opt/app/p" + i + " 4");
              };
          append(desk.said(i + "m " + step));
        });
  }
}
