package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.programs.SimulatedMachine;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TestBrowserTest {
    private final SimulatedMachine machine = new SimulatedMachine();

    @Test
    void the_browser_that_the_variable_names_is_used() {
        machine.variables = Map.of(TestBrowser.PATH_VARIABLE, "/opt/mine", "PATH", "/usr/bin");
        machine.executables.addAll(List.of(Path.of("/opt/mine"), Path.of("/usr/bin/chromium")));

        assertThat(TestBrowser.on(machine).executable()).contains(Path.of("/opt/mine"));
    }

    @Test
    void a_variable_that_names_nothing_is_an_error_in_one_line() {
        machine.variables = Map.of(TestBrowser.PATH_VARIABLE, "/opt/mine");

        assertThatThrownBy(() -> TestBrowser.on(machine))
                .hasMessage("CHROMIUM_PATH is set to /opt/mine, where there is no executable file.");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "its paths are not those of this test")
    void an_installed_browser_is_found_on_every_system() {
        String path = Stream.of("/bin", "/opt/bin").collect(Collectors.joining(File.pathSeparator));
        machine.variables = Map.of("PATH", path, "ProgramFiles", "C:\\Program Files");
        machine.executables.addAll(List.of(
                Path.of("/opt/bin/google-chrome"),
                Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
                Path.of("C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe")));

        for (String system : List.of("Linux", "Mac OS X", "Windows 11")) {
            machine.system = system;
            assertThat(TestBrowser.on(machine).executable())
                    .get()
                    .asString()
                    .containsIgnoringCase(system.equals("Linux") ? "google-chrome" : "chrome");
        }
        assertThat(machine.commands).isEmpty();
    }

    @Test
    void root_on_a_debian_installs_the_package() {
        machine.debian = true;
        machine.variables = Map.of("PATH", "/usr/bin");
        machine.outcome = command -> {
            machine.executables.add(Path.of("/usr/bin/chromium"));
            return true;
        };

        assertThat(TestBrowser.on(machine).executable()).contains(Path.of("/usr/bin/chromium"));
        assertThat(machine.commands)
                .singleElement()
                .asString()
                .contains("apt-get install -y --no-install-recommends chromium;");
    }

    @Test
    void elsewhere_Playwright_downloads_one() {
        machine.outcome = command -> true;

        assertThat(TestBrowser.on(machine).executable()).isEmpty();
        assertThat(machine.commands).singleElement().asString().endsWith("install --only-shell chromium");
    }

    @Test
    void Playwright_downloads_one_where_the_package_can_not_be_installed() {
        machine.debian = true;
        machine.outcome = command -> !command.contains("apt-get");

        assertThat(TestBrowser.on(machine).executable()).isEmpty();
    }

    @Test
    void without_any_browser_one_line_says_what_to_do() {
        machine.debian = true;
        machine.outcome = command -> false;

        assertThatThrownBy(() -> TestBrowser.on(machine))
                .message()
                .contains("install one", "CHROMIUM_PATH")
                .doesNotContain("\n");
    }
}
