package io.waybillguard.hq.feeds;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A receiver in memory, which can be away, and refuse records. */
final class FakeFeed implements Feed, Receiver {
  private final List<Outgoing> taken = new CopyOnWriteArrayList<>();
  private final List<String> refusing = new CopyOnWriteArrayList<>();
  private volatile boolean away;

  /** From now on it will never take this one. */
  void refuse(String key) {
    refusing.add(key);
  }

  List<Outgoing> taken() {
    return taken;
  }

  @Override
  public Taken send(List<Outgoing> records) throws NotTaken {
    if (away) {
      throw new NotTaken("nobody is there");
    }
    List<Outgoing> good = new ArrayList<>(records);
    good.removeIf(record -> refusing.contains(record.key()));
    if (good.isEmpty()) {
      throw new NotTaken("every record is refused");
    }
    taken.addAll(good);
    return new Taken(records.size() - good.size(), good.size() < records.size() ? "no" : "");
  }

  @Override
  public Feed feed() {
    return this;
  }

  @Override
  public List<Got> got() {
    return taken.stream()
        .map(
            record ->
                new Got(
                    record.key(), record.log(), new String(record.event(), StandardCharsets.UTF_8)))
        .toList();
  }

  @Override
  public void goAway() {
    away = true;
  }

  @Override
  public void comeBack() {
    away = false;
  }

  @Override
  public void close() {
    away = true;
  }
}
