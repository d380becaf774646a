package io.http2duplex.internal.core.plain;

import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.RequestFields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A POST's headers, understood. Either {@code problem} is null and the rest is valid, or the request is refused with
 * that problem and touches no session.
 *
 * @param id the session's id; empty if there is a problem
 * @param kind what the upload is
 * @param contentLength the length that the body is announced to have, in bytes; -1 if it was not announced
 * @param problem why the request is refused; null if it is not
 */
public record UploadRequest(
        String id,
        UploadKind kind,
        long contentLength,
        @Nullable Problem problem) {

    public static UploadRequest parse(RequestFields fields, long maxChunkSize) {
        Problem idProblem = fields.idProblem();
        if (idProblem != null) {
            return refused(idProblem);
        }
        for (String name : List.of(HeaderNames.SINGLE, HeaderNames.END, HeaderNames.DESTROYED)) {
            List<String> values = fields.get(name);
            if (values.size() > 1 || (!values.isEmpty() && !isBoolean(values.get(0)))) {
                return refused(Problem.badHeaders("The header " + name + " is to be true or false, once."));
            }
        }
        boolean single = isTrue(fields, HeaderNames.SINGLE);
        boolean end = isTrue(fields, HeaderNames.END);
        boolean destroyed = isTrue(fields, HeaderNames.DESTROYED);
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
        long contentLength = contentLength(fields.get("content-length"));
        if (contentLength == MALFORMED) {
            return refused(Problem.badHeaders("The header content-length is to be one number of bytes."));
        }
        if (kind != UploadKind.SINGLE && contentLength > maxChunkSize) {
            return refused(Problem.chunkTooLarge(maxChunkSize));
        }
        return new UploadRequest(fields.get(HeaderNames.ID).get(0), kind, contentLength, null);
    }

    private static final long MALFORMED = -2;

    private static long contentLength(List<String> values) {
        if (values.isEmpty()) {
            return -1;
        }
        String value = values.get(0);
        boolean digits =
                !value.isEmpty() && value.length() <= 18 && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return values.size() == 1 && digits ? Long.parseLong(value) : MALFORMED;
    }

    private static boolean isBoolean(String value) {
        return value.equals("true") || value.equals("false");
    }

    private static boolean isTrue(RequestFields fields, String name) {
        List<String> values = fields.get(name);
        return !values.isEmpty() && values.get(0).equals("true");
    }

    private static UploadRequest refused(Problem problem) {
        return new UploadRequest("", UploadKind.CHUNK, -1, problem);
    }
}
