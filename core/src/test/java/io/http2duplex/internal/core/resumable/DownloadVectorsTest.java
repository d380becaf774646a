package io.http2duplex.internal.core.resumable;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.DownloadRequest;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.RequestFields;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class DownloadVectorsTest {
    static Stream<Arguments> downloads() {
        return Vectors.of("downloads");
    }

    @ParameterizedTest
    @MethodSource("downloads")
    void theFieldsOfAGetTellHowItsDownloadTravels(JsonNode vector) {
        RequestFields fields = name -> {
            JsonNode value = vector.get("fields").get(name.toLowerCase(Locale.ROOT));
            return value != null
                    ? List.of(value.stringValue())
                    : name.equals("http2-duplex-version") ? List.of("2") : List.of();
        };
        DownloadRequest request = DownloadRequest.parse(fields);
        if (vector.has("problem")) {
            assertThat(request)
                    .isInstanceOfSatisfying(
                            DownloadRequest.Refused.class,
                            refused -> assertThat(refused.problem().type())
                                    .endsWith(":" + vector.get("problem").stringValue()));
        } else {
            DownloadMode mode =
                    DownloadMode.valueOf(vector.get("mode").stringValue().toUpperCase(Locale.ROOT));
            long wait = vector.has("wait") ? vector.get("wait").longValue() : 0;
            DownloadWay way = new DownloadWay(mode, TimeUnit.MILLISECONDS.toNanos(wait));
            assertThat(request).isEqualTo(new DownloadRequest.OpensResumable(null, 0, 65_536, way));
        }
    }
}
