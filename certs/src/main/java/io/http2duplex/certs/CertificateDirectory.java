package io.http2duplex.certs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;

/**
 * The files of {@link DevelopmentCertificates}; the caller holds the directory's lock.
 *
 * <p>The two PKCS #12 stores are the truth, each replaced atomically. The PEM files are copies of their content, and are
 * written again when they differ. What a killed process leaves, the next one repairs.
 */
final class CertificateDirectory {
    private static final String CA = "ca";
    private static final String SERVER = "server";

    /** The part of its name that every directory has in which files are made before they are put in place. */
    private static final String WORKSHOP = "making-";

    /** Long, because every new authority has to be trusted again by hand. */
    static final Duration CA_VALIDITY = Duration.ofDays(3650);

    /** Browsers refuse more than 398 days. */
    static final Duration SERVER_VALIDITY = Duration.ofDays(397);

    static final Duration RENEWED_BEFORE_EXPIRY = Duration.ofDays(30);

    /** Certificates are valid from a little earlier, for devices whose clock is behind. */
    private static final Duration CLOCK_SKEW = Duration.ofHours(1);

    private static final List<String> SERVER_OPTIONS = List.of(
            "-signer", CA,
            "-dname", "CN=localhost",
            "-ext", "san=dns:localhost,ip:127.0.0.1,ip:::1",
            "-ext", "eku=serverAuth,clientAuth", // a node may show it to another
            "-ext", "ku:critical=digitalSignature");

    /**
     * The same names as NameConstraints (RFC 5280, 4.2.1.10) in DER, which keytool cannot express: permittedSubtrees
     * with one dNSName and two iPAddress, each an address and its mask.
     */
    private static final String NAME_CONSTRAINTS = "2.5.29.30:critical=303fa03d"
            + ("300b8209" + HexFormat.of().formatHex("localhost".getBytes(StandardCharsets.US_ASCII)))
            + "300a87087f000001ffffffff"
            + ("30228720" + "0".repeat(31) + "1" + "f".repeat(32));

    private final Path directory;
    private final Clock clock;
    private final Keytool keytool;

    CertificateDirectory(Path directory, Clock clock, Keytool keytool) {
        this.directory = directory;
        this.clock = clock;
        this.keytool = keytool;
    }

    Path caCertificate() {
        return directory.resolve("ca.pem");
    }

    Path certificateChain() {
        return directory.resolve("server.pem");
    }

    Path privateKey() {
        return directory.resolve("server.key");
    }

    private Path passwordFile() {
        return directory.resolve("password");
    }

    private Path caStore() {
        return directory.resolve("ca.p12");
    }

    private Path serverStore() {
        return directory.resolve("server.p12");
    }

    SSLContext openOrMake() throws IOException, GeneralSecurityException {
        removeLeftOverWorkshops();
        Path workshop = Files.createTempDirectory(directory, WORKSHOP);
        try {
            refuseToOverwrite();
            keepOutOfGit(workshop);
            char[] password = password(workshop);
            KeyStore ca = openOrMakeCa(workshop, password);
            KeyStore server = openOrMakeServer(workshop, password, certificate(ca, CA));
            keep(workshop, caCertificate(), Pem.of(certificate(ca, CA)));
            keep(workshop, certificateChain(), Pem.of(server.getCertificateChain(SERVER)));
            keep(workshop, privateKey(), Pem.of((PrivateKey) server.getKey(SERVER, password)));
            for (Path secret : List.of(passwordFile(), caStore(), serverStore(), privateKey())) {
                OwnerOnly.restrict(secret);
            }
            return TlsContexts.serving(server, password);
        } finally {
            remove(workshop);
        }
    }

    /** The authority is made first: without one, files of these names are somebody else's. */
    private void refuseToOverwrite() {
        if (Files.exists(caStore())) {
            return;
        }
        for (Path file : List.of(serverStore(), caCertificate(), certificateChain(), privateKey())) {
            if (Files.exists(file)) {
                throw new CertificatesException(
                        file,
                        "was not made here and would be overwritten; give another directory for development certificates");
            }
        }
    }

    private void keepOutOfGit(Path workshop) throws IOException {
        if (!Files.exists(directory.resolve(".gitignore"))) {
            keep(workshop, directory.resolve(".gitignore"), "*.p12\n*.pem\n*.key\npassword\nlock\n.gitignore\n");
        }
    }

