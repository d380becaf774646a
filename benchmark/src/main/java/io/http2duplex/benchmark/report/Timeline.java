package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.report.RoundTrips.Lane;
import io.http2duplex.benchmark.report.RoundTrips.Span;
import java.util.LinkedHashMap;
import java.util.Map;

/** One round trip of each system: a row for each part of the browser, with a box for each task. In SVG. */
final class Timeline {
    private static final int WIDTH = 900;
    private static final int LABELS = 140;
    private static final int ROW = 18;
    private static final int HEAD = 26;
    private static final int TOP = 34;
    private static final double MICROS_IN_MILLI = 1000;

    private final Map<String, RoundTrips> systems = new LinkedHashMap<>();

    void add(String system, RoundTrips roundTrips) {
        if (!roundTrips.typical().isEmpty()) {
            systems.put(system, roundTrips);
        }
    }

    boolean isEmpty() {
        return systems.isEmpty();
    }

    /** {@return the picture} It takes its colours from a light page, or a dark one. */
    String svg(String title) {
        double longest = systems.values().stream()
                .flatMap(roundTrips -> roundTrips.typical().stream())
                .mapToDouble(Span::length)
                .max()
                .orElse(1);
        int height = TOP + systems.size() * (HEAD + Lane.values().length * ROW) + ROW;
        StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + WIDTH + "\" height=\"" + height
                + "\" viewBox=\"0 0 " + WIDTH + " " + height + "\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.append("<style>text{fill:#222}.row{fill:#8884}.task{fill:#2f6fde}"
                + "@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>\n");
        svg.append("<text x=\"8\" y=\"22\" font-weight=\"bold\">" + Svg.escaped(title) + "</text>\n");
        int y = TOP;
        for (Map.Entry<String, RoundTrips> entry : systems.entrySet()) {
            for (Span trip : entry.getValue().typical()) {
                svg.append("<text x=\"8\" y=\"" + (y + 17) + "\">" + Svg.escaped(entry.getKey()) + ": "
                        + Numbers.text(trip.length() / MICROS_IN_MILLI) + " ms</text>\n");
                y += HEAD;
                for (Lane lane : Lane.values()) {
                    row(svg, entry.getValue(), trip, lane, y, (WIDTH - LABELS) / longest);
                    y += ROW;
                }
            }
        }
        return svg.append("</svg>\n").toString();
    }

    private static void row(StringBuilder svg, RoundTrips roundTrips, Span trip, Lane lane, int y, double scale) {
        svg.append("<text x=\"" + (LABELS - 8) + "\" y=\"" + (y + 13) + "\" text-anchor=\"end\">" + lane.title()
                + "</text>");
        box(svg, "row", 0, trip.length() * scale, y);
        for (Span task : roundTrips.tasks(lane)) {
            double length = task.within(trip);
            if (length > 0) {
                box(svg, "task", (Math.max(task.from(), trip.from()) - trip.from()) * scale, length * scale, y);
            }
        }
        svg.append('\n');
    }

    private static void box(StringBuilder svg, String style, double x, double width, int y) {
        svg.append("<rect class=\"" + style + "\" x=\"" + Svg.rounded(LABELS + x) + "\" y=\"" + (y + 2) + "\" width=\""
                + Svg.rounded(Math.max(0.5, width)) + "\" height=\"" + (ROW - 4) + "\"/>");
    }
}
