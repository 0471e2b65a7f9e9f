package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.Function;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingListener;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SocketStreamTest {

  private static final StorageLevel LEVEL = StorageLevel.MEMORY_AND_DISK_SER_2;
  private static final String HOST = InetAddress.getLoopbackAddress().getHostAddress();

  @SuppressWarnings("NullAway.Init")
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    server.setSoTimeout(20_000);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void n1_linesComeInOrderAndAllAreProcessed() throws IOException {
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> output =
          test.output(test.context().socketTextStream(HOST, server.getLocalPort()));
      test.start();
      try (Socket client = server.accept()) {
        List<BatchInfo> batches = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
          client.getOutputStream().write((i + "\n").getBytes(StandardCharsets.UTF_8));
          batches.addAll(untilRecorded(test, output, i));
        }

        assertThat(all(output)).containsExactly("1", "2", "3", "4", "5");
        assertThat(batches.stream().mapToLong(BatchInfo::numRecords).sum()).isEqualTo(5);
      }
    }
  }

  @Test
  void operationsOnTextGiveWhatFunctionsOnStringsGive() throws IOException {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      Duration second = Duration.ofSeconds(1);
      TextDStream lines = test.context().socketTextStream(HOST, server.getLocalPort());
      Recorded<Pair<String, Long>> counts = test.output(
          lines.containing("ä").words().countByValueAndWindow(Duration.ofSeconds(99), second));
      Recorded<String> viaStrings = test.output(lines
          .containing("ä")
          .map(line -> line.replace("ä", "ae"))
          .flatMap(line -> List.of(line.split(" ")).iterator()));
      test.start();
      try (Socket client = server.accept()) {
        client
            .getOutputStream()
            .write("b ä a\nnone of it\nä\r\na c ä\n".getBytes(StandardCharsets.UTF_8));
        untilRecorded(test, viaStrings, 7);

        assertThat(all(viaStrings)).containsExactlyInAnyOrder("b", "ae", "a", "ae", "a", "c", "ae");
        List<List<Pair<String, Long>>> windows = counts.records();
        assertThat(windows.get(windows.size() - 1))
            .containsExactlyInAnyOrder(
                Pair.of("ä", 3L), Pair.of("a", 2L), Pair.of("b", 1L), Pair.of("c", 1L));
      }
    }
  }

  /** Numbers, each in one byte. */
  private static Iterator<Integer> numbers(InputStream in) throws IOException {
    return new Iterator<>() {
      private int next = in.read();

      @Override
      public boolean hasNext() {
        return next >= 0;
      }

      @Override
      public Integer next() {
        int read = next;
        try {
          next = in.read();
        } catch (IOException failure) {
          throw new UncheckedIOException(failure);
        }
        return read;
      }
    };
  }

  @Test
  void converterMakesRecordsOfBytesAndIsCalledAgainAfterTheConnectionEnds() throws IOException {
    try (StreamingTest test = test()) {
      Recorded<Integer> output = test.output(test.context()
          .socketStream(HOST, server.getLocalPort(), SocketStreamTest::numbers, LEVEL));
      test.start();
      for (int i = 1; i <= 2; i++) {
        try (Socket client = server.accept()) {
          client.getOutputStream().write(new byte[] {(byte) i, (byte) (10 * i)});
        }
        untilRecorded(test, output, 2 * i);
      }

      assertThat(all(output)).containsExactly(1, 10, 2, 20);
    }
  }

  @Test
  void failureOfTheConverterIsReportedAndTheReceiverStartsAgain() throws Exception {
    Function<InputStream, Iterator<Integer>> converter = in -> {
      throw new IllegalStateException("got " + in.read());
    };
    try (StreamingTest test = test()) {
      BlockingQueue<String> errors = errors(test);
      test.output(test.context().socketStream(HOST, server.getLocalPort(), converter, LEVEL));
      test.start();
      try (Socket client = server.accept()) {
        client.getOutputStream().write(7);

        assertThat(errors.poll(20, TimeUnit.SECONDS)).contains("got 7").contains("starting again");
      }
      server.accept().close();
    }
  }

  @Test
  void rawBlocksAreStoredAndDecodedByTasks() throws IOException {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      Recorded<String> output = test.output(test.context()
          .<List<Integer>>rawSocketStream(HOST, server.getLocalPort())
          .map(Object::toString));
      test.start();
      try (Socket client = server.accept();
          RawBlockWriter writer = new RawBlockWriter(client.getOutputStream())) {
        writer.write(List.of());
        writer.write(List.of(List.of(1, 2), List.of(3)));
        writer.write(List.of(List.of(4)));
        List<BatchInfo> batches = untilRecorded(test, output, 3);

        assertThat(all(output)).containsExactlyInAnyOrder("[1, 2]", "[3]", "[4]");
        assertThat(batches.stream().mapToLong(BatchInfo::numRecords).sum()).isEqualTo(3);
      }
    }
  }

  @Test
  void rawBlockIsItsLengthItsRecordsAndTheirEncoding() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (RawBlockWriter writer = new RawBlockWriter(bytes)) {
      writer.write(List.of("a", "b", "c"));
    }

    ByteBuffer block = ByteBuffer.wrap(bytes.toByteArray());
    assertThat(block.getInt()).isEqualTo(block.capacity() - 8);
    assertThat(block.getInt()).isEqualTo(3);
  }

  @Test
  void whatIsNoRawBlockIsRefused() throws Exception {
    try (StreamingTest test = test()) {
      BlockingQueue<String> errors = errors(test);
      test.output(test.context().<String>rawSocketStream(HOST, server.getLocalPort()));
      test.start();
      send("GET / HTTP/1.1\n");
      assertThat(errors.poll(20, TimeUnit.SECONDS))
          .contains("a block of 1195725856 bytes")
          .contains("a block has 1 to 67108864 bytes. Write it with RawBlockWriter.");
      send("\0\0\0\5\0\0\0\1abc");

      assertThat(errors.poll(20, TimeUnit.SECONDS)).contains("the connection ended inside a block");
    }
  }

  @Test
  void recordsThatCannotBeEncodedAreRefusedByTheWriter() throws IOException {
    try (RawBlockWriter writer = new RawBlockWriter(OutputStream.nullOutputStream())) {
      assertThatThrownBy(() -> writer.write(List.of(new Thread("x"))))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("cannot be encoded");
    }
    assertThatThrownBy(() -> new RawBlockWriter(Absent.value()))
        .hasMessageContaining("stream to write to is null");
  }

  @Test
  void linesComeNoFasterThanTheRate() throws Exception {
    try (StreamingTest test = StreamingTest.builder()
        .set("sluice.rate.max-rate", 200)
        .set("sluice.receiver.block-interval", "10 ms")
        .build()) {
      Recorded<String> output =
          test.output(test.context().socketTextStream(HOST, server.getLocalPort()));
      test.start();
      try (Socket client = server.accept()) {
        long begin = System.nanoTime();
        client.getOutputStream().write("line\n".repeat(101).getBytes(StandardCharsets.UTF_8));
        untilRecorded(test, output, 101);

        assertThat(System.nanoTime() - begin).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(480));
        assertThat(output.records()).allSatisfy(batch -> assertThat(batch).hasSizeLessThan(101));
      }
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    try (StreamingContext context = StreamingContext.local("sockets", Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> context.socketTextStream("", 9999))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Host is empty; give the name or address of a TCP server.");
      assertThatThrownBy(() -> context.socketTextStream(Absent.value(), 9999))
          .hasMessageContaining("Host is null");
      assertThatThrownBy(() -> context.socketTextStream(HOST, 9999, Absent.value()))
          .hasMessageContaining("Storage level is null");
      assertThatThrownBy(() -> context.rawSocketStream(HOST, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Port must be between 1 and 65535, got 0.");
      assertThatThrownBy(() -> context.socketStream(HOST, 65536, SocketStreamTest::numbers, LEVEL))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Port must be between 1 and 65535, got 65536.");
      assertThatThrownBy(() -> context.socketStream(HOST, 9999, Absent.value(), LEVEL))
          .hasMessageContaining("Converter is null");
      assertThatThrownBy(() -> context.receiverStream(Absent.value()))
          .hasMessageContaining("The receiver is null");
      Object captured = new Object();
      Function<InputStream, Iterator<Integer>> cannotTravel =
          in -> List.of(captured.hashCode()).iterator();
      assertThatThrownBy(() -> context.socketStream(HOST, 9999, cannotTravel, LEVEL))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("not serializable");
    }
  }

  private static StreamingTest test() {
    return StreamingTest.builder().set("sluice.receiver.min-backoff", "1 ms").build();
  }

  private void send(String text) throws IOException {
    try (Socket client = server.accept()) {
      client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      client.shutdownOutput();
      // Until the receiver has closed its side.
      BufferedReader reader = new BufferedReader(
          new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
      try {
        assertThat(reader.readLine()).isNull();
      } catch (SocketException reset) {
        assertThat(reset).hasMessageContaining("reset");
      }
    }
  }

  private static BlockingQueue<String> errors(StreamingTest test) {
    BlockingQueue<String> errors = new LinkedBlockingQueue<>();
    test.context().addStreamingListener(new StreamingListener() {
      @Override
      public void onReceiverError(ReceiverInfo receiver) {
        errors.add(receiver.lastError().orElse(""));
      }
    });
    return errors;
  }

  static List<BatchInfo> untilRecorded(StreamingTest test, Recorded<?> output, int records) {
    List<BatchInfo> batches = new ArrayList<>();
    Instant deadline = Instant.now().plusSeconds(30);
    while (all(output).size() < records) {
      assertThat(Instant.now()).as("so far: " + all(output)).isBefore(deadline);
      batches.addAll(test.runBatches(1));
    }
    return batches;
  }

  static <T> List<T> all(Recorded<T> output) {
    return output.records().stream().flatMap(List::stream).toList();
  }
}
