/**
 * Evidence taken out of what HQ holds: a log read back from its segments, and bundles made of it.
 */
@NullMarked
package io.waybillguard.hq.pull;

import org.jspecify.annotations.NullMarked;
