package io.http2duplex.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramTest {
    private static final Program NGINX = new Program("nginx");
    private static final Path FOLDER = Path.of("/tests/nginx");
    private static final Path UNPACKED = Path.of("/tests/nginx/usr/sbin/nginx");

    private final SimulatedMachine machine = new SimulatedMachine();

    @Test
    void the_program_that_the_variable_names_is_used() {
        machine.variables = Map.of("NGINX_PATH", "/opt/nginx");
        machine.executables.add(Path.of("/opt/nginx"));
        machine.executables.add(Path.of("/usr/sbin/nginx"));

        assertThat(NGINX.executable(machine, FOLDER)).isEqualTo(Path.of("/opt/nginx"));
    }

    @Test
    void an_installed_one_is_found_and_nothing_is_got() {
        machine.debian = true;
        machine.executables.add(Path.of("/usr/sbin/nginx"));

        assertThat(NGINX.executable(machine, FOLDER)).isEqualTo(Path.of("/usr/sbin/nginx"));
        assertThat(machine.commands).isEmpty();
    }

    @Test
    void root_on_a_debian_unpacks_the_package() {
        machine.debian = true;
        machine.outcome = command -> {
            if (command.contains("dpkg-deb")) {
                machine.executables.add(UNPACKED);
            }
            return true;
        };

        assertThat(NGINX.executable(machine, FOLDER)).isEqualTo(UNPACKED);
        assertThat(machine.commands).hasSize(1);
    }

    @Test
    void without_any_one_line_says_what_to_do() {
        machine.debian = true;

        assertThatThrownBy(() -> NGINX.executable(machine, FOLDER))
                .message()
                .contains("install it", "NGINX_PATH")
                .doesNotContain("\n");
    }
}
