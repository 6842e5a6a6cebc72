/** Sweeps of the country: what is looked for, who is asked, what was found, and reports on it. */
@NullMarked
package io.waybillguard.hq.sweeps;

import org.jspecify.annotations.NullMarked;
