package io.http2duplex.benchmark.servers;

/**
 * The message that is echoed and published everywhere: JSON of {@value #LENGTH} bytes.
 *
 * @param number which one it is, from a million on, so that it always has as many digits
 * @param from who has sent it
 * @param text what fills it up
 */
public record Line(int number, String from, String text) {
    /** The bytes of its JSON. */
    public static final int LENGTH = 128;

    private static final int FIRST = 1_000_000;
    private static final String FROM = "someone";
    private static final String TEXT = "x".repeat(LENGTH - "{'number':1000000,'from':'someone','text':''}".length());

    /** {@return the message of that number, from 0} */
    public static Line of(int number) {
        return new Line(FIRST + number, FROM, TEXT);
    }
}
