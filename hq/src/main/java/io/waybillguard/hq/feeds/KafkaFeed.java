package io.waybillguard.hq.feeds;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * OCSF events to a Kafka topic: the key is the record's, the value the event, and headers say what
 * HQ knows of it. All records of a workstation go to one partition, so that they stay in order. A
 * record is taken when all replicas in sync have it ({@code acks=all}).
 */
final class KafkaFeed implements Feed {
  /** What HQ alone says, since its promises rest on it. */
  static final Set<String> OURS =
      Set.of(
          ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.ACKS_CONFIG,
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          ProducerConfig.COMPRESSION_TYPE_CONFIG,
          ProducerConfig.MAX_BLOCK_MS_CONFIG,
          ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
          ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
          ProducerConfig.LINGER_MS_CONFIG,
          ProducerConfig.TRANSACTIONAL_ID_CONFIG);

  private static final int BLOCK_MILLIS = 9_000;
  private static final int DELIVERY_MILLIS = 18_000;

  private final Plan.Kafka to;
  private volatile boolean closed;
  private volatile @Nullable Producer<String, byte[]> producer;

  KafkaFeed(Plan.Kafka to) {
    this.to = to;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>(to.options());
    settings.putIfAbsent(ProducerConfig.CLIENT_ID_CONFIG, "waybill-guard-hq");
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, to.brokers());
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MILLIS);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS / 2);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    return settings;
  }

  @Override
  public Taken send(List<Outgoing> records) throws NotTaken {
    Producer<String, byte[]> open = producer;
    try {
      if (open == null) {
        open = new KafkaProducer<>(settings(), new StringSerializer(), new ByteArraySerializer());
        producer = open;
      }
      if (closed) {
        throw new NotTaken("this HQ ends");
      }
      return hand(records, open, open.partitionsFor(to.topic()).size());
    } catch (KafkaException e) {
      giveUp(open);
      throw new NotTaken(to.address(), e);
    } catch (NotTaken e) {
      giveUp(open);
      throw e;
    }
  }

  /** After a failure the next try begins anew: some leave a producer that takes nothing more. */
  private void giveUp(@Nullable Producer<String, byte[]> failed) {
    if (failed != null) {
      producer = null;
      failed.close(Duration.ZERO);
    }
  }

  private Taken hand(List<Outgoing> records, Producer<String, byte[]> open, int partitions)
      throws NotTaken {
    List<Future<RecordMetadata>> given = new ArrayList<>(records.size());
    for (Outgoing record : records) {
      given.add(open.send(message(record, partitions)));
    }
    open.flush();
    long refused = 0;
    String why = "";
    for (Future<RecordMetadata> each : given) {
      try {
        each.get(DELIVERY_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new NotTaken(to.address(), e);
      } catch (TimeoutException e) {
        throw new NotTaken(to.address(), e);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RecordTooLargeException)) {
          throw new NotTaken(to.address(), e.getCause() == null ? e : e.getCause());
        }
        refused++;
        why = String.valueOf(e.getCause().getMessage());
      }
    }
    if (refused == records.size()) {
      throw new NotTaken(to.address() + " refuses every record: " + why);
    }
    return new Taken(refused, why);
  }

  private ProducerRecord<String, byte[]> message(Outgoing record, int partitions) {
    int partition =
        Utils.toPositive(Utils.murmur2(record.log().getBytes(StandardCharsets.US_ASCII)))
            % partitions;
    ProducerRecord<String, byte[]> message =
        new ProducerRecord<>(
            to.topic(),
            partition,
            Math.max(0, record.at().toEpochMilli()),
            record.key(),
            record.event());
    header(message, "workstation", record.log());
    header(message, "outlet", record.outlet());
    header(message, "record", String.valueOf(record.seq()));
    header(message, "type", record.type());
    return message;
  }

  private static void header(ProducerRecord<String, byte[]> message, String name, String value) {
    message.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    closed = true;
    giveUp(producer);
  }
}
