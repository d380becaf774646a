package io.http2duplex.certs;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The PEM text encoding (RFC 7468) of certificates and of PKCS #8 private keys. Text around the blocks is ignored. */
final class Pem {
    private static final Pattern MARKER = Pattern.compile("-----(BEGIN|END) ([A-Z0-9 ]++)-----");
    /** The begin of a file's last line, if it may have been a marker. */
    private static final Pattern CUT_MARKER = Pattern.compile("-----(B|BE|BEG|BEGI|BEGIN( [A-Z0-9 ]*+-{0,4})?)\\z");

    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";

    private record Block(String label, String body) {}

    private Pem() {}

    /** Every certificate in the file, in the order in which they stand; at least one. */
    static List<X509Certificate> certificates(Path file) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(file)) {
            if (block.label().equals(CERTIFICATE)) {
                certificates.add(certificate(file, block));
            }
        }
        if (certificates.isEmpty()) {
            throw new CertificatesException(
                    file,
                    "holds no certificate; a PEM file with a block that begins with -----BEGIN CERTIFICATE----- is needed");
        }
        return certificates;
    }

    private static X509Certificate certificate(Path file, Block block) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der(file, block)));
        } catch (CertificateException e) {
            throw new CertificatesException(
                    file, "holds a certificate that is damaged (" + e.getMessage() + "); get it again", e);
        }
    }

    /**
     * The private key in the file.
     *
     * @param algorithm the algorithm that the key must have ("RSA", "EC", "EdDSA"): that of the certificate's public key
     */
    static PrivateKey privateKey(Path file, String algorithm) {
        for (Block block : blocks(file)) {
            if (block.label().equals(PRIVATE_KEY)) {
                return privateKey(file, algorithm, block);
            }
            if (block.label().endsWith(PRIVATE_KEY)) {
                throw new CertificatesException(
                        file,
                        "is of the kind \"" + block.label()
                                + "\", and a plain PKCS #8 \"PRIVATE KEY\" is needed; convert it with:"
                                + " openssl pkcs8 -topk8 -nocrypt -in " + file + " -out " + file + ".pkcs8");
            }
        }
        throw new CertificatesException(
                file,
                "holds no private key; a PEM file with a block that begins with -----BEGIN PRIVATE KEY----- is needed");
    }

    private static PrivateKey privateKey(Path file, String algorithm, Block block) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der(file, block)));
        } catch (GeneralSecurityException e) {
            throw new CertificatesException(
                    file,
                    "holds no " + algorithm + " private key that can be read, and its certificate is for an "
                            + algorithm + " key; give the key the certificate was made for",
                    e);
        }
    }

    static String of(Certificate... chain) throws CertificateEncodingException {
        StringBuilder pem = new StringBuilder();
        for (Certificate certificate : chain) {
            pem.append(block(CERTIFICATE, certificate.getEncoded()));
        }
        return pem.toString();
    }

    static String of(PrivateKey key) {
        return block(PRIVATE_KEY, key.getEncoded());
    }

    private static String block(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /** Each character is looked at once: a file may be nothing but beginnings. */
    private static List<Block> blocks(Path file) {
        String text = new String(CertificateFile.read(file), StandardCharsets.ISO_8859_1);
        List<Block> blocks = new ArrayList<>();
        String open = "";
        int from = 0;
        for (Matcher matcher = MARKER.matcher(text); matcher.find(); from = matcher.end()) {
            boolean begins = matcher.group(1).equals("BEGIN");
            String label = matcher.group(2);
            if (!begins && label.equals(open)) {
                blocks.add(new Block(label, text.substring(from, matcher.start())));
            } else {
                checkWhole(file, open);
            }
            open = begins ? label : "";
        }
        checkWhole(file, open);
        if (CUT_MARKER.matcher(text).region(from, text.length()).find()) {
            throw cut(file);
        }
        return blocks;
    }

    /** A chain of which a part is missing would be used as it is. */
    private static void checkWhole(Path file, String open) {
        if (open.equals(CERTIFICATE) || open.endsWith(PRIVATE_KEY)) {
            throw cut(file);
        }
    }

    private static CertificatesException cut(Path file) {
        return new CertificatesException(
                file, "holds a block without its end, so that it was cut, or is being written; get it again");
    }

    private static byte[] der(Path file, Block block) {
        try {
            return Base64.getMimeDecoder().decode(block.body());
        } catch (IllegalArgumentException e) {
            throw new CertificatesException(
                    file,
                    "holds a " + block.label() + " block that is damaged (" + e.getMessage() + "); get it again",
                    e);
        }
    }
}
