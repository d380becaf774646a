package io.http2duplex.benchmark.servers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class NumberedTest {
    @Test
    void as_many_messages_come_as_were_asked_for_and_each_has_its_number() throws InterruptedException {
        Semaphore woken = new Semaphore(0);
        Numbered numbered = new Numbered(woken::release);
        numbered.take(US_ASCII.encode("20"));
        assertThat(numbered.hasNext()).isFalse();

        numbered.take(US_ASCII.encode("\n"));

        for (int number = 0; number < 20; number++) {
            while (!numbered.hasNext()) {
                woken.acquire();
            }
            assertThat(numbered.next().getInt()).isEqualTo(number);
        }
        woken.acquire();
        assertThat(numbered.hasNext()).isFalse();
    }
}
