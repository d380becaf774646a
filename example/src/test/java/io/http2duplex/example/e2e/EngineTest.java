package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.programs.SimulatedMachine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineTest {
    private static final Path FIREFOX = Path.of("/usr/bin/firefox-esr");
    private static final Path CERTUTIL = Path.of("/usr/bin/certutil");

    private final SimulatedMachine machine = new SimulatedMachine();

    @Test
    void the_browser_that_the_variable_names_is_used() {
        machine.variables = Map.of("FIREFOX_PATH", "/opt/firefox");
        machine.executables.addAll(List.of(Path.of("/opt/firefox"), FIREFOX, CERTUTIL));

        assertThat(Engine.FIREFOX.executable(machine)).isEqualTo(Path.of("/opt/firefox"));
    }

    @Test
    void an_installed_one_is_found_and_nothing_is_got() {
        machine.debian = true;
        machine.executables.addAll(List.of(FIREFOX, CERTUTIL));

        assertThat(Engine.FIREFOX.executable(machine)).isEqualTo(FIREFOX);
        assertThat(machine.commands).isEmpty();
    }

    @Test
    void root_on_a_debian_gets_all_that_are_missing_at_once() {
        machine.debian = true;
        machine.outcome = command -> {
            if (command.contains("apt-get install")) {
                machine.executables.addAll(List.of(FIREFOX, CERTUTIL));
            }
            return true;
        };

        assertThat(Engine.FIREFOX.executable(machine)).isEqualTo(FIREFOX);
        assertThat(machine.commands)
                .singleElement()
                .asString()
                .contains(
                        "apt-get install -y --no-install-recommends firefox-esr libnss3-tools webkit2gtk-driver xvfb;");
    }

    @Test
    void without_one_a_line_says_what_to_do() {
        machine.debian = true;

        assertThatThrownBy(() -> Engine.FIREFOX.executable(machine))
                .message()
                .contains("install", "firefox-esr", "FIREFOX_PATH")
                .doesNotContain("\n");
    }
}
