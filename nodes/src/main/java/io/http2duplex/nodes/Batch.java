package io.http2duplex.nodes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The format of several messages between nodes: the id of the node (8 bytes), then for each message the length of the topic's
 * name (2 bytes), the name in UTF-8, the length of the content (4 bytes), and the content. All numbers are big-endian.
 */
final class Batch {
    /** A batch takes no more messages when it has as many bytes. Small enough that JGroups does not cut it. */
    static final int SIZE = 48 * 1024;

    /**
     * Behind so many bytes no node of any version begins another message. Each takes more memory than it has bytes, and
     * what comes may be of something that is no node.
     */
    static final int LARGEST = 1024 * 1024;

    private static final int LONGEST_TOPIC = 0xFFFF;

    /** One message, under a topic. */
    static final class Message {
        final String topic;
        final ByteBuffer content;
        private final byte[] name;

        /**
         * @param content never changes
         * @throws IllegalArgumentException if the topic's name is too long
         */
        Message(String topic, ByteBuffer content) {
            this.topic = topic;
            this.content = content;
            name = topic.getBytes(UTF_8);
            if (name.length > LONGEST_TOPIC) {
                throw new IllegalArgumentException(
                        "The name of a topic has " + LONGEST_TOPIC + " bytes at most, not " + name.length);
            }
        }

        int size() {
            return Short.BYTES + name.length + Integer.BYTES + content.remaining();
        }
    }

    private final long node;

    /** @param node this node's own id */
    Batch(long node) {
        this.node = node;
    }

    byte[] encode(List<Message> messages) {
        int size = Long.BYTES + messages.stream().mapToInt(Message::size).sum();
        ByteBuffer bytes = ByteBuffer.allocate(size).putLong(node);
        for (Message message : messages) {
            bytes.putShort((short) message.name.length)
                    .put(message.name)
                    .putInt(message.content.remaining())
                    .put(message.content.duplicate());
        }
        return bytes.array();
    }

    /**
     * {@return the messages of another node; none if they are this node's own}
     *
     * @throws IllegalArgumentException if these bytes are no batch
     */
    List<Message> decode(ByteBuffer bytes) {
        int begin = bytes.position();
        try {
            if (bytes.getLong() == node) {
                return List.of();
            }
            List<Message> messages = new ArrayList<>();
            while (bytes.hasRemaining()) {
                if (bytes.position() - begin > LARGEST) {
                    throw new IllegalArgumentException("A batch of messages is too large");
                }
                String topic = new String(taken(bytes, Short.toUnsignedInt(bytes.getShort())), UTF_8);
                messages.add(new Message(topic, ByteBuffer.wrap(taken(bytes, bytes.getInt()))));
            }
            return messages;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("A batch of messages was cut", e);
        }
    }

    /** {@return a copy, so that a message that is held does not hold its batch} */
    private static byte[] taken(ByteBuffer bytes, int length) {
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] taken = new byte[length];
        bytes.get(taken);
        return taken;
    }
}
