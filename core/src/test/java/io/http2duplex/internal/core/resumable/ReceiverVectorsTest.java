package io.http2duplex.internal.core.resumable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.WindowSize;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class ReceiverVectorsTest {
    static Stream<Arguments> receivers() {
        return Vectors.of("receivers");
    }

    /** What was taken is looked at in the end: the receivers' applications take nothing. */
    @ParameterizedTest
    @MethodSource("receivers")
    void framesInThisOrderMeanTheseBytes(JsonNode vector) throws ViolationException {
        WindowSize window = new WindowSize(vector.get("window").intValue(), 0, new MemoryBudget(0));
        ReceivingDirection receiver = new ReceivingDirection(window, new SpareBuffers(), new EffectCollector(), 0);
        String received = "";
        for (JsonNode step : vector.get("steps")) {
            JsonNode frame = step.get("frame");
            if (step.has("error")) {
                ViolationException violation =
                        catchThrowableOfType(ViolationException.class, () -> give(receiver, frame));
                assertThat(violation.problem().type())
                        .endsWith(":" + step.get("error").stringValue());
                return;
            }
            give(receiver, frame);
            received = step.get("received").stringValue();
            assertThat(receiver.available()).isEqualTo(received.length() / 2);
            assertThat(receiver.confirmed()).isEqualTo(step.get("confirmed").longValue());
            assertThat(receiver.state() == DirectionState.ENDED).isEqualTo(step.has("ended"));
        }
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        for (ByteBuffer bytes = receiver.poll(); bytes != null; bytes = receiver.poll()) {
            taken.writeBytes(Vectors.bytes(bytes));
        }
        assertThat(Vectors.hex(taken.toByteArray())).isEqualTo(received);
    }

    private static void give(ReceivingDirection receiver, JsonNode frame) throws ViolationException {
        if (frame.get("type").stringValue().equals("END")) {
            receiver.end(frame.get("offset").longValue());
        } else {
            receiver.data(frame.get("offset").longValue(), ByteBuffer.wrap(Vectors.bytes(frame.get("bytes"))), 0);
        }
    }
}
