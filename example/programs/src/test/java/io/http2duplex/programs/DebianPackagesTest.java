package io.http2duplex.programs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What DebianPackages has the shell do, with scripts in the place of apt-get and dpkg-deb. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no shell of this kind")
class DebianPackagesTest {
    private static final String WITH_FRESH_LISTS_ALONE = "[ \"$1\" = update ] && touch fresh; [ -e fresh ]";

    @TempDir
    Path folder;

    private final SimulatedMachine machine = new SimulatedMachine();

    @Test
    void the_lists_of_packages_are_not_updated_for_a_package_that_can_be_had() throws Exception {
        String printed = printedBy("true", () -> DebianPackages.install(machine, List.of("chromium")));

        assertThat(printed).isEqualTo("succeeded\n");
        assertThat(calls()).singleElement().asString().endsWith("install -y --no-install-recommends chromium");
    }

    @Test
    void they_are_updated_for_one_that_can_not_and_nothing_is_printed_if_it_can_then() throws Exception {
        String printed = printedBy(
                WITH_FRESH_LISTS_ALONE, () -> DebianPackages.install(machine, List.of("firefox-esr", "xvfb")));

        assertThat(printed).isEqualTo("succeeded\n");
        assertThat(calls()).hasSize(3).element(1).isEqualTo("update");
    }

    @Test
    void an_update_that_fails_is_no_failure_if_the_package_can_be_had() throws Exception {
        String printed = printedBy(
                "[ \"$1\" = update ] && touch fresh && exit 100; [ -e fresh ]",
                () -> DebianPackages.install(machine, List.of("chromium")));

        assertThat(printed).isEqualTo("succeeded\n");
    }

    @Test
    void what_was_printed_is_shown_if_it_fails() throws Exception {
        String printed = printedBy("false", () -> DebianPackages.install(machine, List.of("chromium")));

        assertThat(printed).contains("apt-get update warns").endsWith("failed\n");
    }

    @Test
    void packages_are_unpacked_in_the_folder() throws Exception {
        String printed = printedBy(
                "touch packages/nginx.deb", () -> DebianPackages.unpack(machine, folder.resolve("nginx"), "nginx"));

        assertThat(printed).isEqualTo("succeeded\n");
        assertThat(calls()).last().isEqualTo("-x packages/nginx.deb .");
        assertThat(folder.resolve("nginx/packages/nginx.deb")).exists();
    }

    private String printedBy(String aptGet, Runnable getting) throws Exception {
        script("apt-get", "echo \"apt-get $1 warns\" >&2\n" + aptGet);
        script("dpkg-deb", "true");
        machine.debian = true;
        getting.run();
        String command = machine.commands.get(0).substring("sh -c ".length());
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", command).directory(folder.toFile());
        shell.environment().merge("PATH", folder.toString(), (before, here) -> here + ":" + before);
        Process process = shell.redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        return printed + (process.waitFor() == 0 ? "succeeded\n" : "failed\n");
    }

    private void script(String name, String text) throws Exception {
        Path file = folder.resolve(name);
        Files.writeString(file, "#!/bin/sh\necho \"$@\" >>'" + folder + "/calls'\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private List<String> calls() throws Exception {
        return Files.readAllLines(folder.resolve("calls"));
    }
}
