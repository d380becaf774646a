package io.http2duplex.certs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
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
    /** Others make certificates in a few seconds. */
    private static final Duration LOCK_PATIENCE = Duration.ofMinutes(1);

    private final SSLContext sslContext;
    private final CertificateDirectory directory;

    private DevelopmentCertificates(CertificateDirectory directory, SSLContext sslContext) {
        this.directory = directory;
        this.sslContext = sslContext;
    }

    /**
     * The certificates in the directory, made first where they are missing, damaged or about to expire. Safe to call
     * from any number of threads and processes at once: one makes them, the others wait for it, at most a minute.
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
                Path lock = absolute.resolve("lock");
                try (FileChannel channel =
                        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    awaitLock(channel, lock, LOCK_PATIENCE);
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

    /**
     * Waits for others that make certificates there: other processes, or this class in another class loader, as
     * applications of a servlet container have it.
     */
    static void awaitLock(FileChannel channel, Path file, Duration patience) throws IOException {
        long began = System.nanoTime();
        while (!isLocked(channel)) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CertificatesException(file, "interrupted while another process or application held it");
            }
            if (System.nanoTime() - began >= patience.toNanos()) {
                throw new CertificatesException(
                        file,
                        "another process or application has held it for " + patience.toSeconds()
                                + " seconds; end that one, or give another directory");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
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
