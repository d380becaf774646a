package io.http2duplex.internal.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.handler.Admission.Place;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Object connection = new Object();
    /** Close to the largest value of the clock, which overflows in the middle of a test. */
    private long now = Long.MAX_VALUE - SECOND;

    private static Admission limited(OpeningLimit limit, int value) {
        return new Admission(Map.of(limit, value));
    }

    private static InetSocketAddress remote(String address) {
        try {
            return new InetSocketAddress(InetAddress.getByName(address), 1234);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private Place enter(Admission admission, String address) {
        return admission.enter(connection, remote(address), now);
    }

    private static void assertRefused(Place place, int status, OpeningLimit limit, int value) {
        assertRefused(Objects.requireNonNull(place.problem()), status, limit, value);
    }

    private static void assertRefused(Problem problem, int status, OpeningLimit limit, int value) {
        assertThat(problem.status()).isEqualTo(status);
        assertThat(problem.detail()).contains("(option " + limit.option() + ")").contains(" " + value + " ");
        assertThat(problem.retryAfter()).isPositive();
    }

    @Test
    void sessionsAreBoundedInAll() {
        Admission admission = limited(OpeningLimit.SESSIONS, 2);
        Place first = enter(admission, "10.0.0.1");
        assertThat(enter(admission, "10.0.0.2").problem()).isNull();

        assertRefused(enter(admission, "10.0.0.3"), 503, OpeningLimit.SESSIONS, 2);
        first.leave();
        first.leave();

        assertThat(enter(admission, "10.0.0.3").problem()).isNull();
        assertRefused(enter(admission, "10.0.0.1"), 503, OpeningLimit.SESSIONS, 2);
    }

    @Test
    void sessionsOfAConnectionAreBounded() {
        Admission admission = limited(OpeningLimit.SESSIONS_PER_CONNECTION, 2);
        Place first = enter(admission, "10.0.0.1");
        enter(admission, "10.0.0.1");

        assertRefused(enter(admission, "10.0.0.1"), 429, OpeningLimit.SESSIONS_PER_CONNECTION, 2);
        assertThat(admission.enter(new Object(), remote("10.0.0.1"), now).problem())
                .isNull();
        first.leave();
        assertThat(enter(admission, "10.0.0.1").problem()).isNull();
    }

    @Test
    void sessionsOfAnAddressAreBounded() {
        Admission admission = limited(OpeningLimit.SESSIONS_PER_ADDRESS, 2);
        Place first = enter(admission, "10.0.0.1");
        enter(admission, "10.0.0.1");

        assertRefused(enter(admission, "10.0.0.1"), 429, OpeningLimit.SESSIONS_PER_ADDRESS, 2);
        assertThat(enter(admission, "10.0.0.2").problem()).isNull();
        first.leave();
        assertThat(enter(admission, "10.0.0.1").problem()).isNull();
    }

    @Test
    void aNetworkOf64BitsIsOneAddressOfIpv6() {
        Admission admission = limited(OpeningLimit.SESSIONS_PER_ADDRESS, 1);
        enter(admission, "2001:db8:0:1::1");

        assertRefused(enter(admission, "2001:db8:0:1:ffff::2"), 429, OpeningLimit.SESSIONS_PER_ADDRESS, 1);
        assertThat(enter(admission, "2001:db8:0:2::1").problem()).isNull();
    }

    @Test
    void anAddressThatAProxyCouldOnlyNameIsCountedByItsName() {
        Admission admission = limited(OpeningLimit.SESSIONS_PER_ADDRESS, 1);
        admission.enter(connection, InetSocketAddress.createUnresolved("somewhere", 1), now);

        assertThat(admission
                        .enter(connection, InetSocketAddress.createUnresolved("somewhere", 2), now)
                        .problem())
                .isNotNull();
        assertThat(admission
                        .enter(connection, InetSocketAddress.createUnresolved("elsewhere", 1), now)
                        .problem())
                .isNull();
    }

    @Test
    void sessionsOfAnAccountAreBounded() {
        Admission admission = limited(OpeningLimit.SESSIONS_PER_ACCOUNT, 1);
        Place annas = enter(admission, "10.0.0.1");
        assertThat(annas.giveTo("anna")).isNull();
        assertThat(enter(admission, "10.0.0.1").giveTo("bert")).isNull();
        Place more = enter(admission, "10.0.0.1");

        assertRefused(Objects.requireNonNull(more.giveTo("anna")), 429, OpeningLimit.SESSIONS_PER_ACCOUNT, 1);
        annas.leave();
        assertThat(more.giveTo("anna")).isNull();
    }

    @Test
    void anAddressOpensAMinutesWorthAtOnceAndThenAtTheRateOfTheLimit() {
        Admission admission = limited(OpeningLimit.OPENS_PER_MINUTE, 20);
        for (int i = 0; i < 20; i++) {
            assertThat(enter(admission, "10.0.0.1").problem()).isNull();
        }
        Place tooMany = enter(admission, "10.0.0.1");
        assertRefused(tooMany, 429, OpeningLimit.OPENS_PER_MINUTE, 20);
        assertThat(Objects.requireNonNull(tooMany.problem()).retryAfter()).isEqualTo(3);
        assertThat(enter(admission, "10.0.0.2").problem()).isNull();

        now += 3 * SECOND - 1;
        assertThat(Objects.requireNonNull(enter(admission, "10.0.0.1").problem())
                        .retryAfter())
                .isEqualTo(1);
        now++;
        assertThat(enter(admission, "10.0.0.1").problem()).isNull();
        assertThat(enter(admission, "10.0.0.1").problem()).isNotNull();

        now += 10 * MINUTE;
        for (int i = 0; i < 20; i++) {
            assertThat(enter(admission, "10.0.0.1").problem()).isNull();
        }
        assertThat(enter(admission, "10.0.0.1").problem()).isNotNull();
    }

    @Test
    void endingSessionsDoesNotMakeOpeningFaster() {
        Admission admission = limited(OpeningLimit.OPENS_PER_MINUTE, 3);
        for (int i = 0; i < 3; i++) {
            enter(admission, "10.0.0.1").leave();
        }

        assertThat(enter(admission, "10.0.0.1").problem()).isNotNull();
    }

    @Test
    void addressesWithoutSessionsAreForgottenWithinTheMinuteAndWhenThereAreTooMany() {
        Admission admission = limited(OpeningLimit.OPENS_PER_MINUTE, 1);
        for (int i = 0; i < Admission.MAX_IDLE_ADDRESSES + 100; i++) {
            enter(admission, "10.0." + i / 256 + "." + i % 256).leave();
        }
        assertThat(admission.remembered()).isEqualTo(Admission.MAX_IDLE_ADDRESSES);

        now += MINUTE;
        Place last = enter(admission, "10.0.0.1");
        assertThat(last.problem()).isNull();
        last.leave();

        assertThat(admission.remembered()).isEqualTo(1);
    }

    @Test
    void whateverComesAndGoesTheCountsReturnToNothing() {
        Admission admission = new Admission(Map.of(
                OpeningLimit.SESSIONS, 50,
                OpeningLimit.SESSIONS_PER_ADDRESS, 10,
                OpeningLimit.SESSIONS_PER_ACCOUNT, 5,
                OpeningLimit.SESSIONS_PER_CONNECTION, 20,
                OpeningLimit.OPENS_PER_MINUTE, 15));
        Random random = new Random(1);
        List<Object> connections = List.of(new Object(), new Object(), new Object());
        List<Place> places = new ArrayList<>();
        Set<String> refusals = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            now += random.nextInt((int) SECOND / 2);
            if (random.nextInt(3) > 0) {
                Place place = admission.enter(connections.get(random.nextInt(3)), remote("10.0.0." + i % 9), now);
                Problem problem = place.problem();
                if (problem == null && i % 2 == 0) {
                    problem = place.giveTo("account" + i % 7);
                }
                if (problem != null) {
                    refusals.add(problem.type());
                    place.leave();
                } else {
                    places.add(place);
                }
            } else if (!places.isEmpty()) {
                places.remove(random.nextInt(places.size())).leave();
            }
            assertThat(places).hasSizeLessThanOrEqualTo(50);
        }
        assertThat(refusals).hasSize(OpeningLimit.values().length);

        places.forEach(Place::leave);
        now += 2 * MINUTE;
        enter(admission, "10.0.0.1").leave();

        assertThat(admission.remembered()).isEqualTo(1);
    }
}
