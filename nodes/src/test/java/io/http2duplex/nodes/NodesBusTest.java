package io.http2duplex.nodes;

import static io.http2duplex.nodes.Recorded.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NodesBusTest {
    private final Recorded recorded = new Recorded();
    private final NodesBus bus = new NodesBus("test", BusOptions.DEFAULT, (batch, messages) -> {});

    @Test
    void aListenerThatThrowsKeepsNoMessageFromTheOthers() {
        bus.subscribe((topic, message) -> {
            throw new IllegalStateException("listener");
        });
        bus.subscribe(recorded);
        assertThatThrownBy(() -> bus.publish("room", bytes("own"))).hasMessage("listener");
        bus.received(ByteBuffer.wrap(new Batch(1)
                .encode(List.of(new Batch.Message("room", bytes("one")), new Batch.Message("room", bytes("two"))))));
        assertThat(recorded.messages).containsExactly("room: own", "room: one", "room: two");
    }
}
