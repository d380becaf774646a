package io.http2duplex.internal.core;

import org.jspecify.annotations.Nullable;

/** A GET's headers, understood ({@code protocol.md}, sections "Opening", "Negotiation", "Attached and detached"). */
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
     * @param limit the offset up to which the download may be sent; 0 if nothing was said of it
     */
    record Resumes(String id, long number, long offset, long limit) implements DownloadRequest {}

    /** Is refused, and touches no session. */
    record Refused(Problem problem) implements DownloadRequest {}

    static DownloadRequest parse(RequestFields fields) {
        boolean opens = fields.get(HeaderNames.ID).isEmpty();
        if (!fields.isDialect2()) {
            return opens
                    ? new OpensPlain()
                    : refused("A GET with " + HeaderNames.ID + " resumes a duplex: it has " + HeaderNames.VERSION + ": "
                            + HeaderNames.DIALECT_2 + ".");
        }
        Long limit = number(fields, HeaderNames.LIMIT, opens ? DEFAULT_LIMIT : 0L);
        if (limit == null) {
            return malformed(HeaderNames.LIMIT);
        }
        if (opens) {
            return new OpensResumable(limit);
        }
        Problem problem = fields.idProblem();
        if (problem != null) {
            return new Refused(problem);
        }
        Long number = number(fields, HeaderNames.ATTACH, null);
        if (number == null || number == 0) {
            return malformed(HeaderNames.ATTACH);
        }
        Long offset = number(fields, HeaderNames.OFFSET, null);
        if (offset == null) {
            return malformed(HeaderNames.OFFSET);
        }
        return new Resumes(fields.get(HeaderNames.ID).get(0), number, offset, limit);
    }

    private static @Nullable Long number(RequestFields fields, String name, @Nullable Long absent) {
        if (fields.get(name).isEmpty()) {
            return absent;
        }
        String value = fields.only(name);
        boolean digits = value != null
                && !value.isEmpty()
                && value.length() <= 16
                && value.chars().allMatch(c -> c >= '0' && c <= '9');
        long number = digits ? Long.parseLong(value) : Long.MAX_VALUE;
        return number <= LARGEST ? number : null;
    }

    private static DownloadRequest malformed(String name) {
        return refused("The header " + name + " is to be one decimal number, at most " + LARGEST
                + ", and in a resuming GET it may be missing only if it is " + HeaderNames.LIMIT + ".");
    }

    private static DownloadRequest refused(String detail) {
        return new Refused(Problem.badHeaders(detail));
    }
}
