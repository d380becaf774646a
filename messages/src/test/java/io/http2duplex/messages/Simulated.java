package io.http2duplex.messages;

import io.http2duplex.Duplex;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.handler.SimulatedHost;
import io.http2duplex.internal.runtime.TestBrowser;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Simulated browsers of either dialect, and the duplexes that they open. */
final class Simulated implements AutoCloseable {
    /** How many bytes of a download of dialect 1 are on the way at most. */
    private static final int WINDOW = 10_000;

    private final List<SimulatedHost> hosts = new CopyOnWriteArrayList<>();
    private final List<TestBrowser> browsers = new CopyOnWriteArrayList<>();

    /** A browser, and its duplex. */
    record Pair(TestBrowser browser, Duplex duplex) {
        /** Posts bytes. {@return the status of the answer} */
        CompletableFuture<Integer> post(byte[] bytes) {
            return browser.post(UploadKind.CHUNK, bytes);
        }

        /** Posts bytes that may never be answered. */
        void postUnanswered(byte[] bytes) {
            CompletableFuture<Integer> unused = post(bytes);
        }

        /** Ends the browser's side, without waiting. */
        void end() {
            CompletableFuture<Integer> unused = browser.post(UploadKind.END, new byte[0]);
        }

        /** {@return the next message that the browser gets} */
        byte[] next() throws IOException {
            DataInputStream download = new DataInputStream(browser.download());
            byte[] payload = new byte[download.readInt()];
            download.readFully(payload);
            return payload;
        }
    }

    Pair open(int dialect) throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        SimulatedHost host = new SimulatedHost(opened::complete, options -> {});
        hosts.add(host);
        TestBrowser browser = dialect == 1 ? host.open(WINDOW) : host.openResumable(new SimulatedHost.Client());
        browsers.add(browser);
        return new Pair(browser, TestBrowser.get(opened));
    }

    @Override
    public void close() {
        browsers.forEach(TestBrowser::close);
        hosts.forEach(SimulatedHost::close);
    }
}
