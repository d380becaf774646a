package io.http2duplex.benchmark;

import io.http2duplex.benchmark.browser.BrowserPart;
import io.http2duplex.benchmark.clients.ClientsPart;
import io.http2duplex.benchmark.clients.ResumptionPart;
import io.http2duplex.benchmark.core.CorePart;
import io.http2duplex.benchmark.many.IdlePart;
import io.http2duplex.benchmark.many.ManyPart;
import io.http2duplex.benchmark.messages.MessagesPart;
import java.util.Map;
import java.util.TreeMap;

/** A part of the benchmark, which can be measured by itself. */
@FunctionalInterface
interface Part {
    /** {@return all of them, by the names of their results} */
    static Map<String, Part> all() {
        return new TreeMap<>(Map.of(
                BrowserPart.NAME, BrowserPart::run,
                ManyPart.NAME, ManyPart::run,
                IdlePart.NAME, IdlePart::run,
                ClientsPart.NAME, ClientsPart::run,
                MessagesPart.NAME, MessagesPart::run,
                ResumptionPart.NAME, ResumptionPart::run,
                CorePart.NAME, CorePart::run));
    }

    /** Measures, and keeps what was measured. */
    void run(Settings settings) throws Exception;
}
