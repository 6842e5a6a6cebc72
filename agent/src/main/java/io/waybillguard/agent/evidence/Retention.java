package io.waybillguard.agent.evidence;

import java.time.Duration;

/**
 * How long what is recorded is kept, and how much room it may take. Ages count from when HQ held a
 * record, by HQ's clock alone: putting this machine's clock forward erases nothing.
 *
 * @param personal content that names a person
 * @param technical content that names nobody, and the steps of a crime
 * @param leaf the records themselves
 * @param diskCap most bytes that the log takes
 * @param ballast bytes kept in reserve for the time when the disk is full; 0 for none
 */
public record Retention(
    Duration personal, Duration technical, Duration leaf, long diskCap, long ballast) {}
