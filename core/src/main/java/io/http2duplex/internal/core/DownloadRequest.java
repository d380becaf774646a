package io.http2duplex.internal.core;

import io.http2duplex.DownloadMode;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The headers of a GET ({@code protocol.md}, sections "Opening", "Negotiation", "Attached and detached"). */
public sealed interface DownloadRequest {
    /** The largest offset, limit and attach number: a JavaScript number holds it. */
    long LARGEST = (1L << 53) - 1;

    /** The download's limit where an opening GET of dialect 2 gives none, in bytes. */
    long DEFAULT_LIMIT = 65_536;

    /** The content type of typed streams. */
    String EVENT_STREAM = "text/event-stream";

    /** The longest that a poll may ask to wait, in milliseconds: a day. */
    long LONGEST_WAIT = 86_400_000;

    /** A millisecond in nanoseconds. */
    long NANOS_PER_MILLI = 1_000_000;

    /** A secret of at least 128 bits, as a client writes it. */
    Pattern OPENING = Pattern.compile("[A-Za-z0-9_-]{22,64}");

    /** Opens a duplex of dialect 1. */
    record OpensPlain() implements DownloadRequest {}

    /**
     * Opens a duplex of dialect 2.
     *
     * @param opening the client's secret of this opening; null if it gives none
     * @param number which attempt to open this is, from 0
     * @param limit the offset up to which the download may be sent
     * @param way how the download must travel
     */
    record OpensResumable(@Nullable String opening, long number, long limit, DownloadWay way)
            implements DownloadRequest {}

    /**
     * Resumes a duplex of dialect 2.
     *
     * @param id the session's id
     * @param number which attempt to attach this is, from 1
     * @param offset the download's confirmed offset
     * @param limit the offset up to which the download may be sent; 0 if none was given
     * @param way how the download must travel
     */
    record Resumes(String id, long number, long offset, long limit, DownloadWay way) implements DownloadRequest {}

    /** Is refused, and affects no session. */
    record Refused(Problem problem) implements DownloadRequest {}

    static DownloadRequest parse(RequestFields fields) {
        boolean opens = fields.get(HeaderNames.ID).isEmpty();
        if (!fields.isDialect2()) {
            return opens
                    ? openingPlain(fields)
                    : refused("A GET with " + HeaderNames.ID + " resumes a duplex: it has " + HeaderNames.VERSION + ": "
                            + HeaderNames.DIALECT_2 + ".");
        }
        long limit = fields.number(HeaderNames.LIMIT);
        if (limit == RequestFields.MALFORMED || limit > LARGEST) {
            return malformed(HeaderNames.LIMIT);
        }
        long wait = fields.number(HeaderNames.POLL);
        if (wait == RequestFields.MALFORMED || wait > LONGEST_WAIT) {
            return malformed(HeaderNames.POLL);
        }
        DownloadWay way = way(fields, wait);
        if (opens) {
            return opening(fields, limit == RequestFields.ABSENT ? DEFAULT_LIMIT : limit, way);
        }
        Problem problem = fields.idProblem();
        if (problem != null) {
            return new Refused(problem);
        }
        long number = fields.number(HeaderNames.ATTACH);
        if (number < 1 || number > LARGEST) {
            return malformed(HeaderNames.ATTACH);
        }
        long offset = fields.number(HeaderNames.OFFSET);
        if (offset < 0 || offset > LARGEST) {
            return malformed(HeaderNames.OFFSET);
        }
        return new Resumes(fields.get(HeaderNames.ID).get(0), number, offset, Math.max(0, limit), way);
    }

    /** A proxy that refuses WebSockets may pass on what is left of the request for one. */
    private static DownloadRequest openingPlain(RequestFields fields) {
        return fields.get(HeaderNames.WEB_SOCKET_KEY).isEmpty()
                ? new OpensPlain()
                : refused(
                        "The request asks for a WebSocket, but the server does not allow WebSockets here, or a proxy has"
                                + " not passed on all of the request. It opens no duplex.");
    }

    private static DownloadRequest opening(RequestFields fields, long limit, DownloadWay way) {
        String opening = fields.only(HeaderNames.OPENING);
        if (opening == null
                ? !fields.get(HeaderNames.OPENING).isEmpty()
                : !OPENING.matcher(opening).matches()) {
            return refused("The header " + HeaderNames.OPENING + " must have 22 to 64 characters of base64url, once.");
        }
        long number = fields.number(HeaderNames.ATTACH);
        return number == RequestFields.MALFORMED || number > LARGEST
                ? malformed(HeaderNames.ATTACH)
                : new OpensResumable(opening, Math.max(0, number), limit, way);
    }

    private static DownloadWay way(RequestFields fields, long wait) {
        if (wait >= 0) {
            return new DownloadWay(DownloadMode.POLLING, wait * NANOS_PER_MILLI);
        }
        boolean typed = fields.get("Accept").stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .anyMatch(DownloadRequest::isEventStream);
        return typed ? new DownloadWay(DownloadMode.TYPED, 0) : DownloadWay.STREAMING;
    }

    /** {@return whether a media range (RFC 9110, section 12.5.1) names that type, and does not exclude it} */
    private static boolean isEventStream(String range) {
        String[] parts = range.split(";");
        return parts.length > 0
                && parts[0].strip().equalsIgnoreCase(EVENT_STREAM)
                && Stream.of(parts).noneMatch(part -> part.strip().matches("q=0(\\.0*)?"));
    }

    private static DownloadRequest malformed(String name) {
        return refused("The header " + name + " must be one decimal number, at most " + LARGEST
                + ". A resuming GET has " + HeaderNames.ATTACH + " and " + HeaderNames.OFFSET + ".");
    }

    private static DownloadRequest refused(String detail) {
        return new Refused(Problem.badHeaders(detail));
    }
}
