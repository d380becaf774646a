package io.http2duplex.internal.core;

/** The headers of a GET ({@code protocol.md}, sections "Opening", "Negotiation", "Attached and detached"). */
public sealed interface DownloadRequest {
    /** The largest offset, limit and attach number: a JavaScript number holds it. */
    long LARGEST = (1L << 53) - 1;

    /** The download's limit where an opening GET of dialect 2 gives none, in bytes. */
    long DEFAULT_LIMIT = 65_536;

    /** Opens a duplex of dialect 1. */
    record OpensPlain() implements DownloadRequest {}

    /**
     * Opens a duplex of dialect 2.
     *
     * @param limit the offset up to which the download may be sent
     */
    record OpensResumable(long limit) implements DownloadRequest {}

    /**
     * Resumes a duplex of dialect 2.
     *
     * @param id the session's id
     * @param number which attempt to attach this is, from 1
     * @param offset the download's confirmed offset
     * @param limit the offset up to which the download may be sent; 0 if none was given
     */
    record Resumes(String id, long number, long offset, long limit) implements DownloadRequest {}

    /** Is refused, and affects no session. */
    record Refused(Problem problem) implements DownloadRequest {}

    static DownloadRequest parse(RequestFields fields) {
        boolean opens = fields.get(HeaderNames.ID).isEmpty();
        if (!fields.isDialect2()) {
            return opens
                    ? new OpensPlain()
                    : refused("A GET with " + HeaderNames.ID + " resumes a duplex: it has " + HeaderNames.VERSION + ": "
                            + HeaderNames.DIALECT_2 + ".");
        }
        long limit = fields.number(HeaderNames.LIMIT);
        if (limit == RequestFields.MALFORMED || limit > LARGEST) {
            return malformed(HeaderNames.LIMIT);
        }
        if (opens) {
            return new OpensResumable(limit == RequestFields.ABSENT ? DEFAULT_LIMIT : limit);
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
        return new Resumes(fields.get(HeaderNames.ID).get(0), number, offset, Math.max(0, limit));
    }

    private static DownloadRequest malformed(String name) {
        return refused("The header " + name + " must be one decimal number, at most " + LARGEST
                + ". A resuming GET has " + HeaderNames.ATTACH + " and " + HeaderNames.OFFSET + ".");
    }

    private static DownloadRequest refused(String detail) {
        return new Refused(Problem.badHeaders(detail));
    }
}
