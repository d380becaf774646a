package io.http2duplex;

import io.http2duplex.protocol.Problem;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an {@link Authorizer} has decided. Immutable. */
public final class Authorization {
    private static final Authorization ACCEPTED = new Authorization(null, null, null);

    private final @Nullable String account;
    private final @Nullable Problem problem;
    private final @Nullable String challenge;

    private Authorization(@Nullable String account, @Nullable Problem problem, @Nullable String challenge) {
        this.account = account;
        this.problem = problem;
        this.challenge = challenge;
    }

    /** {@return accepts the request; its account is whom Undertow's security handlers have authenticated, if anybody} */
    public static Authorization accept() {
        return ACCEPTED;
    }

    /**
     * {@return accepts the request in the name of an account}
     *
     * @param account what names it among all accounts
     */
    public static Authorization accept(String account) {
        return new Authorization(Objects.requireNonNull(account, "account"), null, null);
    }

    /**
     * {@return refuses the request}
     *
     * @param status of HTTP, 400 to 499
     * @param detail what was wrong, and what to do: it is told to the client
     */
    public static Authorization refuse(int status, String detail) {
        if (status < 400 || status > 499) {
            throw new IllegalArgumentException("status is to be 400 to 499, not " + status);
        }
        return new Authorization(null, Problem.notAuthorized(status, Objects.requireNonNull(detail, "detail")), null);
    }

    /**
     * {@return refuses the request with 401, since nobody was authenticated}
     *
     * @param challenge how to authenticate, the value of the field {@code WWW-Authenticate} (RFC 9110, section 11.6.1),
     *     such as {@code Bearer}
     * @param detail what was wrong, and what to do: it is told to the client
     */
    public static Authorization challenge(String challenge, String detail) {
        if (!challenge.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("challenge is to be of the printable characters of ASCII");
        }
        return new Authorization(null, refuse(401, detail).problem, challenge);
    }

    /** {@return a refusal of the handler's own} */
    static Authorization refuse(Problem problem) {
        return new Authorization(null, problem, null);
    }

    /** {@return the same, with this account unless it names one} */
    Authorization or(@Nullable String other) {
        return account != null || problem != null ? this : new Authorization(other, null, null);
    }

    /** {@return whose the request is; null if it is nobody's, or refused} */
    @Nullable
    String account() {
        return account;
    }

    /** {@return why the request is refused; null if it is accepted} */
    @Nullable
    Problem problem() {
        return problem;
    }

    /** {@return how to authenticate; null if that is not told} */
    @Nullable
    String challenge() {
        return challenge;
    }
}
