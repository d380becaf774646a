package io.http2duplex.internal.core.plain;

import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.RequestFields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a POST of dialect 1. Either {@code problem} is null and the rest is valid, or the request is refused
 * with that problem and affects no session.
 *
 * @param id the session's id; empty if there is a problem
 * @param kind what the upload is
 * @param contentLength the length that the body is announced to have, in bytes; {@link RequestFields#ABSENT} if none was
 * @param problem why the request is refused; null if it is not
 */
public record UploadRequest(
        String id,
        UploadKind kind,
        long contentLength,
        @Nullable Problem problem) {

    private static final String TRUE = "true";
    private static final String FALSE = "false";

    public static UploadRequest parse(RequestFields fields, long maxChunkSize) {
        Problem idProblem = fields.idProblem();
        if (idProblem != null) {
            return refused(idProblem);
        }
        for (String name : List.of(HeaderNames.SINGLE, HeaderNames.END, HeaderNames.DESTROYED)) {
            String value = fields.get(name).isEmpty() ? FALSE : fields.only(name);
            if (!FALSE.equals(value) && !TRUE.equals(value)) {
                return refused(Problem.badHeaders("The header " + name + " must be true or false, once."));
            }
        }
        boolean single = TRUE.equals(fields.only(HeaderNames.SINGLE));
        boolean end = TRUE.equals(fields.only(HeaderNames.END));
        boolean destroyed = TRUE.equals(fields.only(HeaderNames.DESTROYED));
        if (single && end) {
            return refused(Problem.badHeaders("The headers " + HeaderNames.SINGLE + " and " + HeaderNames.END
                    + " exclude each other: a single upload ends with its body."));
        }
        if (destroyed && !end) {
            return refused(Problem.badHeaders(
                    "The header " + HeaderNames.DESTROYED + " goes together with " + HeaderNames.END + ": true."));
        }
        UploadKind kind =
                destroyed ? UploadKind.DESTROY : end ? UploadKind.END : single ? UploadKind.SINGLE : UploadKind.CHUNK;
        long contentLength = fields.number("content-length");
        if (contentLength == RequestFields.MALFORMED) {
            return refused(Problem.badHeaders("The header content-length must be one number of bytes."));
        }
        if (kind != UploadKind.SINGLE && contentLength > maxChunkSize) {
            return refused(Problem.chunkTooLarge(maxChunkSize));
        }
        return new UploadRequest(fields.get(HeaderNames.ID).get(0), kind, contentLength, null);
    }

    private static UploadRequest refused(Problem problem) {
        return new UploadRequest("", UploadKind.CHUNK, -1, problem);
    }
}
