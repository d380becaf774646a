package io.http2duplex.nodes;

import io.http2duplex.messages.Bus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listener of a bus, and an observer, that keep what they are told. */
final class Recorded implements Bus.Listener, BusObserver {
    final List<String> messages = new CopyOnWriteArrayList<>();
    final List<String> events = new CopyOnWriteArrayList<>();

    @Override
    public void published(String topic, ByteBuffer message) {
        messages.add(topic + ": " + StandardCharsets.UTF_8.decode(message.duplicate()));
    }

    @Override
    public void connected(String detail) {
        events.add("connected");
    }

    @Override
    public void disconnected(String detail) {
        events.add("disconnected");
    }

    @Override
    public void lost(long count, String why) {
        events.add("lost");
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
