package io.http2duplex.benchmark.report;

/** What pictures have in common. */
final class Svg {
    private Svg() {}

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
