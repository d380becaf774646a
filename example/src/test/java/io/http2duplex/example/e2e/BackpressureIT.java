package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.wire.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An end that does not read stops the other's writes. When it reads again they continue, and nothing is lost. */
class BackpressureIT {
    private static final int SIZE = 8_000_000;
    /** Session, HTTP/2 window, and what the browser itself holds of an upload: far less than the whole. */
    private static final int MOST_UPLOADED = 4_000_000;
    /** What Chromium swallows of a response that the page does not read, and some more. */
    private static final long MOST_DOWNLOADED = 100_000_000;
    /** Dialect 2: the windows of both ends, and some more. */
    private static final long MOST_DOWNLOADED_IN_WINDOWS = 40_000_000;

    private static final int BLOCK = 64 * 1024;
    private static final Semaphore MAY_READ = new Semaphore(0);
    private static final BlockingQueue<Boolean> ALL_ARRIVED = new LinkedBlockingQueue<>();
    private static final AtomicLong WRITTEN = new AtomicLong();

    @RegisterExtension
    static final TestSite SERVER = new TestSite()
            .with("/reads-late", BackpressureIT::readLate)
            .with("/writes-without-end", BackpressureIT::writeWithoutEnd);

    @RegisterExtension
    final TestPage page = new TestPage();

    @BeforeEach
    void open() {
        page.open(SERVER.url("/page.html"));
        WRITTEN.set(0);
    }

    private static void readLate(Duplex duplex) throws IOException, InterruptedException {
        MAY_READ.acquire();
        RandomBytes expected = new RandomBytes(1);
        boolean same = true;
        long size = 0;
        try (InputStream input = duplex.inputStream()) {
            byte[] block = new byte[BLOCK];
            for (int count = input.read(block); count >= 0; count = input.read(block)) {
                same &= expected.areNext(ByteBuffer.wrap(block, 0, count));
                size += count;
            }
        }
        ALL_ARRIVED.add(same && size == SIZE);
        duplex.end();
    }

    private static void writeWithoutEnd(Duplex duplex) throws IOException {
        RandomBytes content = new RandomBytes(1);
        try (OutputStream output = duplex.outputStream()) {
            while (true) {
                output.write(content.take(BLOCK));
                WRITTEN.addAndGet(BLOCK);
            }
        }
    }

    @ParameterizedTest(name = "{0}, dialect {1}, {2} upload")
    @CsvSource({
        "make, 1, streaming", "make, 1, post", "make, 2, streaming", "make, 2, post",
        "connect, 1, streaming", "connect, 1, post", "connect, 2, streaming", "connect, 2, post"
    })
    void an_application_that_does_not_read_stops_the_page(String face, int dialect, String mode) throws Exception {
        page.call("""
                async ({ face, way, size }) => {
                  window.taken = 0;
                  const content = new RandomBytes(1);
                  const options = optionsOf(way);
                  const block = 64_000;
                  if (face === 'make') {
                    const duplex = watched(await make('/reads-late', options));
                    duplex.resume();
                    const write = () => {
                      for (let room = true; room && taken < size; taken += block) {
                        room = duplex.write(content.take(block));
                      }
                      if (taken === size) {
                        duplex.off('drain', write);
                        duplex.end();
                      }
                    };
                    duplex.on('drain', write);
                    write();
                    window.over = () => eventsOf(duplex).then((events) => events.sort().join());
                  } else {
                    const { readable, writable, closed } = await connect('/reads-late', options);
                    const write = async () => {
                      const writer = writable.getWriter();
                      for (; taken < size; taken += block) {
                        await writer.ready;
                        writer.write(content.take(block));
                      }
                      await writer.close();
                    };
                    const over = Promise.all([write(), readable.pipeTo(new WritableStream()), closed]);
                    window.over = () => over.then(() => 'over');
                  }
                }
                """, Map.of("face", face, "way", List.of(dialect, mode), "size", SIZE));

        assertThat((Integer) page.call("() => steady(() => taken)")).isBetween(1, MOST_UPLOADED);

        MAY_READ.release();
        assertThat(page.call("() => over()")).isIn("close,end,finish", "over");
        assertThat(ALL_ARRIVED.poll(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(outcome(SERVER.opened("/reads-late"))).isEmpty();
    }

    @ParameterizedTest(name = "{0}, dialect {1}")
    @CsvSource({"make, 1", "make, 2", "connect, 1", "connect, 2"})
    void a_page_that_does_not_read_stops_the_application(String face, int dialect) throws Exception {
        // Destroyed while bytes are on their way.
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.call("""
                async ({ face, dialect }) => {
                  if (face === 'make') {
                    window.duplex = await make('/writes-without-end', { dialect });
                    window.read = () => duplex.iterator({ destroyOnReturn: false });
                    window.giveUp = () => duplex.destroy();
                  } else {
                    window.duplex = await connect('/writes-without-end', { dialect });
                    window.read = () => duplex.readable.values({ preventCancel: true });
                    window.giveUp = () => duplex.readable.cancel();
                  }
                }
                """, Map.of("face", face, "dialect", dialect));
        Duplex duplex = SERVER.opened("/writes-without-end");

        long written = Steady.valueOf(WRITTEN::get);
        assertThat(written).isLessThan(dialect == 1 ? MOST_DOWNLOADED : MOST_DOWNLOADED_IN_WINDOWS);

        assertThat((Integer) page.call("""
                        async (atLeast) => {
                          const expected = new RandomBytes(1);
                          let received = 0;
                          for await (const chunk of read()) {
                            expected.check(chunk, received);
                            received += chunk.length;
                            if (received >= atLeast) {
                              return received;
                            }
                          }
                        }
                        """, (int) written + 10_000_000)).isGreaterThan((int) written);
        page.call("() => void giveUp()");
        assertThat(outcome(duplex)).contains(ErrorCode.CANCELLED);
        SERVER.awaitNoSession();
    }
}
