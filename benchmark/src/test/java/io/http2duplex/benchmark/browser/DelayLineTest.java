package io.http2duplex.benchmark.browser;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DelayLineTest {
    private final DelayLine<String> line = new DelayLine<>(100);

    @Test
    void what_goes_in_is_due_after_the_delay() {
        line.put("a", 1000);

        assertThat(line.untilDue(1000)).isEqualTo(100);
        assertThat(line.untilDue(1099)).isEqualTo(1);
        assertThat(line.untilDue(1100)).isZero();
        assertThat(line.take()).isEqualTo("a");
    }

    @Test
    void what_goes_in_while_something_is_under_way_keeps_its_own_time() {
        line.put("a", 1000);
        line.put("b", 1040);

        assertThat(line.take()).isEqualTo("a");
        assertThat(line.untilDue(1100)).isEqualTo(40);
        assertThat(line.take()).isEqualTo("b");
    }

    @Test
    void an_empty_line_has_nothing_due() {
        assertThat(line.untilDue(5000)).isEqualTo(DelayLine.NOTHING);
    }
}
