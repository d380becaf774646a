package io.http2duplex.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsContextsTest {
    private static final char[] PASSWORD = KeytoolInTests.PASSWORD.toCharArray();

    @TempDir
    static Path made;

    @TempDir
    Path directory;

    private Path pkcs12 = Path.of("");
    private Path chain = Path.of("");
    private Path key = Path.of("");

    @BeforeEach
    void nameTheFiles() {
        pkcs12 = directory.resolve("own.p12");
        chain = directory.resolve("chain.pem");
        key = directory.resolve("key.pem");
    }

    private void makePem(String algorithm, String... options) throws Exception {
        Files.copy(keyPair(algorithm, options), pkcs12);
        KeyStore store = TlsContexts.readPkcs12(pkcs12, PASSWORD);
        Files.writeString(chain, Pem.of(store.getCertificateChain("own")));
        Files.writeString(key, Pem.of((PrivateKey) store.getKey("own", PASSWORD)));
    }

    /** A PKCS #12 file to be left as it is: each kind is made once for all tests, since keytool takes its time. */
    private static Path keyPair(String algorithm, String... options) throws Exception {
        Path store = made.resolve(algorithm + String.join("", options).replace('/', '-') + ".p12");
        if (Files.notExists(store)) {
            KeytoolInTests.keyPair(store, "own", algorithm, options);
        }
        return store;
    }

    private void assertServes(SSLContext server) throws IOException {
        SSLContext client = TlsContexts.trusting(chain);
        assertThat(Handshake.between(client, server, "localhost"))
                .isEqualTo(Pem.certificates(chain).get(0));
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(ThrowingCallable use) {
        return assertThatThrownBy(use).isInstanceOf(CertificatesException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void aCertificateOfOnesOwnServesFromPkcs12AndFromPem(String algorithm) throws Exception {
        makePem(algorithm);

        assertServes(TlsContexts.fromPkcs12(pkcs12, PASSWORD));
        assertServes(TlsContexts.fromPem(chain, key));
    }

    @Test
    void chainAndKeyMayStandInOneFileWithTextAroundThem() throws Exception {
        makePem("EC");
        Path both = Files.writeString(
                directory.resolve("both.pem"),
                "Bag Attributes\n" + Files.readString(key) + "subject=CN = localhost\r\n"
                        + Files.readString(chain).replace("\n", "\r\n"));

        assertServes(TlsContexts.fromPem(both, both));
    }

    @Test
    void aFileThatDoesNotExistIsNamed() {
        String problem = ": there is no such file; check the path";
        assertRefused(() -> TlsContexts.fromPkcs12(pkcs12, PASSWORD)).hasMessage(pkcs12 + problem);
        assertRefused(() -> TlsContexts.fromPem(chain, key)).hasMessage(chain + problem);
        assertRefused(() -> TlsContexts.trusting(chain)).hasMessage(chain + problem);
    }

    @Test
    void aDirectoryInsteadOfAFileIsAClearError() {
        assertRefused(() -> TlsContexts.trusting(directory))
                .hasMessage(directory + ": is no regular file; give the path of one");
    }

    @Test
    @Timeout(60)
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aPipeThatNobodyWritesToIsRefusedInsteadOfRead() throws Exception {
        Process mkfifo = new ProcessBuilder("mkfifo", chain.toString()).start();
        assertThat(mkfifo.waitFor()).isZero();
        assertRefused(() -> TlsContexts.fromPem(chain, chain)).hasMessageContaining("is no regular file");
    }

    @Test
    void aFileThatIsTooLargeForACertificateIsNotReadIntoMemory() throws IOException {
        Files.write(pkcs12, new byte[CertificateFile.MAX_BYTES + 1]);
        assertRefused(() -> TlsContexts.fromPkcs12(pkcs12, PASSWORD)).hasMessageContaining("more than 1000000 bytes");
        assertRefused(() -> TlsContexts.fromPem(pkcs12, key)).hasMessageContaining("more than 1000000 bytes");
    }

    /** Java signs with it when it is asked to, but not in TLS. */
    @Test
    void aKeyThatTheJdkDoesNotSignWithInTlsIsRefused() throws Exception {
        makePem("RSA", "-keysize", "512");
        assertRefused(() -> TlsContexts.fromPem(chain, key))
                .hasMessageStartingWith(chain + ": its certificate and key cannot be used for TLS")
                .hasMessageContaining("an RSA key of 2048 bits");
        assertRefused(() -> TlsContexts.fromPkcs12(pkcs12, PASSWORD)).hasMessageContaining("cannot be used for TLS");
    }

    @Test
    void aWrongPasswordIsToldFromADamagedFile() throws Exception {
        Files.copy(keyPair("EC"), pkcs12);
        assertRefused(() -> TlsContexts.fromPkcs12(pkcs12, "guessed".toCharArray()))
                .hasMessage(pkcs12 + ": the password is wrong; give the one it was exported with");

        Files.writeString(pkcs12, "-----BEGIN CERTIFICATE-----");
        assertRefused(() -> TlsContexts.fromPkcs12(pkcs12, PASSWORD))
                .hasMessageStartingWith(pkcs12 + ": is no PKCS #12 file, or is damaged (")
                .hasMessageEndingWith("); export it again, or give PEM files");

        Files.writeString(pkcs12, "too short");
        assertRefused(() -> TlsContexts.fromPkcs12(pkcs12, PASSWORD))
                .hasMessage(
                        pkcs12
                                + ": is no PKCS #12 file, or is damaged (it stops too soon); export it again, or give PEM files");
    }

    @Test
    void aPkcs12FileWithoutAKeyIsAClearError() throws Exception {
        makePem("EC");
        Path withoutKey = directory.resolve("without-key.p12");
        KeytoolInTests.run(withoutKey, List.of("-importcert", "-noprompt", "-alias", "own", "-file", chain.toString()));

        assertRefused(() -> TlsContexts.fromPkcs12(withoutKey, PASSWORD))
                .hasMessage(withoutKey + ": holds no private key; export the key together with its certificate:"
                        + " openssl pkcs12 -export -inkey KEY -in CHAIN -out " + withoutKey);
    }

    @Test
    void anExpiredCertificateIsRefusedWithTheDayItExpired() throws Exception {
        makePem("EC", "-startdate", "2020/01/01", "-validity", "10");

        String problem = ": the certificate expired on 2020-01-1";
        assertRefused(() -> TlsContexts.fromPkcs12(pkcs12, PASSWORD)).hasMessageStartingWith(pkcs12 + problem);
        assertRefused(() -> TlsContexts.fromPem(chain, key))
                .hasMessageStartingWith(chain + problem)
                .hasMessageEndingWith("; renew it");
    }

    @Test
    void aCertificateOfTheFutureIsRefusedWithAWordAboutTheClock() throws Exception {
        makePem("EC", "-startdate", "+2y");

        assertRefused(() -> TlsContexts.fromPem(chain, key))
                .hasMessageStartingWith(chain + ": the certificate is not valid before ")
                .hasMessageEndingWith("; check the clock of this machine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
    void aKeyOfAnotherKindIsRefusedWithTheCommandThatConvertsIt(String kind) throws Exception {
        makePem("EC");
        Files.writeString(key, Files.readString(key).replace("PRIVATE KEY", kind));

        assertRefused(() -> TlsContexts.fromPem(chain, key))
                .hasMessage(key + ": is of the kind \"" + kind + "\", and a plain PKCS #8 \"PRIVATE KEY\" is needed;"
                        + " convert it with: openssl pkcs8 -topk8 -nocrypt -in " + key + " -out " + key + ".pkcs8");
    }

    @Test
    void filesMixedUpAreToldApart() throws Exception {
        makePem("EC");

        assertRefused(() -> TlsContexts.fromPem(key, chain))
                .hasMessage(key + ": holds no certificate; a PEM file with a block that begins with"
                        + " -----BEGIN CERTIFICATE----- is needed");
        assertRefused(() -> TlsContexts.fromPem(chain, chain))
                .hasMessage(chain + ": holds no private key; a PEM file with a block that begins with"
                        + " -----BEGIN PRIVATE KEY----- is needed");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        makePem("EC");
        KeyStore other = KeytoolInTests.keyPair(directory.resolve("other.p12"), "own", "EC");
        Path otherKey =
                Files.writeString(directory.resolve("other.key"), Pem.of((PrivateKey) other.getKey("own", PASSWORD)));

        assertRefused(() -> TlsContexts.fromPem(chain, otherKey))
                .hasMessage(otherKey + ": is not the key of the first certificate in " + chain
                        + "; give the key it was made for, and put the server's own certificate first");
    }

    @Test
    void aKeyOfAnotherAlgorithmIsRefused() throws Exception {
        makePem("EC");
        KeyStore other = TlsContexts.readPkcs12(keyPair("RSA"), PASSWORD);
        Path otherKey =
                Files.writeString(directory.resolve("other.key"), Pem.of((PrivateKey) other.getKey("own", PASSWORD)));

        assertRefused(() -> TlsContexts.fromPem(chain, otherKey))
                .hasMessage(
                        otherKey + ": holds no EC private key that can be read, and its certificate is for an EC key;"
                                + " give the key the certificate was made for");
    }

    @Test
    void aDamagedCertificateIsAClearError() throws IOException {
        Files.writeString(chain, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        assertRefused(() -> TlsContexts.trusting(chain))
                .hasMessageStartingWith(chain + ": holds a certificate that is damaged (")
                .hasMessageEndingWith("); get it again");
    }

    @Test
    void aDamagedBlockIsAClearError() throws IOException {
        Files.writeString(chain, "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n");

        assertRefused(() -> TlsContexts.trusting(chain))
                .hasMessageStartingWith(chain + ": holds a CERTIFICATE block that is damaged (")
                .hasMessageEndingWith("); get it again");
    }

    /** As a disk that is full leaves it, or a copy that is under way: a chain without its end is none. */
    @Test
    void aFileThatWasCutInTheMiddleOfABlockIsRefusedWhereverThatWas() throws Exception {
        makePem("EC");
        String certificate = Files.readString(chain);
        for (int length = "-----B".length(); length < certificate.length() - 1; length++) {
            Files.writeString(chain, certificate + certificate.substring(0, length));
            assertRefused(() -> TlsContexts.trusting(chain)).hasMessageContaining("was cut");
        }
        Files.writeString(chain, certificate.replaceAll("-----END.*", "") + certificate);
        assertRefused(() -> TlsContexts.trusting(chain)).hasMessageContaining("was cut");
    }

    @Test
    @Timeout(30)
    void aFileOfBeginningsAloneIsReadInOnePass() throws IOException {
        String begin = "-----BEGIN X509 CRL-----\n";
        Files.writeString(chain, begin.repeat(CertificateFile.MAX_BYTES / begin.length()));

        assertRefused(() -> TlsContexts.trusting(chain)).hasMessageContaining("holds no certificate");
    }
}
