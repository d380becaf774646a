package io.http2duplex.internal.undertow;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A writer of JSON for maps, records, texts, numbers and durations. It needs nothing of Jackson but its core: an
 * application's own Jackson 2 shares databind's annotations with Jackson 3, and may bring them too old.
 */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /** {@return the value in JSON, as UTF-8} A member that is null is left out; a duration is in seconds. */
    public static byte[] write(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            write(json, value);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, Object value) {
        if (value instanceof String text) {
            json.writeString(text);
        } else if (value instanceof Integer || value instanceof Long) {
            json.writeNumber(((Number) value).longValue());
        } else if (value instanceof Duration duration) {
            json.writeNumber(seconds(duration));
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            map.forEach((name, member) -> writeMember(json, name.toString(), member));
            json.writeEndObject();
        } else if (value instanceof Record) {
            json.writeStartObject();
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                writeMember(json, component.getName(), read(component, value));
            }
            json.writeEndObject();
        } else {
            throw new IllegalArgumentException("No JSON is known for " + value.getClass());
        }
    }

    /** {@return exactly as many} Of many sessions together there are more nanoseconds than a long counts. */
    private static BigDecimal seconds(Duration duration) {
        return BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNano(), 9));
    }

    private static void writeMember(JsonGenerator json, String name, @Nullable Object value) {
        if (value != null) {
            json.writeName(name);
            write(json, value);
        }
    }

    private static @Nullable Object read(RecordComponent component, Object of) {
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
