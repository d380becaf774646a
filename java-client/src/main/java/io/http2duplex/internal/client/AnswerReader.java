package io.http2duplex.internal.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.http2duplex.ProblemType;
import io.http2duplex.client.transport.AnswerException;
import io.http2duplex.client.transport.Transport.Head;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.resumable.client.Answer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A reader of the answer to a request that was not accepted. Used by one thread at a time. */
final class AnswerReader {
    /** How much of a body is read: a problem is far shorter. */
    static final int MAX_BYTES = 16_384;

    private static final String PREFIX = "urn:http2-duplex:problem:";
    private static final int MAX_FIRST_LINE = 100;
    private static final String OLD = "an answer to another GET, which a cache has kept";
    /** A pause in seconds; a date is not heeded. */
    private static final String SECONDS = "[0-9]{1,6}";

    private final Head head;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);

    AnswerReader(Head head) {
        this.head = head;
    }

    /** {@return the answer to a POST whose frames were processed} */
    static Answer processed() {
        return new Answer(Answer.PROCESSED, null, 0, new AnswerException(Answer.PROCESSED, null, "204"));
    }

    int status() {
        return head.status();
    }

    /** {@return whether more bytes are not needed} */
    boolean take(ByteBuffer bytes) {
        int count = Math.min(bytes.remaining(), MAX_BYTES - body.size());
        byte[] taken = new byte[count];
        bytes.get(taken);
        body.write(taken, 0, count);
        return body.size() == MAX_BYTES;
    }

    Answer answer() {
        String text = body.toString(UTF_8);
        Problem problem = problem(text);
        int status = head.status();
        String said = problem == null
                ? status + redirect() + explanation(text)
                : status + " " + problem.type().substring(PREFIX.length()) + ": " + problem.detail();
        AnswerException exception = new AnswerException(status, problem == null ? null : typeOf(problem), said);
        return new Answer(status, problem, retryAfterNanos(), exception);
    }

    private static @Nullable ProblemType typeOf(Problem problem) {
        return Arrays.stream(ProblemType.values())
                .filter(type -> type.urn().equals(problem.type()))
                .findAny()
                .orElse(null);
    }

    /** {@return what the server says; null if that is not the server's answer, or that of a server that has no session} */
    private @Nullable Problem problem(String text) {
        String type = head.field("content-type");
        if (type == null || !type.matches("(?i)application/problem\\+json *(;.*)?")) {
            return null;
        }
        Map<String, Object> members = FlatJson.read(text);
        if (members == null
                || !(members.get("type") instanceof String urn)
                || !urn.startsWith(PREFIX)
                || urn.equals(ProblemType.OTHER_NODE.urn())) {
            return null;
        }
        Integer number = members.get("number") instanceof Long known && known >= 0 && known <= 65_535
                ? Integer.valueOf(known.intValue())
                : null;
        String reason = members.get("reason") instanceof String known ? known : null;
        return new Problem(
                Failure.line(urn),
                text(members.get("title")),
                head.status(),
                text(members.get("detail")),
                number,
                reason,
                (int) TimeUnit.NANOSECONDS.toSeconds(retryAfterNanos()));
    }

    private static String text(@Nullable Object member) {
        return member instanceof String known ? Failure.line(known) : "";
    }

    /** {@return what it is, or its first line} */
    private String explanation(String text) {
        if (head.status() == 200 && head.field(HeaderNames.ATTACH) != null) { // it carries a download
            return ": " + OLD;
        }
        return text.isBlank() ? "" : ": " + cut(text.strip().lines().findFirst().orElse(""));
    }

    /** {@return where to, if it is one that the transport has not followed} */
    private String redirect() {
        String location = head.field("location");
        return location == null || head.status() / 100 != 3 ? "" : " (a redirect to " + cut(location) + ")";
    }

    private static String cut(String line) {
        return Failure.line(line.substring(0, Math.min(line.length(), MAX_FIRST_LINE)));
    }

    private long retryAfterNanos() {
        String asked = head.field("retry-after");
        return asked != null && asked.matches(SECONDS) ? TimeUnit.SECONDS.toNanos(Long.parseLong(asked)) : 0;
    }
}
