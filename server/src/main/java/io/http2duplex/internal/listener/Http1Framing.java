package io.http2duplex.internal.listener;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A parser of where HTTP/1.1 requests begin and end (RFC 9112). It accepts only requests that every other parser reads
 * in the same way: if a proxy and Undertow read one differently, a client can hide a second request in its body, past
 * the proxy's checks (request smuggling).
 *
 * <p>Undertow alone accepts more: bare line feeds, folded fields, several lengths, several codings, bytes behind the size
 * of a chunk, HTTP/0.9. It also keeps every trailer field, however many there are.
 */
final class Http1Framing {
    private enum Part {
        /** Empty lines before a request (RFC 9112, section 2.2), or its first byte. */
        START,
        METHOD,
        TARGET,
        VERSION,
        /** The first byte of a line of the head or of the trailers. */
        FIELD,
        NAME,
        VALUE,
        BODY,
        CHUNK_SIZE,
        CHUNK_EXTENSION,
        CHUNK,
        CHUNK_END,
        /** Behind a carriage return. */
        LINE_FEED
    }

    /** The longest text that is looked at. {@code transfer-encoding} is the longest name. */
    private static final int TEXT = 32;

    /** The most digits of a length or size. Undertow accepts no more for a chunk. */
    private static final int LENGTH_DIGITS = 18;

    private static final int SIZE_DIGITS = 15;
    private static final int MAX_EXTENSIONS = 1024;

    private static final String AMBIGUOUS = "The length of the request's body is ambiguous. Send either one"
            + " content-length, which is a number, or transfer-encoding: chunked.";
    private static final String BAD_HEAD = "The request's head does not have the form that RFC 9112, sections 3 and 5,"
            + " demands: lines end with CR LF, fields are not folded, no space stands before a colon.";
    private static final String BAD_CHUNK =
            "The request's body does not consist of chunks as RFC 9112, section 7.1, has them.";

    private Part part = Part.START;
    /** What comes behind the line feed. */
    private Part next = Part.START;

    private final byte[] text = new byte[TEXT];
    /** How long the text is. It may be longer than what is kept of it. */
    private int length;

    private boolean http11;
    private String name = "";
    private @Nullable String coding;
    private @Nullable String contentLength;
    /** The bytes of the body, or of the chunk, that have not come. */
    private long left;

    private int extensions;
    private boolean inTrailers;
    private int trailers;
    private @Nullable String fault;

    /** {@return what is wrong with the request; null if nothing is} */
    @Nullable
    String fault() {
        return fault;
    }

    /** Reads everything, or up to the first byte that is wrong. {@return whether none is} */
    boolean accept(ByteBuffer bytes) {
        while (fault == null && bytes.hasRemaining()) {
            if (part == Part.BODY || part == Part.CHUNK) {
                skip(bytes);
            } else {
                fault = read(bytes.get(bytes.position()) & 255);
                if (fault == null) {
                    bytes.get();
                }
            }
        }
        return fault == null;
    }

    private void skip(ByteBuffer bytes) {
        int count = (int) Math.min(left, bytes.remaining());
        bytes.position(bytes.position() + count);
        left -= count;
        if (left == 0) {
            part = part == Part.BODY ? Part.START : Part.CHUNK_END;
        }
    }

    /** {@return what is wrong with that byte; null if nothing is} */
    private @Nullable String read(int b) {
        if (inTrailers && ++trailers > HeadLimit.MAX_SIZE) {
            return "The request has more than " + HeadLimit.MAX_SIZE + " bytes of trailer fields.";
        }
        return switch (part) {
            case START -> start(b);
            case METHOD -> b == ' ' ? begin(Part.TARGET) : RequestCheck.isToken(b) ? null : BAD_HEAD;
            case TARGET -> target(b);
            case VERSION -> version(b);
            case FIELD -> field(b);
            case NAME -> name(b);
            case VALUE -> value(b);
            case CHUNK_SIZE -> size(b);
            case CHUNK_EXTENSION -> extension(b);
            case CHUNK_END -> b == '\r' ? endLine(Part.CHUNK_SIZE) : BAD_CHUNK;
            case LINE_FEED -> b == '\n' ? begin(next) : BAD_HEAD;
            case BODY, CHUNK -> throw new IllegalStateException("Skipped, not read");
        };
    }

