/**
 * Duties and the threads that do them. The only maker of threads, and one of two places that read a
 * clock.
 */
@NullMarked
package io.waybillguard.agent.run;

import org.jspecify.annotations.NullMarked;
