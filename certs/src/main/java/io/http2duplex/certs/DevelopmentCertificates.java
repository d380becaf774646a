package io.http2duplex.certs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/**
 * A certificate for {@code localhost}, {@code 127.0.0.1} and {@code ::1}, signed by a certificate authority that exists
 * on this machine only. Both are made on first use and kept in a directory; the server's is made again when it is about
 * to expire, while the authority stays, so that trusting it once is enough.
 *
 * <p>The authority can vouch for those three names alone (its name constraints say so), but treat its key with care all
 * the same: nothing here is meant for a server that others use.
 */
public final class DevelopmentCertificates {
    private static final Object ONE_AT_A_TIME = new Object();

    private final SSLContext sslContext;
    private final CertificateDirectory directory;

    private DevelopmentCertificates(CertificateDirectory directory, SSLContext sslContext) {
        this.directory = directory;
        this.sslContext = sslContext;
    }

    /**
     * The certificates in the directory, made first where they are missing, damaged or about to expire. Safe to call
     * from any number of threads and processes at once: one makes them, the others wait for it.
     *
     * @throws CertificatesException if they can be neither used nor made
     */
    public static DevelopmentCertificates in(Path directory) {
        return in(directory, Clock.systemUTC(), new Keytool(Path.of(System.getProperty("java.home"))));
    }

    static DevelopmentCertificates in(Path directory, Clock clock, Keytool keytool) {
        Path absolute = directory.toAbsolutePath().normalize();
        // File locks hold between processes, not between the threads of one.
        synchronized (ONE_AT_A_TIME) {
            try {
                OwnerOnly.makeDirectory(absolute);
                try (FileChannel lock = FileChannel.open(
                        absolute.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    awaitLock(lock);
                    CertificateDirectory certificates = new CertificateDirectory(absolute, clock, keytool);
                    return new DevelopmentCertificates(certificates, certificates.openOrMake());
                }
            } catch (IOException e) {
                throw CertificatesException.of(absolute, e);
            } catch (GeneralSecurityException e) {
                throw new CertificatesException(absolute, "certificates cannot be used or made: " + e.getMessage(), e);
            }
        }
    }

    /** The class may have been loaded more than once, as by the applications of a servlet container. */
    private static void awaitLock(FileChannel file) throws IOException {
        while (true) {
            try {
                file.lock();
                return;
            } catch (OverlappingFileLockException e) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    /** For a server: serves the certificate. Made when these certificates were opened, and not renewed while in use. */
    public SSLContext sslContext() {
        return sslContext;
    }

    /** The authority's certificate (PEM), to be put into trust stores. Holds no key. */
    public Path caCertificate() {
        return directory.caCertificate();
    }

    /** The server's certificate and the authority's (PEM), for servers that are not Java. */
    public Path certificateChain() {
        return directory.certificateChain();
    }

    /** The server's private key (PEM, PKCS #8, not encrypted), for servers that are not Java. */
    public Path privateKey() {
        return directory.privateKey();
    }
}
