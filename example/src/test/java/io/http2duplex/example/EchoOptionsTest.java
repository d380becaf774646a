package io.http2duplex.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EchoOptionsTest {
    private static EchoOptions parse(String... arguments) throws UsageException {
        return EchoOptions.parse(new Arguments(List.of(arguments)));
    }

    private static void assertRefused(String message, String... arguments) {
        assertThatThrownBy(() -> parse(arguments))
                .isInstanceOf(UsageException.class)
                .hasMessage(message);
    }

    @Test
    void withoutOptionsItListensOnLocalhostWithTheCertificatesOfTheRepository() throws Exception {
        EchoOptions options = parse();

        assertThat(options.host()).isEqualTo("localhost");
        assertThat(options.port()).isEqualTo(7000);
        assertThat(options.drain()).isEqualTo(Duration.ofSeconds(10));
        Path repository = Path.of("..").toAbsolutePath().normalize();
        assertThat(options.certs()).isEqualTo(repository.resolve("certs").resolve("dev"));
        assertThat(options.cert()).isNull();
    }

    @Test
    void everyOptionIsTaken() throws Exception {
        EchoOptions options =
                parse("--host", "0.0.0.0", "--port", "8000", "--drain", "60", "--cert", "c", "--key", "k");

        assertThat(options.host()).isEqualTo("0.0.0.0");
        assertThat(options.port()).isEqualTo(8000);
        assertThat(options.drain()).isEqualTo(Duration.ofMinutes(1));
        assertThat(options.cert()).isEqualTo(Path.of("c"));
        assertThat(options.key()).isEqualTo(Path.of("k"));
        assertThat(parse("--certs", "elsewhere").certs()).isEqualTo(Path.of("elsewhere"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "65536", "7000 "})
    void aPortThatIsNoneIsRefused(String port) {
        assertRefused("--port needs a number from 0 to 65535, not \"" + port + "\".", "--port", port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "86401", "1.5"})
    void aTimeThatIsNoneIsRefused(String time) {
        assertRefused("--drain needs a number from 0 to 86400, not \"" + time + "\".", "--drain", time);
    }

    @Test
    void anUnknownOptionIsRefused() {
        assertRefused("There is no option --prot.", "--prot", "7000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--host", "--port", "--drain", "--certs", "--cert", "--key"})
    void anOptionWithoutItsValueIsRefused(String option) {
        assertRefused(option + " needs a value.", option);
    }

    @Test
    void aPathThatIsNoneIsRefused() {
        assertRefused("--certs needs a path, not \"\0\".", "--certs", "\0");
    }

    @Test
    void certificatesOfTwoKindsOrHalfAPairAreRefused() {
        assertRefused("--cert and --key go together.", "--cert", "c");
        assertRefused("--cert and --key go together.", "--key", "k");
        assertRefused("Give either --certs, or --cert and --key.", "--certs", "d", "--cert", "c", "--key", "k");
    }
}
