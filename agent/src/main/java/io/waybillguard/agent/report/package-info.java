/** Tells HQ, and takes its word that it holds what it was told. The only user of the network. */
@NullMarked
package io.waybillguard.agent.report;

import org.jspecify.annotations.NullMarked;
