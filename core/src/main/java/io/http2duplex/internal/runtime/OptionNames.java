package io.http2duplex.internal.runtime;

/**
 * The names of options in texts for the application: those of an endpoint, or those of a client.
 *
 * @param outputBuffer what bounds the bytes of the application that the peer has not read yet
 * @param executor what gives threads to user code
 */
public record OptionNames(String outputBuffer, String executor) {
    public static final OptionNames OF_HANDLER =
            new OptionNames("downloadBufferSize of the DuplexHandler", "DuplexHandler.Builder.executor");

    public static final OptionNames OF_CLIENT =
            new OptionNames("window of the DuplexClient", "DuplexClient.Builder.executor");
}
