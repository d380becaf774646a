package io.http2duplex.benchmark.core;

import io.http2duplex.internal.core.SessionId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Finding a session by its id, as a request brings it: a string that was never hashed before. */
@State(Scope.Thread)
public class RegistryBenchmark {
    /** Sessions that live. */
    @Param({"1000", "100000"})
    public int sessions;

    private final ConcurrentHashMap<String, Object> registry = new ConcurrentHashMap<>();
    private final List<byte[]> ids = new ArrayList<>();
    private int next;

    @Setup
    public void fill() {
        for (int i = 0; i < sessions; i++) {
            String id = SessionId.next("");
            registry.put(id, new Object());
            ids.add(id.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    @Benchmark
    public @Nullable Object find() {
        byte[] id = ids.get(next++ % sessions);
        return registry.get(new String(id, StandardCharsets.ISO_8859_1));
    }
}
