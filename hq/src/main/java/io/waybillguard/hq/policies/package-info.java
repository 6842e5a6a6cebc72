/** HQ's policies: published, staged, widened and rolled back, and which desk goes by which. */
@NullMarked
package io.waybillguard.hq.policies;

import org.jspecify.annotations.NullMarked;
