package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Lines of trace_pipe, captured on kernel 6.18; what a test changes in one it shows. */
final class SocketTraceTest {
  private static void tells(SocketTrace.Step step, String line) {
    assertEquals(Optional.of(step), SocketTrace.step(line));
  }

  @Test
  void theBeginningOfAConnectionNamesItsProcessAndHasNoPortYet() {
    tells(
        new SocketTrace.Step(14150, 0, "127.0.0.1", 18998, true),
        "            bash-14150   [001] .....  7633.149532:"
            + " inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=0"
            + " dport=18998 saddr=127.0.0.1 daddr=127.0.0.1 saddrv6=::ffff:127.0.0.1"
            + " daddrv6=::ffff:127.0.0.1 oldstate=TCP_CLOSE newstate=TCP_SYN_SENT");
  }

  @Test
  void theEndHasBothPorts() {
    tells(
        new SocketTrace.Step(14170, 38486, "::1", 47071, false),
        "         python3-14170   [001] .....  7633.657307:"
            + " inet_sock_set_state: family=AF_INET6 protocol=IPPROTO_TCP"
            + " sport=38486 dport=47071 saddr=0.0.0.0 daddr=0.0.0.0 saddrv6=::1"
            + " daddrv6=::1 oldstate=TCP_ESTABLISHED newstate=TCP_FIN_WAIT1");
    tells(
        new SocketTrace.Step(14149, 18998, "127.0.0.1", 37398, false),
        "         python3-14149   [001] .....  7633.149863:"
            + " inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=18998"
            + " dport=37398 saddr=127.0.0.1 daddr=127.0.0.1 saddrv6=::ffff:127.0.0.1"
            + " daddrv6=::ffff:127.0.0.1 oldstate=TCP_CLOSE_WAIT"
            + " newstate=TCP_LAST_ACK");
  }

  @Test
  void aNameThatLooksLikeTheRestOfTheLineAndAProcessNumberBesideAreUnderstood() {
    String line =
        "            bash-14150   [001] .....  7633.149532:"
            + " inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=0"
            + " dport=18998 saddr=127.0.0.1 daddr=127.0.0.1 saddrv6=::ffff:127.0.0.1"
            + " daddrv6=::ffff:127.0.0.1 oldstate=TCP_CLOSE newstate=TCP_SYN_SENT";
    tells(
        new SocketTrace.Step(14150, 0, "127.0.0.1", 18998, true),
        line.replace("bash-", "a [x]-9 (7)-"));
    tells(
        new SocketTrace.Step(14150, 0, "127.0.0.1", 18998, true),
        line.replace(" [001]", " (  14150) [001]"));
  }

  @Test
  void whoWasInterruptedByTheOtherEndsWordEndedNothing() {
    String ended =
        "            bash-14150   [001] .....  7633.149841: inet_sock_set_state: family=AF_INET"
            + " protocol=IPPROTO_TCP sport=37398 dport=18998 saddr=127.0.0.1 daddr=127.0.0.1"
            + " saddrv6=::ffff:127.0.0.1 daddrv6=::ffff:127.0.0.1 oldstate=TCP_ESTABLISHED"
            + " newstate=TCP_CLOSE";
    tells(new SocketTrace.Step(14150, 37398, "127.0.0.1", 18998, false), ended);
    assertEquals(Optional.empty(), SocketTrace.step(ended.replace(".....", "..s1.")));
  }

  @Test
  void anotherLineIsNothing() {
    assertEquals(Optional.empty(), SocketTrace.step("CPU:1 [LOST 12 EVENTS]"));
    assertEquals(Optional.empty(), SocketTrace.step(""));
  }
}
