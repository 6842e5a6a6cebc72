/**
 * What can be recorded, and how it reads in OCSF terms.
 *
 * <p>One record a fact. Each spells its kind, urgency, retention class and OCSF fields in one
 * place, so that hashing, storing, sending and exporting need to know nothing of it. This package
 * knows no other of ours.
 */
@NullMarked
package io.waybillguard.agent.event;

import org.jspecify.annotations.NullMarked;
