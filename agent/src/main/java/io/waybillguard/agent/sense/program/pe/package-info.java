/** Windows programs as bytes: their headers, what they say of themselves, and who signed them. */
@NullMarked
package io.waybillguard.agent.sense.program.pe;

import org.jspecify.annotations.NullMarked;
