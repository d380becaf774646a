package io.http2duplex.benchmark.report;

import java.util.LinkedHashMap;
import java.util.Map;

/** A bar for each system, in SVG. */
final class BarChart {
    private static final int WIDTH = 720;
    private static final int LABELS = 220;
    private static final int NUMBERS = 80;
    private static final int ROW = 24;
    private static final int TOP = 40;

    private final String title;
    private final Map<String, Double> bars = new LinkedHashMap<>();

    BarChart(String title) {
        this.title = title;
    }

    void bar(String label, double value) {
        bars.put(label, value);
    }

    /** {@return the picture} It takes its colours from a light page, or a dark one. */
    String svg() {
        double most =
                bars.values().stream().mapToDouble(Double::doubleValue).max().orElse(1);
        int height = TOP + ROW * bars.size() + ROW / 2;
        StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + WIDTH + "\" height=\"" + height
                + "\" viewBox=\"0 0 " + WIDTH + " " + height + "\" font-family=\"sans-serif\" font-size=\"13\">\n");
        svg.append("<style>text{fill:#222}.other{fill:#8a8f98}.own{fill:#2f6fde}"
                + "@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>\n");
        svg.append("<text x=\"8\" y=\"22\" font-weight=\"bold\">" + Svg.escaped(title) + "</text>\n");
        int y = TOP;
        for (Map.Entry<String, Double> bar : bars.entrySet()) {
            long length = Math.max(1, Math.round((WIDTH - LABELS - NUMBERS) * bar.getValue() / most));
            String kind = bar.getKey().startsWith("dialect") ? "own" : "other";
            svg.append("<text x=\"" + (LABELS - 8) + "\" y=\"" + (y + 15) + "\" text-anchor=\"end\">"
                    + Svg.escaped(bar.getKey()) + "</text>");
            svg.append("<rect class=\"" + kind + "\" x=\"" + LABELS + "\" y=\"" + (y + 3) + "\" width=\"" + length
                    + "\" height=\"" + (ROW - 6) + "\"/>");
            svg.append("<text x=\"" + (LABELS + length + 6) + "\" y=\"" + (y + 15) + "\">"
                    + Numbers.text(bar.getValue()) + "</text>\n");
            y += ROW;
        }
        return svg.append("</svg>\n").toString();
    }
}
