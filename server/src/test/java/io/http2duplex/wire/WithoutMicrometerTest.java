package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.DuplexStatistics;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** A server whose class path has no Micrometer. */
class WithoutMicrometerTest {
    /** Loads this project's classes anew, and knows no Micrometer. */
    private static final class ClassPath extends ClassLoader {
        ClassPath() {
            super(WithoutMicrometerTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.micrometer.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.http2duplex.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream code = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (code == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = code.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    /** Serves one duplex of each dialect. */
    public static final class Serves implements Callable<String> {
        @Override
        public String call() throws Exception {
            try (TestServer server = TestServer.start(TestServer::echo);
                    Client client = Client.connect(Transport.HTTP2_TLS, server)) {
                client.end(client.open().id()).status();
                Resumable.open(client).end();
                server.awaitNoSessions();
                DuplexStatistics statistics = server.handler().statistics();
                return statistics.endedCleanly() + " have ended";
            }
        }
    }

    @Test
    void itServesAsOtherwise() throws Exception {
        ClassLoader without = new ClassPath();
        Class<?> serves = without.loadClass(Serves.class.getName());
        assertThat(serves).isNotSameAs(Serves.class);

        assertThat(((Callable<?>) serves.getConstructor().newInstance()).call()).isEqualTo("2 have ended");
        assertThatThrownBy(() -> Class.forName("io.http2duplex.metrics.DuplexMetrics", true, without))
                .as("there is no Micrometer")
                .isInstanceOf(NoClassDefFoundError.class);
    }
}
