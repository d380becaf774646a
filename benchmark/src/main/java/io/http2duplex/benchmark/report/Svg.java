package io.http2duplex.benchmark.report;

/** What pictures have in common. */
final class Svg {
    private Svg() {}

    /** {@return a length or a place, as exact as can be seen} */
    static double rounded(double number) {
        return Math.round(number * 10) / 10.0;
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