    private char[] password(Path workshop) throws IOException {
        if (!Files.exists(passwordFile())) {
            byte[] bits = new byte[16];
            new SecureRandom().nextBytes(bits);
            keep(workshop, passwordFile(), HexFormat.of().formatHex(bits));
        }
        return Files.readString(passwordFile()).strip().toCharArray();
    }

    private KeyStore openOrMakeCa(Path workshop, char[] password) throws IOException, GeneralSecurityException {
        if (Files.exists(caStore())) {
            KeyStore store = openCa(password);
            // A certificate must not be valid for longer than the authority that signed it.
            if (isValidFor(SERVER_VALIDITY, certificate(store, CA))) {
                return store;
            }
        }
        Path made = workshop.resolve("new-ca.p12");
        keytool.addKeyPair(made, passwordFile(), CA, start(), CA_VALIDITY, caOptions());
        OwnerOnly.write(workshop, caStore(), Files.readAllBytes(made));
        return TlsContexts.readPkcs12(caStore(), password);
    }

    private KeyStore openCa(char[] password) {
        try {
            return TlsContexts.readPkcs12(caStore(), password);
        } catch (CertificatesException e) {
            throw new CertificatesException(
                    caStore(),
                    "the development authority cannot be opened; delete " + directory
                            + " to have a new one made, and trust that one instead",
                    e);
        }
    }

    private KeyStore openOrMakeServer(Path workshop, char[] password, X509Certificate ca)
            throws IOException, GeneralSecurityException {
        if (Files.exists(serverStore())) {
            try {
                KeyStore store = TlsContexts.readPkcs12(serverStore(), password);
                X509Certificate certificate = certificate(store, SERVER);
                if (isValidFor(RENEWED_BEFORE_EXPIRY, certificate) && isSignedBy(ca, certificate)) {
                    return store;
                }
            } catch (CertificatesException damaged) {
                // Nothing is lost with it: the authority signs another one below.
            }
        }
        Path both = Files.copy(caStore(), workshop.resolve("both.p12"));
        keytool.addKeyPair(both, passwordFile(), SERVER, start(), SERVER_VALIDITY, SERVER_OPTIONS);
        KeyStore made = TlsContexts.readPkcs12(both, password);
        made.deleteEntry(CA);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        made.store(content, password);
        OwnerOnly.write(workshop, serverStore(), content.toByteArray());
        return made;
    }

    private static List<String> caOptions() {
        // Firefox refuses two authorities with one name, so every one made gets its own.
        String name = HexFormat.of().toHexDigits(new SecureRandom().nextInt());
        return List.of(
                "-dname",
                "CN=http2-duplex development CA " + name + ",O=for this machine only",
                "-ext",
                "bc:critical=ca:true,pathlen:0",
                "-ext",
                "ku:critical=keyCertSign,cRLSign",
                "-ext",
                NAME_CONSTRAINTS);
    }

    private Instant start() {
        return clock.instant().minus(CLOCK_SKEW);
    }

    private boolean isValidFor(Duration time, X509Certificate certificate) {
        Instant now = clock.instant();
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && now.plus(time).isBefore(certificate.getNotAfter().toInstant());
    }

    private static boolean isSignedBy(X509Certificate ca, X509Certificate certificate) {
        try {
            certificate.verify(ca.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static X509Certificate certificate(KeyStore store, String alias) throws GeneralSecurityException {
        if (store.getCertificate(alias) instanceof X509Certificate certificate) {
            return certificate;
        }
        throw new KeyStoreException("no certificate named " + alias);
    }

    /** Writes the file unless that is what it holds already. */
    private static void keep(Path workshop, Path file, String content) throws IOException {
        if (!Files.exists(file)
                || !Files.readString(file, StandardCharsets.ISO_8859_1).equals(content)) {
            OwnerOnly.write(workshop, file, content.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Deletes what a killed process left. The lock proves that no process is working there. */
    private void removeLeftOverWorkshops() throws IOException {
        try (DirectoryStream<Path> leftOver = Files.newDirectoryStream(directory, WORKSHOP + "*")) {
            for (Path workshop : leftOver) {
                remove(workshop);
            }
        }
    }

    private static void remove(Path workshop) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(workshop)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(workshop);
    }
}
