/** What starts by itself on this machine: reading the files that say so. */
@NullMarked
package io.waybillguard.agent.sense.persistence;

import org.jspecify.annotations.NullMarked;
