package io.http2duplex.internal.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatJsonTest {
    @Test
    void stringsAndWholeNumbersAreRead() {
        assertThat(FlatJson.read(" {\"type\" : \"urn:a\",\n\"status\":404, \"detail\":\"\", \"number\":-0}\r\n"))
                .isEqualTo(Map.of("type", "urn:a", "status", 404L, "detail", "", "number", 0L));
        assertThat(FlatJson.read("{}")).isEmpty();
    }

    @Test
    void escapesAreUndone() {
        assertThat(FlatJson.read("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\uD83D\\uDE00\"}"))
                .isEqualTo(Map.of("a", "\"\\/\b\f\n\r\t\u00e4\ud83d\ude00"));
    }

    @Test
    void otherValuesAreAllowedAndLeftOut() {
        assertThat(FlatJson.read(
                        "{\"a\":true,\"b\":false,\"c\":null,\"d\":1.5,\"e\":-2E+10,\"f\":12345678901234567890}"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "\"a\"",
                "null",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{\"a\":1 \"b\":2}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":NaN}",
                "{\"a\":True}",
                "{\"a\":tru}",
                "{\"a\":{}}",
                "{\"a\":[]}",
                "{\"a\":\"b}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\\u12G4\"}",
                "{\"a\":\"\n\"}",
                "{\"a\":1}x",
                "{\"a\":1}{}",
                "<html>",
            })
    void whatIsNestedOrMalformedIsNoFlatObject(String text) {
        assertThat(FlatJson.read(text)).isNull();
    }
}
