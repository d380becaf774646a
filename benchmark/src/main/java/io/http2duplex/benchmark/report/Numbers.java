package io.http2duplex.benchmark.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.OptionalDouble;

/** How numbers are written. */
final class Numbers {
    private static final int DIGITS = 3;

    private Numbers() {}

    /** {@return the number with three digits that count, and commas; a dash if there is none} */
    static String text(OptionalDouble number) {
        return number.isPresent() ? text(number.getAsDouble()) : "–";
    }

    static String text(double number) {
        if (!Double.isFinite(number)) {
            return "–";
        }
        if (Math.abs(number) >= 1000) {
            return String.format(Locale.ROOT, "%,d", Math.round(number));
        }
        BigDecimal rounded = new BigDecimal(number).round(new MathContext(DIGITS));
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }
}
