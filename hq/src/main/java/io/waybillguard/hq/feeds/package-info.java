/**
 * Feeds to engines that a company already has: what goes out, in which order, and how the
 * receiver's word moves a feed on. One port, {@link io.waybillguard.hq.feeds.Feed}, and an adapter
 * for each kind of receiver.
 */
@org.jspecify.annotations.NullMarked
package io.waybillguard.hq.feeds;
