package io.http2duplex.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevelopmentCertificatesTest {
    private static final Keytool KEYTOOL = new Keytool(Path.of(System.getProperty("java.home")));

    /** For the tests that change nothing in it, since keytool takes its time. */
    @TempDir
    static Path shared;

    @TempDir
    Path temporary;

    private DevelopmentCertificates after(Duration time) {
        return DevelopmentCertificates.in(directory(), Clock.offset(Clock.systemUTC(), time), KEYTOOL);
    }

    private static Path sharedDirectory() {
        return shared.resolve("certs").resolve("dev");
    }

    private Path directory() {
        return temporary.resolve("certs").resolve("dev");
    }

    private static X509Certificate authority(DevelopmentCertificates certificates) {
        return Pem.certificates(certificates.caCertificate()).get(0);
    }

    private static X509Certificate server(DevelopmentCertificates certificates) {
        return Pem.certificates(certificates.certificateChain()).get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "::1"})
    void aClientThatTrustsTheAuthorityAcceptsTheServerUnderEachOfItsNames(String name) throws Exception {
        DevelopmentCertificates certificates = DevelopmentCertificates.in(sharedDirectory());
        SSLContext client = TlsContexts.trusting(certificates.caCertificate());

        assertThat(Handshake.between(client, certificates.sslContext(), name)).isEqualTo(server(certificates));
    }

    @Test
    void aClientThatDoesNotTrustTheAuthorityRefusesTheServer() throws Exception {
        DevelopmentCertificates certificates = DevelopmentCertificates.in(sharedDirectory());

        assertThatThrownBy(() -> Handshake.between(SSLContext.getDefault(), certificates.sslContext(), "localhost"))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void aClientRefusesTheServerUnderAnotherName() {
        DevelopmentCertificates certificates = DevelopmentCertificates.in(sharedDirectory());
        SSLContext client = TlsContexts.trusting(certificates.caCertificate());

        assertThatThrownBy(() -> Handshake.between(client, certificates.sslContext(), "example.com"))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void thePemFilesServeTheSameCertificateToOtherServers() throws Exception {
        DevelopmentCertificates certificates = DevelopmentCertificates.in(sharedDirectory());
        SSLContext client = TlsContexts.trusting(certificates.caCertificate());
        SSLContext server = TlsContexts.fromPem(certificates.certificateChain(), certificates.privateKey());

        assertThat(Handshake.between(client, server, "localhost")).isEqualTo(server(certificates));
    }

    @Test
    void theAuthorityCanVouchForThisMachineAndForNothingElse() throws Exception {
        DevelopmentCertificates certificates = DevelopmentCertificates.in(directory());
        X509Certificate authority = authority(certificates);
        KEYTOOL.addKeyPair(
                directory().resolve("ca.p12"),
                directory().resolve("password"),
                "elsewhere",
                Clock.systemUTC().instant(),
                Duration.ofDays(1),
                List.of("-signer", "ca", "-dname", "CN=example.com", "-ext", "san=dns:example.com"));
        char[] password = Files.readString(directory().resolve("password")).toCharArray();
        X509Certificate elsewhere = (X509Certificate)
                TlsContexts.readPkcs12(directory().resolve("ca.p12"), password).getCertificate("elsewhere");

        assertThat(authority.getBasicConstraints()).isZero();
        assertThat(authority.getCriticalExtensionOIDs()).contains("2.5.29.30");
        validate(authority, server(certificates));
        assertThatThrownBy(() -> validate(authority, elsewhere))
                .isInstanceOf(CertPathValidatorException.class)
                .hasMessageContaining("name constraints");
    }

    /** The authority stands in the path too, since the JDK heeds name constraints there, not in a trust anchor. */
    private static void validate(X509Certificate authority, X509Certificate certificate) throws Exception {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
        parameters.setRevocationEnabled(false);
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        CertPathValidator.getInstance("PKIX")
                .validate(factory.generateCertPath(List.of(certificate, authority)), parameters);
    }

    @Test
    void theServerCertificateIsOneThatBrowsersAccept() throws Exception {
        X509Certificate server = server(DevelopmentCertificates.in(sharedDirectory()));

        Duration validity = Duration.between(
                server.getNotBefore().toInstant(), server.getNotAfter().toInstant());
        assertThat(validity).isLessThanOrEqualTo(Duration.ofDays(397));
        assertThat(server.getExtendedKeyUsage())
                .as("valid for servers, and for nodes that are clients of each other")
                .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(server.getBasicConstraints()).isEqualTo(-1);
    }

    @Test
    void nobodyButTheOwnerMayReadTheFiles() throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
        DevelopmentCertificates.in(directory());

        assertThat(mode(directory())).isEqualTo("rwx------");
        for (String secret : List.of("password", "ca.p12", "server.p12", "server.key")) {
            assertThat(mode(directory().resolve(secret))).as(secret).isEqualTo("rw-------");
        }
    }

    @Test
    void aKeyThatOthersWereAllowedToReadIsTakenBackWhenItIsOpenedAgain() throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
        Path key = DevelopmentCertificates.in(directory()).privateKey();
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

        DevelopmentCertificates.in(directory());

        assertThat(mode(key)).isEqualTo("rw-------");
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void gitIsToldToLeaveEverythingInTheDirectoryAlone() throws Exception {
        DevelopmentCertificates.in(sharedDirectory());
        List<String> ignored = Files.readAllLines(sharedDirectory().resolve(".gitignore"));

        try (var files = Files.list(sharedDirectory())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .allMatch(name -> ignored.stream()
                            .anyMatch(pattern -> name.equals(pattern) || name.endsWith(pattern.replace("*", ""))));
        }
    }

    @Test
    void whatSomebodyElseHasInTheDirectoryIsNeverOverwritten() throws IOException {
        Path gitignore = Files.writeString(temporary.resolve(".gitignore"), "target/");
        DevelopmentCertificates.in(temporary);
        assertThat(gitignore).hasContent("target/");

        Files.createDirectories(directory());
        Path key = Files.writeString(directory().resolve("server.key"), "mine");
        assertThatThrownBy(() -> DevelopmentCertificates.in(directory()))
                .isInstanceOf(CertificatesException.class)
                .hasMessage(key + ": was not made here and would be overwritten;"
                        + " give another directory for development certificates");
        assertThat(key).hasContent("mine");
    }

    @Test
    void aSecondCallReusesWhatTheFirstOneMade() {
        DevelopmentCertificates certificates = DevelopmentCertificates.in(sharedDirectory());
        X509Certificate authority = authority(certificates);
        X509Certificate server = server(certificates);

        DevelopmentCertificates.in(sharedDirectory());

        assertThat(authority(certificates)).isEqualTo(authority);
        assertThat(server(certificates)).isEqualTo(server);
    }

    @Test
    void theServerCertificateIsRenewedAMonthBeforeItExpiresAndTheAuthorityStays() {
        DevelopmentCertificates certificates = after(Duration.ZERO);
        X509Certificate authority = authority(certificates);
        X509Certificate server = server(certificates);

        assertThat(server(after(Duration.ofDays(397 - 32)))).isEqualTo(server);
        assertThat(server(after(Duration.ofDays(397 - 29)))).isNotEqualTo(server);
        assertThat(authority(certificates)).isEqualTo(authority);
    }

    @Test
    void theAuthorityIsReplacedBeforeItCouldExpireUnderACertificateItSigned() {
        X509Certificate authority = authority(after(Duration.ZERO));

        DevelopmentCertificates replaced = after(Duration.ofDays(3650 - 396));

        assertThat(authority(replaced).getSubjectX500Principal()).isNotEqualTo(authority.getSubjectX500Principal());
        assertThat(server(replaced).getIssuerX500Principal())
                .isEqualTo(authority(replaced).getSubjectX500Principal());
    }

    @Test
    void processesThatStartAtOnceAllGetTheSameCertificates() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                MakeCertificates.class.getName(),
                directory().toString());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);

        Process one = builder.start();
        Process other = builder.start();
        byte[] seenByOne = one.getInputStream().readAllBytes();
        byte[] seenByOther = other.getInputStream().readAllBytes();

        assertThat(one.waitFor()).isZero();
        assertThat(other.waitFor()).isZero();
        assertThat(seenByOne).isNotEmpty().isEqualTo(seenByOther);
    }

    @Test
    void whatAKilledProcessLeftHalfMadeIsMended() throws Exception {
        DevelopmentCertificates first = DevelopmentCertificates.in(directory());
        Files.delete(first.privateKey());
        Files.writeString(directory().resolve("server.p12"), "cut off");
        Path workshop = Files.createDirectory(directory().resolve("making-1"));
        Files.writeString(workshop.resolve("both.p12"), "cut off");

        DevelopmentCertificates mended = DevelopmentCertificates.in(directory());

        SSLContext client = TlsContexts.trusting(first.caCertificate());
        SSLContext server = TlsContexts.fromPem(mended.certificateChain(), mended.privateKey());
        assertThat(Handshake.between(client, server, "localhost")).isEqualTo(server(mended));
        assertThat(workshop).doesNotExist();
    }

    @Test
    void anAuthorityThatCannotBeOpenedIsAnErrorAndNeverReplacedInSilence() throws IOException {
        DevelopmentCertificates.in(directory());
        Path ca = Files.writeString(directory().resolve("ca.p12"), "damaged");

        assertThatThrownBy(() -> DevelopmentCertificates.in(directory()))
                .isInstanceOf(CertificatesException.class)
                .hasMessage(ca + ": the development authority cannot be opened; delete " + directory()
                        + " to have a new one made, and trust that one instead");
        assertThat(ca).hasContent("damaged");
    }

    @Test
    void aRuntimeWithoutKeytoolIsAClearErrorThatLeavesNothingHalfMade() throws IOException {
        Path noJdk = temporary.resolve("jre");

        assertThatThrownBy(() -> DevelopmentCertificates.in(directory(), Clock.systemUTC(), new Keytool(noJdk)))
                .isInstanceOf(CertificatesException.class)
                .hasMessageStartingWith(noJdk.resolve("bin").toString())
                .hasMessageEndingWith("this Java runtime has no keytool, so it can make no development certificate;"
                        + " run on a full JDK, or bring a certificate of your own");
        try (var files = Files.list(directory())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(".gitignore", "lock", "password");
        }
    }

    @Test
    void aFileWhereTheDirectoryShouldBeIsAClearError() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));

        assertThatThrownBy(() -> DevelopmentCertificates.in(file))
                .isInstanceOf(CertificatesException.class)
                .hasMessage(file + ": is a file, and a directory is needed here; give another path");
    }

    @Test
    void aDiskThatIsFullIsToldFromAPathThatIsWrong() {
        Path file = Path.of("full");
        for (IOException full : List.of(
                new IOException("No space left on device"),
                new FileSystemException("full", null, "No space left on device"),
                new IOException("There is not enough space on the disk"),
                new IOException("Disk quota exceeded"))) {
            assertThat(CertificatesException.of(file, full))
                    .hasMessageStartingWith("full: cannot be written (")
                    .hasMessageEndingWith("); make room there, or give another path");
        }
        assertThat(CertificatesException.of(file, new IOException("Input/output error")))
                .hasMessage("full: cannot be read or written (Input/output error); check the path and its permissions");
    }

    /** As of two applications of one servlet container. */
    @Test
    void theSameClassOfAnotherClassLoaderIsWaitedFor() throws Exception {
        Files.createDirectories(directory());
        CompletableFuture<DevelopmentCertificates> made;
        try (FileChannel other =
                FileChannel.open(directory().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            other.lock();
            CompletableFuture<DevelopmentCertificates> waiting =
                    CompletableFuture.supplyAsync(() -> DevelopmentCertificates.in(directory()));
            assertThatThrownBy(() -> waiting.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            made = waiting;
        }
        assertThat(made.get(60, TimeUnit.SECONDS).caCertificate()).exists();
    }

    @Test
    void aLockThatOthersKeepIsNotWaitedForForEver() throws Exception {
        Files.createDirectories(directory());
        Path lock = directory().resolve("lock");
        try (FileChannel other = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            other.lock();
            assertThatThrownBy(() -> DevelopmentCertificates.awaitLock(channel, lock, Duration.ofMillis(1)))
                    .isInstanceOf(CertificatesException.class)
                    .hasMessageStartingWith(lock + ": another process or application has held it");
            Thread.currentThread().interrupt();
            try {
                assertThatThrownBy(() -> DevelopmentCertificates.awaitLock(channel, lock, Duration.ofMinutes(1)))
                        .isInstanceOf(CertificatesException.class)
                        .hasMessage(lock + ": interrupted while another process or application held it");
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
        }
    }
}
