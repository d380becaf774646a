package io.http2duplex.nodes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders for the files of what the tests run. */
final class Folders {
    private Folders() {}

    static Path of(String name) throws IOException {
        return Files.createDirectories(
                Path.of(System.getProperty("nodes.target"), name).toAbsolutePath());
    }
}
