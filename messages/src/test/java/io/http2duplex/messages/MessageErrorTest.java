package io.http2duplex.messages;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MessageErrorTest {
    private static final Pattern PROTOCOL_ROW = Pattern.compile("^\\| (\\d+) \\| ([A-Z_]+) \\|", Pattern.MULTILINE);
    private static final Pattern GUIDE_ROW = Pattern.compile("^\\| (\\d+) \\| `([A-Z_]+)` \\|", Pattern.MULTILINE);

    private static List<String> rows(Pattern row, String text) {
        return row.matcher(text)
                .results()
                .map(match -> match.group(1) + " " + match.group(2))
                .toList();
    }

    @Test
    void theDocumentsHaveAllNumbersAndNoOthers() throws IOException {
        List<String> errors = Stream.of(MessageError.values())
                .map(error -> error.number() + " " + error)
                .toList();
        String protocol = Files.readString(Path.of("../docs/protocol.md"));
        int begin = protocol.indexOf("<!-- message-errors -->");
        int end = protocol.indexOf("<!-- /message-errors -->");
        assertThat(rows(PROTOCOL_ROW, protocol.substring(begin, end))).isEqualTo(errors);
        assertThat(rows(GUIDE_ROW, Files.readString(Path.of("../docs/messages.md"))))
                .isEqualTo(errors);
    }

    @Test
    void theNumbersAreThoseOfAnApplication() {
        for (MessageError error : MessageError.values()) {
            assertThat(ErrorCode.of(error.number())).isEqualTo(ErrorCode.APPLICATION);
        }
    }
}
