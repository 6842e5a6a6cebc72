package io.waybillguard.hq.feeds;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A Kafka broker from its own jars, alone in KRaft mode, in a process of its own on loopback. Each
 * receiver is a topic of its own.
 */
final class KafkaBroker implements Receiver {
  static final int PARTITIONS = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path folder;
  private final Path config;
  private final int port;
  private final int controller;
  private Process process;
  private String topic = "waybill-guard";

  KafkaBroker(Path folder) throws Exception {
    this.folder = folder;
    this.port = freePort();
    this.controller = freePort();
    this.config = folder.resolve("server.properties");
    Files.writeString(
        config,
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@127.0.0.1:%1$d
        controller.listener.names=CONTROLLER
        listeners=PLAINTEXT://127.0.0.1:%2$d,CONTROLLER://127.0.0.1:%1$d
        advertised.listeners=PLAINTEXT://127.0.0.1:%2$d
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
        log.dirs=%3$s
        num.partitions=%4$d
        offsets.topic.replication.factor=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        """
            .formatted(controller, port, folder.resolve("logs"), PARTITIONS));
    Process formatted =
        java("kafka.tools.StorageTool", "format", "-t", "WaybillGuardTestCluster", "-c", "");
    if (formatted.waitFor() != 0) {
      throw new AssertionError(Files.readString(folder.resolve("kafka.out")));
    }
    this.process = launch();
  }

  /** Its own choice would be told nowhere. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process java(String main, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    for (String arg : args) {
      command.add(arg.isEmpty() ? config.toString() : arg);
    }
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("kafka.out").toFile()))
        .start();
  }

  private Process launch() throws Exception {
    Process started = java("kafka.Kafka", "");
    Instant end = Instant.now().plus(PATIENCE);
    while (!listens()) {
      if (!started.isAlive() || Instant.now().isAfter(end)) {
        started.destroyForcibly();
        throw new AssertionError(
            "Kafka did not listen: " + Files.readString(folder.resolve("kafka.out")));
      }
      started.waitFor(100, TimeUnit.MILLISECONDS);
    }
    return started;
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** From now on another topic, with nothing in it. */
  void use(String fresh) {
    topic = fresh;
  }

  String topic() {
    return topic;
  }

  @Override
  public Feed feed() {
    return new KafkaFeed(new Plan.Kafka(List.of(address()), topic, Map.of()));
  }

  /** Everything in the topic, partition by partition. */
  List<ConsumerRecord<String, String>> records() {
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", address()),
            new StringDeserializer(),
            new StringDeserializer())) {
      List<TopicPartition> all =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      Map<TopicPartition, List<ConsumerRecord<String, String>>> read = new HashMap<>();
      while (all.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(
                r ->
                    read.computeIfAbsent(
                            new TopicPartition(r.topic(), r.partition()), p -> new ArrayList<>())
                        .add(r));
      }
      return all.stream().flatMap(p -> read.getOrDefault(p, List.of()).stream()).toList();
    }
  }

  @Override
  public List<Got> got() {
    return records().stream()
        .map(r -> new Got(r.key(), header(r, "workstation"), r.value()))
        .toList();
  }

  static String header(ConsumerRecord<String, String> record, String name) {
    Header header = record.headers().lastHeader(name);
    return new String(header.value(), java.nio.charset.StandardCharsets.UTF_8);
  }

  @Override
  public void goAway() throws Exception {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void comeBack() throws Exception {
    process = launch();
  }

  @Override
  public void close() throws Exception {
    goAway();
  }
}