    private @Nullable String begin(Part following) {
        part = following;
        length = 0;
        return null;
    }

    private @Nullable String endLine(Part following) {
        next = following;
        return begin(Part.LINE_FEED);
    }

    private void add(int b) {
        if (length < TEXT) {
            text[length] = (byte) b;
        }
        length++;
    }

    /** {@return the text in lower case; empty if it is too long to be of interest} */
    private String text() {
        return length > TEXT ? "" : new String(text, 0, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    }

    private @Nullable String start(int b) {
        if (b == '\r') {
            return endLine(Part.START);
        }
        coding = null;
        contentLength = null;
        return RequestCheck.isToken(b) ? begin(Part.METHOD) : BAD_HEAD;
    }

    private @Nullable String target(int b) {
        if (b == ' ') {
            return length == 0 ? BAD_HEAD : begin(Part.VERSION);
        }
        add(b);
        return b > ' ' && b != 127 ? null : BAD_HEAD;
    }

    private @Nullable String version(int b) {
        if (b != '\r') {
            add(b);
            return length > TEXT ? BAD_HEAD : null;
        }
        String version = new String(text, 0, length, StandardCharsets.ISO_8859_1);
        http11 = version.equals("HTTP/1.1");
        return http11 || version.equals("HTTP/1.0") ? endLine(Part.FIELD) : BAD_HEAD;
    }

    private @Nullable String field(int b) {
        if (b != '\r') {
            begin(Part.NAME);
            return name(b);
        }
        if (inTrailers) {
            inTrailers = false;
            return endLine(Part.START);
        }
        return endHead();
    }

    private @Nullable String name(int b) {
        if (b == ':' && length > 0) {
            name = text();
            return begin(Part.VALUE);
        }
        add(b);
        return RequestCheck.isToken(b) ? null : BAD_HEAD;
    }

    private @Nullable String value(int b) {
        if (b == '\r') {
            return endField();
        }
        if (length > 0 || (b != ' ' && b != '\t')) {
            add(b);
        }
        return b == '\n' || b == 0 ? BAD_HEAD : null;
    }

    private @Nullable String endField() {
        if (!inTrailers && name.equals("transfer-encoding")) {
            if (coding != null) {
                return AMBIGUOUS;
            }
            coding = text().stripTrailing();
        } else if (!inTrailers && name.equals("content-length")) {
            if (contentLength != null) {
                return AMBIGUOUS;
            }
            contentLength = text().stripTrailing();
        }
        return endLine(Part.FIELD);
    }

    private @Nullable String endHead() {
        if (coding != null) {
            boolean clear = contentLength == null && coding.equals("chunked") && http11;
            return clear ? endLine(Part.CHUNK_SIZE) : AMBIGUOUS;
        }
        if (contentLength == null) {
            return endLine(Part.START);
        }
        if (contentLength.length() > LENGTH_DIGITS || !RequestCheck.isNumber(contentLength)) {
            return AMBIGUOUS;
        }
        left = Long.parseLong(contentLength);
        return endLine(left == 0 ? Part.START : Part.BODY);
    }

    private @Nullable String size(int b) {
        int digit = b < 128 ? Character.digit(b, 16) : -1;
        if (digit >= 0) {
            left = length == 0 ? digit : 16 * left + digit;
            length++;
            return length > SIZE_DIGITS ? BAD_CHUNK : null;
        }
        if (length == 0) {
            return BAD_CHUNK;
        }
        if (b == '\r') {
            return endSize();
        }
        extensions = 0;
        begin(Part.CHUNK_EXTENSION);
        return b == ';' || b == ' ' || b == '\t' ? null : BAD_CHUNK;
    }

    private @Nullable String extension(int b) {
        if (b == '\r') {
            return endSize();
        }
        return (b >= ' ' || b == '\t') && b < 127 && ++extensions <= MAX_EXTENSIONS ? null : BAD_CHUNK;
    }

    private @Nullable String endSize() {
        inTrailers = left == 0;
        trailers = 0;
        return endLine(inTrailers ? Part.FIELD : Part.CHUNK);
    }
}
