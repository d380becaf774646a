package io.http2duplex.internal.core;

import io.http2duplex.ErrorCode;
import io.http2duplex.ProblemType;
import org.jspecify.annotations.Nullable;

/**
 * A refusal: the content of an {@code application/problem+json} body (RFC 9457; {@code docs/protocol.md}, section
 * "Refusals"). No member repeats text that came from the request.
 *
 * @param type a URN that names the {@linkplain ProblemType kind of problem}
 * @param title the kind of problem, for a person
 * @param status the HTTP status
 * @param detail what was wrong with this request, and what to do
 * @param number the number of the session's reset, 0 if it ended cleanly; null if it lives
 * @param reason why the application has reset the session; null if it has not
 * @param retryAfter the value of the field {@code Retry-After}, in seconds; 0 for none
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable Integer number,
        @Nullable String reason,
        int retryAfter) {
    /** In seconds: a place for an upload, or a thread, is free again soon. */
    private static final int SOON = 1;

    /** In seconds: nobody knows when a session ends. */
    private static final int LATER = 10;

    /** {@return the name of its type} */
    public String name() {
        return type.substring(type.lastIndexOf(':') + 1);
    }

    private static Problem of(ProblemType type, String detail) {
        return of(type, type.status(), detail);
    }

    private static Problem of(ProblemType type, int status, String detail) {
        return new Problem(type.urn(), type.title(), status, detail, null, null, 0);
    }

    private static Problem ended(ProblemType type, String detail, int number, @Nullable String reason) {
        return new Problem(type.urn(), type.title(), type.status(), detail, number, reason, 0);
    }

    private static Problem later(ProblemType type, int retryAfter, String detail) {
        return new Problem(type.urn(), type.title(), type.status(), detail, null, null, retryAfter);
    }

    public static Problem missingId() {
        return of(
                ProblemType.MISSING_ID,
                "An upload names its session in the header " + HeaderNames.ID + ", as the response to the opening GET"
                        + " gave it.");
    }

    public static Problem malformedId() {
        return of(
                ProblemType.MALFORMED_ID,
                "The header " + HeaderNames.ID + " must hold one id of " + SessionId.LENGTH
                        + " characters, perhaps with a route, as the response to the opening GET gave it.");
    }

    public static Problem badHeaders(String detail) {
        return of(ProblemType.BAD_HEADERS, detail);
    }

    /** For a request that names a session of the other dialect. */
    public static Problem otherDialect() {
        return badHeaders("The session is of another dialect: the header " + HeaderNames.VERSION
                + " must be as in the opening GET and its response.");
    }

    public static Problem bodyCut(String detail) {
        return of(ProblemType.BODY_CUT, detail);
    }

    /** In dialect 2 what is missing may be sent again: a status that says so (RFC 9110, section 15.5.9). */
    public static Problem bodyIncomplete(String detail) {
        return of(ProblemType.BODY_CUT, 408, detail);
    }

    /** For a body that makes no progress: what did not come within which time, and what to do. */
    public static Problem bodyTooSlow(String how) {
        return of(ProblemType.BODY_TOO_SLOW, "The body was too slow: " + how);
    }

    public static Problem originNotAllowed() {
        return of(
                ProblemType.ORIGIN_NOT_ALLOWED,
                "Pages of that origin may not use this server's duplexes. Pages of the server's own scheme and host"
                        + " may, and those of the option allowedOrigins.");
    }

    /** With the application's own status. */
    public static Problem notAuthorized(int status, String detail) {
        return of(ProblemType.NOT_AUTHORIZED, status, detail);
    }

    /** For a request to a session that another account has opened. */
    public static Problem otherAccount() {
        return of(
                ProblemType.OTHER_ACCOUNT,
                "An account opened this duplex: only requests of the same account may use it. Send the credentials"
                        + " with each request.");
    }

    public static Problem authorizationFailed() {
        return later(
                ProblemType.AUTHORIZATION_FAILED,
                SOON,
                "The server could not check whether this request is allowed. Try again later.");
    }

    public static Problem unknownSession() {
        return of(
                ProblemType.UNKNOWN_SESSION,
                "There is no session of that id: it has ended, or it never existed. Open a new one with GET.");
    }

    /** For a socket with a ticket that was used, or that is not the newest of a session that lives. */
    public static Problem unknownTicket() {
        return of(
                ProblemType.UNKNOWN_SESSION,
                "There is no session with that ticket, or a later download has brought another.");
    }

    /** For an id that has another node's route. */
    public static Problem otherNode() {
        return of(
                ProblemType.OTHER_NODE,
                "The session lives on another node: its id ends with that node's route. Whatever spreads requests over"
                        + " the nodes must heed " + HeaderNames.ID + ". Try again.");
    }

    public static Problem methodNotAllowed() {
        return of(
                ProblemType.METHOD_NOT_ALLOWED,
                "GET opens a duplex, POST uploads to it. (PUT opens one of one request on a DuplexHandler whose option"
                        + " oneRequest is set.)");
    }

    /** For a PUT that names a session. */
    public static Problem putWithId() {
        return badHeaders("PUT opens a duplex of its own, and carries it: it has no header " + HeaderNames.ID + ".");
    }

    public static Problem uploadEnded() {
        return of(
                ProblemType.UPLOAD_ENDED,
                "The client had ended its side of this duplex: no bytes can follow. The duplex was reset.");
    }

    /** For a resuming GET that another one has overtaken. */
    public static Problem staleAttach() {
        return of(
                ProblemType.STALE_ATTACH,
                "Another download has been attached to this duplex meanwhile: attach with a larger number.");
    }

    /** For a resuming GET from an offset that was not sent yet. */
    public static Problem badOffset() {
        return of(
                ProblemType.BAD_OFFSET,
                "The offset is beyond what was sent: it must be the offset up to which the client has the download.");
    }

    /** For a request to a session that ended cleanly. */
    public static Problem sessionOver() {
        return ended(ProblemType.SESSION_OVER, "Both directions of this duplex have ended.", 0, null);
    }

    /** For a request to a session that has failed. The failure's cause stays in the server. */
    public static Problem sessionReset(Failure failure) {
        String reason = failure.code() == ErrorCode.APPLICATION ? failure.reason() : null;
        return ended(
                ProblemType.SESSION_RESET,
                "The duplex was reset with code " + failure.number() + " (" + failure.code() + ")"
                        + (reason == null ? "" : ": " + reason) + ".",
                failure.number(),
                reason);
    }

    /** For a POST with frames that break the rules. */
    public static Problem malformedFrame(String detail) {
        return of(ProblemType.MALFORMED_FRAME, detail + " The duplex was reset.");
    }

    /** For a POST with more bytes than the window allows. */
    public static Problem beyondWindow(String detail) {
        return of(ProblemType.BEYOND_WINDOW, detail + " The duplex was reset.");
    }

    public static Problem chunkTooLarge(long limit) {
        return of(
                ProblemType.CHUNK_TOO_LARGE,
                "A chunk may hold " + limit + " bytes at most; send the bytes in several POSTs.");
    }

    public static Problem outOfTurn(int limit) {
        return of(
                ProblemType.OUT_OF_TURN,
                "POSTs that overtake an unfinished one may hold " + limit
                        + " bytes in all; wait for the answer before the next chunk. The duplex was reset.");
    }

    public static Problem tooManyUploads(int limit) {
        return later(
                ProblemType.TOO_MANY_UPLOADS,
                SOON,
                "A duplex may have " + limit + " POSTs open at once (option maxOpenUploads);"
                        + " wait for the answer before the next chunk.");
    }

    /** For a head that has too much of something, by an option of the server. */
    public static Problem headTooLarge(String found, int limit, String option) {
        return of(
                ProblemType.HEAD_TOO_LARGE,
                "The head of the request has " + found + "; " + limit + " are allowed (" + option
                        + " of the DuplexServer). Send less of it, such as fewer cookies.");
    }

    public static Problem overloaded() {
        return later(ProblemType.OVERLOADED, SOON, "The server has no thread to handle the request. Try again later.");
    }

    public static Problem shutDown() {
        return later(ProblemType.SHUT_DOWN, SOON, "The server accepts no new duplexes. Try again later.");
    }

    public static Problem tooManySessions(int limit) {
        return later(
                ProblemType.TOO_MANY_SESSIONS,
                LATER,
                "The server holds " + limit
                        + " sessions at once (option maxSessions). Try again when some have ended.");
    }

    public static Problem tooManySessionsOfConnection(int limit) {
        return later(
                ProblemType.TOO_MANY_SESSIONS_OF_CONNECTION,
                LATER,
                "A connection may open " + limit + " sessions that live at once (option maxSessionsPerConnection)."
                        + " End one, or use another connection.");
    }

    /** For a GET that would leave its connection no stream for uploads. */
    public static Problem tooFewStreams() {
        return later(
                ProblemType.TOO_MANY_SESSIONS_OF_CONNECTION,
                LATER,
                "The connection has hardly a stream left (maxStreams of the DuplexServer), so that nothing could be sent"
                        + " on this session. End one, or use another connection.");
    }

    /** For a POST without a length: a streaming one would hold a stream for as long as its session lives. */
    public static Problem lengthRequired() {
        return of(
                ProblemType.LENGTH_REQUIRED,
                "Few streams of the connection are left (maxStreams of the DuplexServer). Send POSTs that end.");
    }

    /** For a POST without a length, on a container that closes the connections of streaming ones. */
    public static Problem smallFramesNotTaken() {
        return of(
                ProblemType.LENGTH_REQUIRED,
                "The server closes connections on which small pieces of a body come (streamingUploads of the"
                        + " DuplexServlet). Send POSTs that end.");
    }

    /** For a POST of dialect 1 without a length, on a container on which its end can't be trusted. */
    public static Problem cutLooksLikeEnd() {
        return of(
                ProblemType.LENGTH_REQUIRED,
                "With this server an upload that was cut may look like one that has ended, which dialect 1 could not"
                        + " tell. Send POSTs with a length, or use dialect 2.");
    }

    public static Problem tooManySessionsOfAddress(int limit) {
        return later(
                ProblemType.TOO_MANY_SESSIONS_OF_ADDRESS,
                LATER,
                "An address may open " + limit + " sessions that live at once (option maxSessionsPerAddress)."
                        + " Try again when some have ended.");
    }

    /** For a socket that has asked for no session in time. */
    public static Problem noAttach() {
        return of(ProblemType.NO_ATTACH, "ATTACH has not come in time.");
    }

    /** For a socket that comes while many have asked for no session yet. */
    public static Problem tooManySockets() {
        return of(ProblemType.TOO_MANY_SOCKETS, "Too many sockets are open that have no session yet.");
    }

    public static Problem tooManySessionsOfAccount(int limit) {
        return later(
                ProblemType.TOO_MANY_SESSIONS_OF_ACCOUNT,
                LATER,
                "An account may have " + limit + " sessions at once (option maxSessionsPerAccount)."
                        + " End one, or try again when some have ended.");
    }

    /** For a GET that comes too fast behind others: in so many seconds one more is allowed. */
    public static Problem tooManyOpens(int limit, int retryAfter) {
        return later(
                ProblemType.TOO_MANY_OPENS,
                retryAfter,
                "An address may open " + limit + " duplexes a minute (option maxOpensPerMinute). Try again later.");
    }
}
