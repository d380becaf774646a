package io.http2duplex.benchmark.report;

import com.sun.management.OperatingSystemMXBean;
import io.http2duplex.benchmark.browser.InstalledBrowser;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What it was measured with. */
final class Machine {
    private static final double GIB = 1 << 30;

    private Machine() {}

    /** {@return size and versions, for the report} */
    static String description() throws IOException {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return system.getAvailableProcessors() + " processors, "
                + Math.round(system.getTotalMemorySize() / GIB) + " GiB of memory, " + system.getName() + " "
                + system.getArch() + "; JDK " + Runtime.version() + "; Node "
                + version("node") + "; " + version(InstalledBrowser.find().toString());
    }

    private static String version(String command) throws IOException {
        Process process = new ProcessBuilder(List.of(command, "--version"))
                .redirectError(Redirect.DISCARD)
                .start();
        try (InputStream output = process.getInputStream()) {
            return new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }
}
