package io.http2duplex.certs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS contexts from files. Every method reads its files once and throws {@link CertificatesException} when they cannot
 * be used; a certificate replaced later is not noticed. A server's context is given only if a handshake with it works. A
 * file has at most 1,000,000 bytes.
 */
public final class TlsContexts {
    private TlsContexts() {}

    /**
     * A server's context from a PKCS #12 file that holds its private key and certificate chain.
     *
     * @param password of the file and of the key in it; not kept, and the caller may wipe it afterwards
     */
    public static SSLContext fromPkcs12(Path file, char[] password) {
        KeyStore store = readPkcs12(file, password);
        try {
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    checkValidity(file, (X509Certificate) store.getCertificate(alias));
                    return tried(file, serving(store, password));
                }
            }
        } catch (UnrecoverableKeyException e) {
            throw new CertificatesException(
                    file, "its key has another password than the file; give both the same one", e);
        } catch (GeneralSecurityException e) {
            throw new CertificatesException(
                    file, "cannot be used for TLS (" + e.getMessage() + "); export it again", e);
        }
        throw new CertificatesException(
                file,
                "holds no private key; export the key together with its certificate: openssl pkcs12 -export -inkey KEY -in CHAIN -out "
                        + file);
    }

    /**
     * A server's context from PEM files, which may be one and the same file.
     *
     * @param chain the server's certificate first, then those of the authorities between it and the root
     * @param key the private key of the first certificate: RSA, EC or Ed25519 in PKCS #8, not encrypted
     */
    public static SSLContext fromPem(Path chain, Path key) {
        return context(chain, key, null);
    }

    /**
     * A context of a server or client that shows its certificate, as {@link #fromPem(Path, Path)} has it, and trusts only
     * peers that show one of these authorities': for nodes that trust each other, with {@code requireClientCertificates}.
     *
     * @param chain the own certificate first, valid for clients if a client shows it
     * @param authorities PEM: the certificates that are trusted, and with them those that they signed
     */
    public static SSLContext fromPem(Path chain, Path key, Path authorities) {
        return context(chain, key, trust(authorities));
    }

    private static SSLContext context(Path chain, Path key, TrustManager @Nullable [] trust) {
        List<X509Certificate> certificates = Pem.certificates(chain);
        X509Certificate certificate = certificates.get(0);
        checkValidity(chain, certificate);
        PrivateKey privateKey = Pem.privateKey(key, certificate.getPublicKey().getAlgorithm());
        try {
            if (!belongTogether(privateKey, certificate.getPublicKey())) {
                throw new CertificatesException(
                        key,
                        "is not the key of the first certificate in " + chain
                                + "; give the key it was made for, and put the server's own certificate first");
            }
            char[] inMemoryOnly = new char[0];
            KeyStore store = emptyStore();
            store.setKeyEntry("server", privateKey, inMemoryOnly, certificates.toArray(Certificate[]::new));
            return tried(chain, context(store, inMemoryOnly, trust));
        } catch (GeneralSecurityException e) {
            throw new CertificatesException(
                    chain, "cannot be used for TLS (" + e.getMessage() + "); check the certificate", e);
        }
    }

    /** A client's context that trusts only the certificates in the PEM file, and those that they signed. */
    public static SSLContext trusting(Path authorities) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust(authorities), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has TLS", e);
        }
    }

    private static TrustManager[] trust(Path authorities) {
        List<X509Certificate> certificates = Pem.certificates(authorities);
        try {
            KeyStore store = emptyStore();
            for (X509Certificate certificate : certificates) {
                store.setCertificateEntry("authority-" + store.size(), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return trust.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new CertificatesException(
                    authorities, "cannot be trusted (" + e.getMessage() + "); check the certificate", e);
        }
    }

    /** Reads a PKCS #12 file. If the file or the password is wrong, the exception tells which. */
    static KeyStore readPkcs12(Path file, char[] password) {
        byte[] content = CertificateFile.read(file);
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(content), password);
            return store;
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new CertificatesException(file, "the password is wrong; give the one it was exported with", e);
            }
            throw new CertificatesException(
                    file,
                    "is no PKCS #12 file, or is damaged ("
                            + Objects.requireNonNullElse(e.getMessage(), "it stops too soon")
                            + "); export it again, or give PEM files",
                    e);
        } catch (GeneralSecurityException e) {
            throw new CertificatesException(
                    file, "cannot be read as PKCS #12 (" + e.getMessage() + "); export it again", e);
        }
    }

    static SSLContext serving(KeyStore store, char[] password) throws GeneralSecurityException {
        return context(store, password, null);
    }

    /** @param trust null: the JDK's */
    private static SSLContext context(KeyStore store, char[] password, TrustManager @Nullable [] trust)
            throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust, null);
        return context;
    }

    /** {@return the context, with which a handshake was made} */
    private static SSLContext tried(Path file, SSLContext context) throws GeneralSecurityException {
        try {
            TrialHandshake.of(context);
            return context;
        } catch (SSLException e) {
            throw new CertificatesException(
                    file,
                    "its certificate and key cannot be used for TLS (" + e.getMessage()
                            + "); make a certificate with an RSA key of 2048 bits or an EC key of the curve P-256",
                    e);
        }
    }

    static KeyStore emptyStore() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new AssertionError("nothing was read", e);
        }
    }

    private static void checkValidity(Path file, X509Certificate certificate) {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            throw new CertificatesException(
                    file,
                    "the certificate expired on " + certificate.getNotAfter().toInstant() + "; renew it",
                    e);
        } catch (CertificateNotYetValidException e) {
            throw new CertificatesException(
                    file,
                    "the certificate is not valid before "
                            + certificate.getNotBefore().toInstant() + "; check the clock of this machine",
                    e);
        }
    }

    private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        String scheme = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> publicKey.getAlgorithm();
        };
        byte[] sample = {1, 2, 3};
        Signature signature = Signature.getInstance(scheme);
        signature.initSign(privateKey);
        signature.update(sample);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(sample);
        return signature.verify(signed);
    }
}
