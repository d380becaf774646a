package io.http2duplex.certs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A reader of the files that hold certificates and keys: never of one that might not end, or fills the memory. */
final class CertificateFile {
    /** A bundle of all authorities that browsers trust has about 230,000. */
    static final int MAX_BYTES = 1_000_000;

    private CertificateFile() {}

    static byte[] read(Path file) {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new CertificatesException(file, "is no regular file; give the path of one");
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] content = in.readNBytes(MAX_BYTES + 1);
                if (content.length > MAX_BYTES) {
                    throw new CertificatesException(
                            file,
                            "has more than " + MAX_BYTES + " bytes, and holds no certificate or key; check the path");
                }
                return content;
            }
        } catch (IOException e) {
            throw CertificatesException.of(file, e);
        }
    }
}
