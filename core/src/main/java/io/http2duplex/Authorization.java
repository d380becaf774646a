package io.http2duplex;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The decision of an {@link Authorizer}. Immutable. */
public final class Authorization {
    private static final Authorization ACCEPTED = new Authorization(null, 0, "", null);

    private final @Nullable String account;
    private final int status;
    private final String detail;
    private final @Nullable String challenge;

    private Authorization(@Nullable String account, int status, String detail, @Nullable String challenge) {
        this.account = account;
        this.status = status;
        this.detail = detail;
        this.challenge = challenge;
    }

    /** {@return accepts the request; its account is the name of the principal that security handlers in front found, if any} */
    public static Authorization accept() {
        return ACCEPTED;
    }

    /**
     * {@return accepts the request in the name of an account, which {@link DuplexRequest#account} then tells}
     *
     * @param account a name that no other account has
     */
    public static Authorization accept(String account) {
        return new Authorization(Objects.requireNonNull(account, "account"), 0, "", null);
    }

    /**
     * {@return refuses the request}
     *
     * @param status of HTTP, 400 to 499
     * @param detail what was wrong, and what to do: the client is told
     */
    public static Authorization refuse(int status, String detail) {
        if (status < 400 || status > 499) {
            throw new IllegalArgumentException("status must be 400 to 499, not " + status);
        }
        return new Authorization(null, status, Objects.requireNonNull(detail, "detail"), null);
    }

    /**
     * {@return refuses the request with 401, since nobody was authenticated}
     *
     * @param challenge how to authenticate, the value of the field {@code WWW-Authenticate} (RFC 9110, section 11.6.1),
     *     such as {@code Bearer}
     * @param detail what was wrong, and what to do: the client is told
     */
    public static Authorization challenge(String challenge, String detail) {
        if (!challenge.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("challenge must consist of printable ASCII characters");
        }
        return new Authorization(null, 401, Objects.requireNonNull(detail, "detail"), challenge);
    }

    /** {@return whether the request is accepted} */
    public boolean isAccepted() {
        return status == 0;
    }

    /** {@return the account of the request; null if the decision names none} */
    public @Nullable String account() {
        return account;
    }

    /** {@return the HTTP status of the refusal; 0 if the request is accepted} */
    public int status() {
        return status;
    }

    /** {@return the refusal that the client gets; empty if the request is accepted} */
    public String detail() {
        return detail;
    }

    /** {@return how to authenticate; null if the client is not told} */
    public @Nullable String challenge() {
        return challenge;
    }
}
