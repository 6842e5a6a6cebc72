/** What OSHI, or the Java runtime itself, answers alike on every system. */
@NullMarked
package io.waybillguard.agent.platform.shared;

import org.jspecify.annotations.NullMarked;
