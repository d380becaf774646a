package io.http2duplex.certs;

import java.nio.file.Files;
import java.nio.file.Path;

/** A process of its own that opens the certificates of a directory and prints what it found in it. */
final class MakeCertificates {
    private MakeCertificates() {}

    public static void main(String[] arguments) throws Exception {
        DevelopmentCertificates certificates = DevelopmentCertificates.in(Path.of(arguments[0]));
        System.out.print(Files.readString(certificates.caCertificate())
                + Files.readString(certificates.certificateChain())
                + Files.readString(certificates.privateKey()));
    }
}
