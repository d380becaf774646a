package io.http2duplex.benchmark.many;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AsciiString;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection with many duplexes. It writes frames and heads itself, without the accounting of a
 * usual client: its own windows never run out, and it sends less at a time than the server's windows allow.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // writes that fail come to exceptionCaught: that is what a void promise does
final class LoadConnection extends ByteToMessageDecoder {
    /** A listener for events, called on the connection's thread. */
    interface Listener {
        /** A connection is open, and so are all of its duplexes. */
        void opened(List<LoadDuplex> duplexes);

        /** Everything that the duplex sent was echoed. The answer to its POST may still be under way. */
        void echoed(LoadDuplex duplex);

        /** Everything that the duplex sent was echoed and answered: it may be used again. */
        void quiet(LoadDuplex duplex);

        void failed(Throwable failure);
    }

    private static final AsciiString ID = AsciiString.cached("http2-duplex-id");
    private static final AsciiString VERSION = AsciiString.cached("http2-duplex-version");
    private static final AsciiString END = AsciiString.cached("http2-duplex-end");
    private static final AsciiString SINGLE = AsciiString.cached("http2-duplex-single");
    private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    private static final AsciiString OCTETS = AsciiString.cached("application/octet-stream");
    private static final AsciiString TRUE = AsciiString.cached("true");
    private static final int STREAM_WINDOW = 16 * 1024 * 1024;

    private final DefaultHttp2FrameReader reader = new DefaultHttp2FrameReader(false);
    private final DefaultHttp2FrameWriter writer = new DefaultHttp2FrameWriter();
    private final Frames frames = new Frames();
    private final IntObjectMap<LoadDuplex> downloads = new IntObjectHashMap<>();
    private final IntObjectMap<LoadDuplex> posts = new IntObjectHashMap<>();
    private final List<LoadDuplex> duplexes = new ArrayList<>();
    private final AsciiString authority;
    private final boolean secure;
    private final LoadMode mode;
    private final int count;
    private final Listener listener;

    private @Nullable ChannelHandlerContext context;
    private int nextStream = 1;
    private int open;
    private boolean closing;
    private boolean closed;

    /**
     * @param secure whether it begins when TLS is there; else it begins at once, in clear text
     * @param count how many duplexes to open
     */
    LoadConnection(AsciiString authority, boolean secure, LoadMode mode, int count, Listener listener) {
        this.authority = authority;
        this.secure = secure;
        this.mode = mode;
        this.count = count;
        this.listener = listener;
    }

    /** Closes its duplexes: each is quiet when that was answered. What else they have open ends as the server likes. */
    void closeDuplexes() {
        closing = true;
        duplexes.forEach(LoadDuplex::close);
    }

    boolean isClosing() {
        return closing;
    }

