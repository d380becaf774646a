package io.http2duplex.internal.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexObserver;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.plain.PlainSession;
import io.http2duplex.internal.runtime.DuplexContext;
import io.http2duplex.internal.runtime.Monitoring;
import io.http2duplex.internal.runtime.Observers;
import io.http2duplex.internal.runtime.Scheduler;
import io.http2duplex.internal.runtime.UserThreads;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DuplexFactoryTest {
    private final List<String> calls = new ArrayList<>();
    private final SessionRegistry sessions =
            new SessionRegistry(new EndedSessions(0, System::nanoTime, Scheduler.SHARED), "");

    private DuplexFactory factory() {
        DuplexObserver observer = new DuplexObserver() {
            @Override
            public void opened(Duplex duplex) {
                calls.add("opened");
            }

            @Override
            public void ended(Duplex duplex, @Nullable DuplexException failure) {
                calls.add("ended");
            }
        };
        UserThreads threads = UserThreads.of(Runnable::run);
        Monitoring monitoring = new Monitoring();
        DuplexContext context = new DuplexContext(
                "downloadBufferSize",
                threads,
                monitoring,
                new Observers(observer, threads, monitoring.observerFailures),
                Scheduler.SHARED,
                () -> false);
        return new DuplexFactory(duplex -> calls.add("called"), context, new OpenExchanges(monitoring), sessions, 0, 0);
    }

    /** {@return a session during whose opening, when it is first asked what it is, the endpoint stops} */
    private Session stopping(PlainSession session) {
        return (Session) Proxy.newProxyInstance(
                Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("dialect")) {
                        sessions.drain().forEach(duplex -> duplex.reset(new Failure(ErrorCode.SHUT_DOWN, "Stopped.")));
                        return Dialect.DIALECT_1;
                    }
                    return method.invoke(session, arguments);
                });
    }

    private static AdmittedRequest opening(SimulatedHost host) {
        host.endpoint().exchangeBegan();
        SimulatedExchange exchange = new SimulatedExchange(
                host,
                new SimulatedHost.Client(),
                "GET",
                Map.of(),
                SimulatedExchange.Body.of(new byte[0]),
                0,
                SimulatedHost.BOUND);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        return new AdmittedRequest(
                exchange, exchange.request(null), new Admission(Map.of()).enter(new Object(), address, 0));
    }

    private boolean open(AdmittedRequest opening, Session session, Download download, @Nullable String secret) {
        return factory()
                .open(opening, session, (same, opened, id) -> calls.add("begun"), secret, (same, id) -> download);
    }

    @Test
    void aDuplexThatEndsAsItOpensIsOpenedFirst() throws Exception {
        PlainSession session = new PlainSession(SimulatedHost.LIMITS, () -> {});
        try (SimulatedHost host = new SimulatedHost()) {
            AdmittedRequest opening = opening(host);

            open(opening, stopping(session), session.download(), null);

            assertThat(((SimulatedExchange) opening.exchange()).await().status())
                    .isEqualTo(503);
            assertThat(calls).containsExactly("opened", "ended");
            assertThat(sessions.count()).isZero();
        }
    }

    @Test
    void aSecretOpensOneDuplexUntilItIsForgotten() {
        try (SimulatedHost host = new SimulatedHost()) {
            for (int i = 0; i < 2; i++) {
                PlainSession session = new PlainSession(SimulatedHost.LIMITS, () -> {});
                assertThat(open(opening(host), session, session.download(), "secret"))
                        .isEqualTo(i == 0);
            }

            assertThat(calls).containsExactly("opened", "called", "begun");
            assertThat(sessions.count()).isEqualTo(1);
            sessions.forgetOpening("secret", Objects.requireNonNull(sessions.openedWith("secret")));
            PlainSession session = new PlainSession(SimulatedHost.LIMITS, () -> {});
            assertThat(open(opening(host), session, session.download(), "secret"))
                    .isTrue();
            assertThat(sessions.count()).isEqualTo(2);
        }
    }
}
