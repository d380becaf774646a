package io.http2duplex.internal.core;

import io.http2duplex.ErrorCode;
import io.http2duplex.ProblemType;
import org.jspecify.annotations.Nullable;

/**
 * A refusal, as the peer is told of it in an {@code application/problem+json} body (RFC 9457; {@code docs/protocol.md},
 * section "Refusals"). No member repeats text that came from the request.
 *
 * @param type a URN that names the {@linkplain ProblemType kind of problem}
 * @param title the kind of problem, for a person
 * @param status the HTTP status
 * @param detail what was wrong with this request, and what to do
 * @param number of a session that is over: the number of its reset, 0 if it ended in order; else null
 * @param reason of a session that its application has reset: why; else null
 * @param retryAfter seconds to wait before the next try, told in the field {@code Retry-After} alone; 0 if none is
 *     to follow, or at once
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable Integer number,
        @Nullable String reason,
        int retryAfter) {
    /** What is missing is free again soon: an upload's place, a thread. */
    private static final int SOON = 1;

    /** Nobody knows when a session ends. */
    private static final int LATER = 10;

    private static Problem of(ProblemType type, String detail) {
        return of(type, detail, null, null);
    }

    private static Problem of(ProblemType type, String detail, @Nullable Integer number, @Nullable String reason) {
        return new Problem(type.urn(), type.title(), type.status(), detail, number, reason, 0);
    }

    private Problem withRetryAfter(int seconds) {
        return new Problem(type, title, status, detail, number, reason, seconds);
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
                "The header " + HeaderNames.ID + " is to hold one id of " + SessionId.LENGTH
                        + " characters, as the response to the opening GET gave it.");
    }

    public static Problem badHeaders(String detail) {
        return of(ProblemType.BAD_HEADERS, detail);
    }

    /** For a request that names a session of the other dialect. */
    public static Problem otherDialect() {
        return badHeaders("The session is of another dialect: the header " + HeaderNames.VERSION
                + " is to be as in the opening GET and its response.");
    }

    public static Problem bodyCut(String detail) {
        return of(ProblemType.BODY_CUT, detail);
    }

    /** In dialect 2 what is missing may be sent again: a status that says so (RFC 9110, section 15.5.9). */
    public static Problem bodyIncomplete(String detail) {
        ProblemType type = ProblemType.BODY_CUT;
        return new Problem(type.urn(), type.title(), 408, detail, null, null, 0);
    }

    /**
     * For a body that does not get on.
     *
     * @param how what was waited for in vain, and what to do
     */
    public static Problem bodyTooSlow(String how) {
        return of(ProblemType.BODY_TOO_SLOW, "The rest of the body is not waited for: " + how);
    }

    public static Problem originNotAllowed() {
        return of(
                ProblemType.ORIGIN_NOT_ALLOWED,
                "Pages of that origin may not use this server's duplexes. Its own may, as its scheme and host reach it"
                        + " through proxies, and those of allowedOrigins of the DuplexHandler.");
    }

    /** With the application's own status. */
    public static Problem notAuthorized(int status, String detail) {
        ProblemType type = ProblemType.NOT_AUTHORIZED;
        return new Problem(type.urn(), type.title(), status, detail, null, null, 0);
    }

    /** For a request to a session that another account has opened. */
    public static Problem otherAccount() {
        return of(
                ProblemType.OTHER_ACCOUNT,
                "An account opened this duplex: only requests of the same account may use it. Send the credentials"
                        + " with each request.");
    }

    public static Problem authorizationFailed() {
        return of(ProblemType.AUTHORIZATION_FAILED, "Whether the request may could not be found out. Try later.")
                .withRetryAfter(SOON);
    }

    public static Problem unknownSession() {
        return of(
                ProblemType.UNKNOWN_SESSION,
                "There is no session of that id: it has ended, or it never was. Open a new one with GET.");
    }

    public static Problem methodNotAllowed() {
        return of(ProblemType.METHOD_NOT_ALLOWED, "GET opens a duplex, POST uploads to it.");
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
                "The offset is beyond what was sent: it is to be how much of the download has come.");
    }

    /** For a request to a session that ended in order. */
    public static Problem over() {
        return of(ProblemType.SESSION_OVER, "Both directions of this duplex have ended.", 0, null);
    }

    /** For a request to a session that has failed. The failure's cause stays in the server. */
    public static Problem gone(Failure failure) {
        String reason = failure.code() == ErrorCode.APPLICATION ? failure.reason() : null;
        return of(
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
        return of(
                        ProblemType.TOO_MANY_UPLOADS,
                        "A duplex may have " + limit + " POSTs open at once (maxOpenUploads of the DuplexHandler);"
                                + " wait for the answer before the next chunk.")
                .withRetryAfter(SOON);
    }

    /**
     * A limit of the server, not of a handler.
     *
     * @param found how much of what
     * @param option what sets the limit
     */
    public static Problem headTooLarge(String found, int limit, String option) {
        return of(
                ProblemType.HEAD_TOO_LARGE,
                "The head of the request has " + found + "; " + limit + " are allowed (" + option
                        + " of the DuplexServer). Send less of it, such as fewer cookies.");
    }

    public static Problem overloaded() {
        return of(ProblemType.OVERLOADED, "The server has no thread to handle a new duplex. Try later.")
                .withRetryAfter(SOON);
    }

    public static Problem shutDown() {
        return of(ProblemType.SHUT_DOWN, "The server takes no new duplexes. Try later.")
                .withRetryAfter(SOON);
    }

    public static Problem tooManySessions(int limit) {
        return of(
                        ProblemType.TOO_MANY_SESSIONS,
                        "The server holds " + limit
                                + " sessions at once (maxSessions of the DuplexHandler). Try again when some have ended.")
                .withRetryAfter(LATER);
    }

    public static Problem tooManySessionsOfConnection(int limit) {
        return of(
                        ProblemType.TOO_MANY_SESSIONS_OF_CONNECTION,
                        "A connection may open " + limit + " sessions that live at once (maxSessionsPerConnection of"
                                + " the DuplexHandler). End one, or use another connection.")
                .withRetryAfter(LATER);
    }

    public static Problem tooManySessionsOfAddress(int limit) {
        return of(
                        ProblemType.TOO_MANY_SESSIONS_OF_ADDRESS,
                        "An address may open " + limit + " sessions that live at once (maxSessionsPerAddress of the"
                                + " DuplexHandler). Try again when some have ended.")
                .withRetryAfter(LATER);
    }

    public static Problem tooManySessionsOfAccount(int limit) {
        return of(
                        ProblemType.TOO_MANY_SESSIONS_OF_ACCOUNT,
                        "An account may have " + limit + " sessions at once (maxSessionsPerAccount of the"
                                + " DuplexHandler). End one, or try again when some have ended.")
                .withRetryAfter(LATER);
    }

    /**
     * For a GET that comes too fast behind others.
     *
     * @param retryAfter seconds until one more is allowed
     */
    public static Problem tooManyOpens(int limit, int retryAfter) {
        return of(
                        ProblemType.TOO_MANY_OPENS,
                        "An address may open " + limit
                                + " duplexes a minute (maxOpensPerMinute of the DuplexHandler). Try later.")
                .withRetryAfter(retryAfter);
    }
}
