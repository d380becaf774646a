package io.http2duplex.example.chat;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What pages, and the nodes among each other, say. The member {@code type} of the JSON is the name of the record. */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(ChatMessage.Say.class),
    @JsonSubTypes.Type(ChatMessage.IsTyping.class),
    @JsonSubTypes.Type(ChatMessage.Line.class),
    @JsonSubTypes.Type(ChatMessage.History.class),
    @JsonSubTypes.Type(ChatMessage.Typing.class),
    @JsonSubTypes.Type(ChatMessage.Present.class),
    @JsonSubTypes.Type(ChatMessage.NodePresent.class)
})
sealed interface ChatMessage {
    /** From a page: what its user has written. */
    record Say(String text) implements ChatMessage {}

    /** From a page: its user is typing. */
    record IsTyping() implements ChatMessage {}

    /**
     * To all pages in a room.
     *
     * @param at in milliseconds since 1970
     */
    record Line(String id, String from, String text, long at) implements ChatMessage {}

    /** To a page that joins: the last lines, and who it is. */
    record History(String you, List<Line> lines) implements ChatMessage {}

    /** To all pages in a room. */
    record Typing(String from) implements ChatMessage {}

    /** To the pages of one node: who is in the room, on all nodes. */
    record Present(List<String> names) implements ChatMessage {}

    /** Among nodes: who is in the room on one of them. */
    record NodePresent(String node, List<String> names) implements ChatMessage {}
}
