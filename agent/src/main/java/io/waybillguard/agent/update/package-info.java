/**
 * Brings this PC to the version that HQ ordered: fetches the package, checks it, hands it to the
 * installer outside, says whether the new version is healthy, and tells HQ how it ended.
 */
@NullMarked
package io.waybillguard.agent.update;

import org.jspecify.annotations.NullMarked;
