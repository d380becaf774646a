package io.http2duplex.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/** An answer that another server gives in place of ours: a page, over HTTP/1.1. */
public final class ForeignAnswer {
    private static final String PAGE = "<html>Please log in</html>";

    private ForeignAnswer() {}

    /**
     * Reads the head of a request, answers it, and sends nothing more.
     *
     * @param status such as {@code 502 Bad Gateway}
     * @return whether there was a whole head
     */
    public static boolean give(Socket client, String status) throws IOException {
        InputStream in = client.getInputStream();
        for (int end = 0; end < 4; ) {
            int next = in.read();
            end = next == "\r\n\r\n".charAt(end) ? end + 1 : 0;
            if (next < 0) {
                return false;
            }
        }
        client.getOutputStream()
                .write(("HTTP/1.1 " + status
                                + "\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: "
                                + PAGE.length() + "\r\n\r\n" + PAGE)
                        .getBytes(US_ASCII));
        client.shutdownOutput();
        return true;
    }
}
