package io.http2duplex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.http2duplex.internal.core.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
    private static final Pattern TABLE =
            Pattern.compile("<!-- error-codes -->(.*?)<!-- /error-codes -->", Pattern.DOTALL);
    private static final Pattern ROW =
            Pattern.compile("^\\|\\s*(\\d+)\\s*\\|\\s*(\\w+)\\s*\\|\\s*\\S.*\\|\\s*$", Pattern.MULTILINE);

    @Test
    void theEnumIsTheTableOfTheProtocolInItsOrder() throws IOException {
        var table = TABLE.matcher(Files.readString(Path.of("../docs/protocol.md")));
        assertThat(table.find()).as("protocol.md has a table of error codes").isTrue();
        List<String> rows = ROW.matcher(table.group(1))
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .toList();

        assertThat(rows)
                .isEqualTo(Arrays.stream(ErrorCode.values())
                        .map(code -> code.number() + " " + code)
                        .toList());
    }

    @Test
    void theTableHasNoRowThatThisTestCannotRead() throws IOException {
        var table = TABLE.matcher(Files.readString(Path.of("../docs/protocol.md")));
        assertThat(table.find()).isTrue();
        long lines = table.group(1).lines().filter(line -> line.startsWith("|")).count();
        long rows =
                ROW.matcher(table.group(1)).results().map(MatchResult::group).count();

        assertThat(lines - 2).as("lines without the head").isEqualTo(rows);
    }

    @Test
    void eachNumberMeansItsCodeAndOneThatNobodyKnowsMeansCancelled() {
        for (ErrorCode code : ErrorCode.values()) {
            assertThat(ErrorCode.of(code.number())).isEqualTo(code);
        }
        assertThat(ErrorCode.of(65_535)).isEqualTo(ErrorCode.APPLICATION);
        assertThat(ErrorCode.of(0)).isEqualTo(ErrorCode.CANCELLED);
        assertThat(ErrorCode.of(255)).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void anApplicationsNumberIsFrom256To65535() {
        assertThat(Failure.application(256, "x").number()).isEqualTo(256);
        assertThat(Failure.application(65_535, "x").code()).isEqualTo(ErrorCode.APPLICATION);
        assertThatIllegalArgumentException().isThrownBy(() -> Failure.application(255, "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> Failure.application(65_536, "x"));
    }
}
