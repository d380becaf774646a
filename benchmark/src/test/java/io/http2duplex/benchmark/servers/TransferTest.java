package io.http2duplex.benchmark.servers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TransferTest {
    private final Transfer transfer = new Transfer();

    @Test
    void bytes_are_counted_wherever_the_head_is_cut() {
        transfer.take(US_ASCII.encode("0 1"));
        transfer.take(US_ASCII.encode("0\n123"));
        assertThat(transfer.hasNext()).isFalse();

        transfer.take(US_ASCII.encode("4567890"));

        assertThat(US_ASCII.decode(transfer.next()).toString()).isEqualTo("                  10");
        assertThat(transfer.hasNext()).isFalse();
    }

    @Test
    void the_count_comes_behind_the_bytes_that_were_asked_for() {
        transfer.take(US_ASCII.encode("70000 0\n"));

        assertThat(transfer.next().remaining() + transfer.next().remaining()).isEqualTo(70_000);
        assertThat(US_ASCII.decode(transfer.next()).toString().trim()).isEqualTo("0");
        assertThat(transfer.hasNext()).isFalse();
    }

    @Test
    void a_byte_too_many_is_counted() {
        transfer.take(US_ASCII.encode("0 3\n1234"));

        assertThat(US_ASCII.decode(transfer.next()).toString().trim()).isEqualTo("4");
    }
}
