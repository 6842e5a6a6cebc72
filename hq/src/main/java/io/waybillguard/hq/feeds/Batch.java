package io.waybillguard.hq.feeds;

import io.waybillguard.hq.store.FeedRows;
import java.util.List;

/**
 * What is sent at once.
 *
 * @param records in the order of arrival; may be empty where a feed has only passed others' records
 * @param after where the feed is when these are taken
 * @param unreadable records that HQ itself cannot read any more
 * @param isLast whether nothing more waits
 */
record Batch(List<Outgoing> records, FeedRows.Place after, long unreadable, boolean isLast) {
  Batch {
    records = List.copyOf(records);
  }
}
