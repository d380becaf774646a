package io.http2duplex.benchmark.many;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A WebSocket that is opened, and never used: what a connection costs a server that does nothing more with it. */
// Writes that fail come to exceptionCaught: that is what a void promise does.
@SuppressWarnings("FutureReturnValueIgnored")
final class IdleSocket extends ByteToMessageDecoder {
    private static final String END_OF_HEAD = "\r\n\r\n";
    /** Any 16 bytes in base64. */
    private static final String KEY = "AAAAAAAAAAAAAAAAAAAAAA==";

    private final String authority;
    private final boolean secure;
    private final LoadConnection.Listener listener;

    /** @param secure whether it begins when TLS is there; else it begins at once, in clear text */
    IdleSocket(String authority, boolean secure, LoadConnection.Listener listener) {
        this.authority = authority;
        this.secure = secure;
        this.listener = listener;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (!secure) {
            begin(context);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                begin(context);
            } else {
                listener.failed(handshake.cause());
            }
        }
    }

    private void begin(ChannelHandlerContext context) {
        String head = "GET /echo HTTP/1.1\r\nHost: " + authority + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + END_OF_HEAD;
        context.writeAndFlush(ByteBufUtil.writeAscii(context.alloc(), head), context.voidPromise());
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf input, List<Object> output) {
        String head = input.toString(StandardCharsets.US_ASCII);
        if (head.endsWith(END_OF_HEAD)) {
            input.skipBytes(input.readableBytes());
            if (!head.startsWith("HTTP/1.1 101 ")) {
                throw new IllegalStateException("A WebSocket was refused: " + head);
            }
            listener.opened(List.of());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        listener.failed(cause);
    }
}
