package io.waybillguard.hq.console;

/**
 * Of what HQ's people did, the part that the address asks for.
 *
 * @param who only this person's, or ""
 * @param from first day, as it was typed, or ""
 * @param to last day, as it was typed, or ""
 */
public record ActsPage(String who, String from, String to) {}
