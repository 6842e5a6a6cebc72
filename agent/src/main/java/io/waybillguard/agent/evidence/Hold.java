package io.waybillguard.agent.evidence;

import io.waybillguard.agent.event.Span;

/**
 * Records that are held for a case: nothing of them is erased.
 *
 * @param caseNo the case, as HQ names it
 * @param records which records; may reach beyond the end of the log
 */
public record Hold(String caseNo, Span records) {}
