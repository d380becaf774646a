package io.http2duplex.client;

import io.http2duplex.Duplex;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** A transfer of random bytes to an echo and back. */
record Transfer(long count, String sent, String received) {
    /**
     * Writes that many bytes, ends, and reads everything that comes back.
     *
     * @param progress told how many bytes have come back
     */
    static Transfer over(Duplex duplex, long count, LongConsumer progress) throws Exception {
        CompletableFuture<String> sent = new CompletableFuture<>();
        Thread writer = new Thread(() -> {
            try {
                sent.complete(write(duplex, count));
            } catch (IOException | RuntimeException e) {
                sent.completeExceptionally(e);
            }
        });
        writer.start();
        MessageDigest digest = sha256();
        long received = 0;
        try (InputStream input = duplex.inputStream()) {
            byte[] buffer = new byte[20_000];
            for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                digest.update(buffer, 0, read);
                received += read;
                progress.accept(received);
            }
        }
        return new Transfer(received, sent.get(), HexFormat.of().formatHex(digest.digest()));
    }

    private static String write(Duplex duplex, long count) throws IOException {
        MessageDigest digest = sha256();
        Random random = new Random(count);
        try (OutputStream output = duplex.outputStream()) {
            for (long left = count; left > 0; ) {
                byte[] bytes = new byte[(int) Math.min(left, 1 + random.nextInt(50_000))];
                random.nextBytes(bytes);
                digest.update(bytes);
                output.write(bytes);
                left -= bytes.length;
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