    void close() {
        closed = true;
        context().close();
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "not connected");
    }

    @Override
    public void channelActive(ChannelHandlerContext made) {
        if (!secure) {
            begin(made);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext made, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                begin(made);
            } else {
                listener.failed(handshake.cause());
            }
        }
    }

    private void begin(ChannelHandlerContext made) {
        context = made;
        made.write(Http2CodecUtil.connectionPrefaceBuf());
        Http2Settings settings = new Http2Settings().pushEnabled(false).initialWindowSize(STREAM_WINDOW);
        writer.writeSettings(made, settings, made.voidPromise());
        int more = Integer.MAX_VALUE - Http2CodecUtil.DEFAULT_WINDOW_SIZE;
        writer.writeWindowUpdate(made, 0, more, made.voidPromise());
        for (int i = 0; i < count; i++) {
            LoadDuplex duplex = new LoadDuplex(this, mode);
            duplexes.add(duplex);
            int stream = nextStream();
            downloads.put(stream, duplex);
            writer.writeHeaders(made, stream, head("GET"), 0, true, made.voidPromise());
        }
        made.flush();
    }

    private int nextStream() {
        int stream = nextStream;
        nextStream += 2;
        return stream;
    }

    private Http2Headers head(String method) {
        Http2Headers head = new DefaultHttp2Headers(false)
                .method(method)
                .scheme(secure ? "https" : "http")
                .authority(authority)
                .path("/echo");
        return mode.resumes() ? head.set(VERSION, "2") : head;
    }

    private Http2Headers uploadHead(String id) {
        return head("POST").set(ID, id).set(CONTENT_TYPE, OCTETS);
    }

    /**
     * Sends a POST.
     *
     * @param asker the listener for the answer, if any
     * @param ends whether it is the last one, in dialect 1
     */
    void post(@Nullable LoadDuplex asker, String id, ByteBuf body, boolean ends) {
        int stream = nextStream();
        if (asker != null) {
            posts.put(stream, asker);
        }
        Http2Headers head = uploadHead(id);
        if (ends) {
            head.set(END, TRUE);
        }
        head.setInt("content-length", body.readableBytes());
        writer.writeHeaders(context(), stream, head, 0, false, context().voidPromise());
        writer.writeData(context(), stream, body, 0, true, context().voidPromise());
        context().flush();
    }

    /** Begins a streaming POST, which goes on as long as the duplex. {@return its stream} */
    int stream(String id) {
        int stream = nextStream();
        Http2Headers head = uploadHead(id);
        if (!mode.resumes()) {
            head.set(SINGLE, TRUE);
        }
        writer.writeHeaders(context(), stream, head, 0, false, context().voidPromise());
        return stream;
    }

    /** Sends a part of a streaming POST. */
    void data(int stream, ByteBuf bytes) {
        writer.writeData(context(), stream, bytes, 0, false, context().voidPromise());
        context().flush();
    }

    /** Ends a streaming POST, of whose answer the asker is told. */
    void end(LoadDuplex asker, int stream) {
        posts.put(stream, asker);
        writer.writeData(
                context(), stream, Unpooled.EMPTY_BUFFER, 0, true, context().voidPromise());
        context().flush();
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf input, List<Object> output) throws Exception {
        reader.readFrame(context, input, frames);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        listener.failed(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!closed) {
            listener.failed(new IllegalStateException("The server has closed a connection"));
        }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        reader.close();
        writer.close();
    }

    private final class Frames extends Http2FrameAdapter {
        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int stream,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end) {
            onHeadersRead(context, stream, headers, padding, end);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean end) {
            LoadDuplex download = downloads.get(stream);
            CharSequence status = headers.status();
            if (download != null) {
                CharSequence id = headers.get(ID);
                if (id == null) {
                    throw new IllegalStateException("A duplex was refused: " + status);
                }
                download.opened(id.toString());
                open++;
                if (open == count) {
                    listener.opened(duplexes);
                }
                return;
            }
            if (status.charAt(0) != '2' && !closing) {
                throw new IllegalStateException("A POST was refused: " + status);
            }
            if (end) {
                ended(stream);
            }
        }

        private void ended(int stream) {
            LoadDuplex post = posts.remove(stream);
            if (post != null) {
                post.answered();
                if (post.isQuiet()) {
                    listener.quiet(post);
                }
            }
        }

        @Override
        public int onDataRead(ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean end) {
            LoadDuplex download = downloads.get(stream);
            if (download == null) {
                if (end) {
                    ended(stream);
                }
                return padding;
            }
            if (data.isReadable() && download.download(data)) {
                listener.echoed(download);
                if (download.isQuiet()) {
                    listener.quiet(download);
                }
            }
            return padding;
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) throws Http2Exception {
            writer.writeSettingsAck(context, context.voidPromise());
            context.flush();
        }

        @Override
        public void onPingRead(ChannelHandlerContext context, long data) {
            writer.writePing(context, true, data, context.voidPromise());
            context.flush();
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext context, int last, long error, ByteBuf reason) {
            listener.failed(new IllegalStateException("GOAWAY with error " + error));
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext context, int stream, long error) {
            if (error != 0 && !closing) {
                listener.failed(new IllegalStateException("RST_STREAM with error " + error));
            }
        }
    }
}
