package io.http2duplex.internal.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionIdTest {
    @Test
    void anIdIs32CharactersOfBase64Url() {
        assertThat(SessionId.next("")).hasSize(32).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void aHundredThousandIdsAreAllDifferentAndWellFormed() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            ids.add(SessionId.next(""));
        }
        assertThat(ids).hasSize(100_000).allMatch(SessionId::isWellFormed);
    }

    @Test
    void everyCharacterOfAnIdTakesEveryValue() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            String id = SessionId.next("");
            for (int at = 0; at < SessionId.LENGTH; at++) {
                seen.add(at + ":" + id.charAt(at));
            }
        }
        assertThat(seen).hasSize(SessionId.LENGTH * 64);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "short",
                "0123456789012345678901234567890",
                "012345678901234567890123456789012",
                "0123456789012345678901234567890+",
                "0123456789012345678901234567890/",
                "0123456789012345678901234567890=",
                "0123456789012345678901234567890 ",
                "0123456789012345678901234567890\u00e9",
                "0123456789012345678901234567890\u0661",
                "012345678901234567890123456789\ud83d\ude00",
                "01234567890123456789012345678901.",
                "01234567890123456789012345678901.n 1",
                "01234567890123456789012345678901.n1.n2",
                "01234567890123456789012345678901n1",
                "01234567890123456789012345678901.012345678901234567890123456789012",
            })
    void whatCannotBeAnIdOfThisServerIsMalformed(String id) {
        assertThat(SessionId.isWellFormed(id)).isFalse();
    }

    @Test
    void anIdEndsWithTheRouteOfItsNode() {
        String id = SessionId.next("node-1_A");
        assertThat(id).hasSize(41).endsWith(".node-1_A").matches(SessionId::isWellFormed);
        assertThat(SessionId.route(id)).isEqualTo("node-1_A");
        assertThat(SessionId.route(SessionId.next(""))).isEmpty();
    }

    @Test
    void theAbbreviationShowsEightCharactersAtMost() {
        assertThat(SessionId.abbreviated("0123456789")).isEqualTo("01234567");
        assertThat(SessionId.abbreviated("012")).isEqualTo("012");
    }
}
