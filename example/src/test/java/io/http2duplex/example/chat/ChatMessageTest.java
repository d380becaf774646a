package io.http2duplex.example.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.http2duplex.example.chat.ChatMessage.Say;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DatabindException;

/** What a page says. */
class ChatMessageTest {
    @Test
    void aPageSaysSomething() {
        assertThat(ChatServer.MAPPER.readValue("{\"type\":\"Say\",\"text\":\"x\"}", ChatMessage.class))
                .isEqualTo(new Say("x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":\"Say\"}", "{\"type\":\"Say\",\"text\":null}", "{\"text\":\"x\"}"})
    void whatLacksSomethingIsNoMessage(String json) {
        assertThatExceptionOfType(DatabindException.class)
                .isThrownBy(() -> ChatServer.MAPPER.readValue(json, ChatMessage.class));
    }

    @Test
    void aLongTextIsNotCutWithinACharacter() {
        assertThat(ChatRoom.shortened("x".repeat(1_001))).hasSize(1_000);
        assertThat(ChatRoom.shortened("x".repeat(999) + "\uD83D\uDE00")).isEqualTo("x".repeat(999));
        assertThat(ChatRoom.shortened("x".repeat(998) + "\uD83D\uDE00")).hasSize(1_000);
    }
}
