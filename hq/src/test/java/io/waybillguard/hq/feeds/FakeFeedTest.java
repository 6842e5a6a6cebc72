package io.waybillguard.hq.feeds;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The fake keeps the promises of the real ones. */
final class FakeFeedTest extends FeedContract {
  @Override
  Receiver start(Path folder) {
    return new FakeFeed();
  }

  @Override
  String carried(Outgoing record) {
    return new String(record.event(), StandardCharsets.UTF_8);
  }
}
