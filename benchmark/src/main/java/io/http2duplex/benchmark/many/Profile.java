package io.http2duplex.benchmark.many;

import io.http2duplex.benchmark.Settings;
import java.nio.file.Path;

/** What a server of this project's was recorded at, with the JDK's Flight Recorder. */
public enum Profile {
    OPENING("opening 100,000 duplexes"),
    ECHOES("echoes by POST over 10,000 duplexes");

    private final String title;

    Profile(String title) {
        this.title = title;
    }

    /** {@return what the server did} */
    public String title() {
        return title;
    }

    /** {@return the file of the recording, which may not be there} */
    public Path recording(Settings settings) {
        return settings.recording(name());
    }
}
