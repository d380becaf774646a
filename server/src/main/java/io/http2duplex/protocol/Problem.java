package io.http2duplex.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A refusal, as the peer is told of it in an {@code application/problem+json} body (RFC 9457; {@code PROTOCOL.md},
 * section "Refusals"). No member repeats text that came from the request.
 *
 * @param type a URN that names the kind of problem
 * @param title the kind of problem, for a person
 * @param status the HTTP status
 * @param detail what was wrong with this request, and what to do
 * @param number of a session that is over: the number of its reset, 0 if it ended in order; else null
 * @param reason of a session that its application has reset: why; else null
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable Integer number,
        @Nullable String reason) {

    private static Problem of(int status, String slug, String title, String detail) {
        return new Problem("urn:http2-duplex:problem:" + slug, title, status, detail, null, null);
    }

    public static Problem missingId() {
        return of(
                400,
                "missing-id",
                "Session id missing",
                "An upload names its session in the header " + HeaderNames.ID + ", as the response to the opening GET"
                        + " gave it.");
    }

    public static Problem malformedId() {
        return of(
                400,
                "malformed-id",
                "Session id malformed",
                "The header " + HeaderNames.ID + " is to hold one id of " + SessionId.LENGTH
                        + " characters, as the response to the opening GET gave it.");
    }

    public static Problem badHeaders(String detail) {
        return of(400, "bad-headers", "Headers malformed or contradictory", detail);
    }

    /** For a request that names a session of the other dialect. */
    public static Problem otherDialect() {
        return badHeaders("The session is of another dialect: the header " + HeaderNames.VERSION
                + " is to be as in the opening GET and its response.");
    }

    public static Problem bodyCut(String detail) {
        return of(400, "body-cut", "Body cut", detail);
    }

    /** In dialect 2 what is missing may be sent again: a status that says so (RFC 9110, section 15.5.9). */
    public static Problem bodyIncomplete(String detail) {
        return of(408, "body-cut", "Body cut", detail);
    }

    public static Problem unknownSession() {
        return of(
                404,
                "unknown-session",
                "Session unknown",
                "There is no session of that id: it has ended, or it never was. Open a new one with GET.");
    }

    public static Problem methodNotAllowed() {
        return of(405, "method-not-allowed", "Method not allowed", "GET opens a duplex, POST uploads to it.");
    }

    public static Problem uploadEnded() {
        return of(
                409,
                "upload-ended",
                "Upload ended",
                "The client had ended its side of this duplex: no bytes can follow. The duplex was reset.");
    }

    /** For a resuming GET that another one has overtaken. */
    public static Problem staleAttach() {
        return of(
                409,
                "stale-attach",
                "Attach overtaken",
                "Another download has been attached to this duplex meanwhile: attach with a larger number.");
    }

    /** For a resuming GET from an offset that was not sent yet. */
    public static Problem badOffset() {
        return of(
                409,
                "bad-offset",
                "Offset not sent yet",
                "The offset is beyond what was sent: it is to be how much of the download has come.");
    }

    /** For a request to a session that ended in order. */
    public static Problem over() {
        return new Problem(
                "urn:http2-duplex:problem:session-over",
                "Session over",
                410,
                "Both directions of this duplex have ended.",
                0,
                null);
    }

    /** For a request to a session that has failed. The failure's cause stays in the server. */
    public static Problem gone(Failure failure) {
        String reason = failure.code() == ErrorCode.APPLICATION ? failure.reason() : null;
        return new Problem(
                "urn:http2-duplex:problem:session-reset",
                "Session reset",
                410,
                "The duplex was reset with code " + failure.number() + " (" + failure.code() + ")"
                        + (reason == null ? "" : ": " + reason) + ".",
                failure.number(),
                reason);
    }

    /** For a POST with frames that break the rules. */
    public static Problem malformedFrame(String detail) {
        return of(400, "malformed-frame", "Frame malformed", detail + " The duplex was reset.");
    }

    /** For a POST with more bytes than the window allows. */
    public static Problem beyondWindow(String detail) {
        return of(413, "beyond-window", "Beyond the window", detail + " The duplex was reset.");
    }

    public static Problem chunkTooLarge(long limit) {
        return of(
                413,
                "chunk-too-large",
                "Chunk too large",
                "A chunk may hold " + limit + " bytes at most; send the bytes in several POSTs.");
    }

    public static Problem outOfTurn(int limit) {
        return of(
                413,
                "out-of-turn",
                "Too much out of turn",
                "POSTs that overtake an unfinished one may hold " + limit
                        + " bytes in all; wait for the answer before the next chunk. The duplex was reset.");
    }

    public static Problem tooManyUploads(int limit) {
        return of(
                429,
                "too-many-uploads",
                "Too many uploads at once",
                "A duplex may have " + limit + " POSTs open at once; wait for the answer before the next chunk.");
    }

    public static Problem overloaded() {
        return of(
                503, "overloaded", "Server overloaded", "The server has no thread to handle a new duplex. Try later.");
    }

    public static Problem shutDown() {
        return of(503, "shut-down", "Server shutting down", "The server takes no new duplexes. Try later.");
    }
}
