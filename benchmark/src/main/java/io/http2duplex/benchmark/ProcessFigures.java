package io.http2duplex.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What the operating system says about processes. */
public final class ProcessFigures {
    private ProcessFigures() {}

    /** {@return CPU time of the processes, in milliseconds; its steps are the system's ticks, usually 10 ms} */
    public static long cpuMillis(Stream<ProcessHandle> processes) {
        return processes
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .mapToLong(Duration::toMillis)
                .sum();
    }

    /** {@return the command line; empty if the process is gone, or where there is no Linux to tell} */
    public static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(file(process, "cmdline"));
        } catch (IOException e) {
            return "";
        }
    }

    private static Path file(ProcessHandle process, String name) {
        return Path.of("/proc", Long.toString(process.pid()), name);
    }

    /** {@return resident memory of the process in bytes; 0 where there is no Linux to tell} */
    public static long residentBytes(ProcessHandle process) {
        Path status = file(process, "status");
        if (!Files.exists(status)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
