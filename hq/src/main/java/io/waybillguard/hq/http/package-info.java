/** The agent API over HTTPS: reads requests within limits, and answers in the words of the wire. */
@NullMarked
package io.waybillguard.hq.http;

import org.jspecify.annotations.NullMarked;
