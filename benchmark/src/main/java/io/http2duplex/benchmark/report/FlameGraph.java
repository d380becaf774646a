package io.http2duplex.benchmark.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/** What a recording's samples were taken in: a row for each depth of calls, as wide as it took long. In SVG. */
final class FlameGraph {
    private static final int WIDTH = 1200;
    private static final int ROW = 16;
    private static final int TOP = 34;
    /** Less than this part of all is left out. */
    private static final double LEAST = 0.004;

    private static final double LETTER = 6.2;
    private static final int MARGIN = 3;

    /** Whose code it is. */
    private enum Owner {
        PROJECT("this project", "own"),
        SERVER("Undertow and XNIO", "server"),
        TLS("the JDK's TLS", "tls"),
        JDK("the rest of the JDK", "jdk");

        private final String title;
        private final String style;

        Owner(String title, String style) {
            this.title = title;
            this.style = style;
        }

        static Owner of(String method) {
            if (method.startsWith("io.http2duplex.")) {
                return PROJECT;
            }
            if (method.startsWith("io.undertow.") || method.startsWith("org.xnio.")) {
                return SERVER;
            }
            boolean tls = method.startsWith("sun.security.")
                    || method.startsWith("com.sun.crypto.")
                    || method.startsWith("javax.crypto.")
                    || method.startsWith("javax.net.ssl.");
            return tls ? TLS : JDK;
        }
    }

    /** A method, called from where its parent is. */
    private static final class Node {
        private final Map<String, Node> called = new TreeMap<>();
        private int samples;

        int depth() {
            return 1 + called.values().stream().mapToInt(Node::depth).max().orElse(0);
        }

        void prune(double least) {
            called.values().removeIf(node -> node.samples < least);
            called.values().forEach(node -> node.prune(least));
        }
    }

    private final Node root = new Node();
    /** Samples by whose code called what was running: the JDK's collections count for their callers. */
    private final Map<Owner, Integer> owners = new EnumMap<>(Owner.class);

    private FlameGraph() {}

    static FlameGraph of(Path recording) throws IOException {
        FlameGraph graph = new FlameGraph();
        for (RecordedEvent event : RecordingFile.readAllEvents(recording)) {
            if (event.getEventType().getName().equals("jdk.ExecutionSample") && event.getStackTrace() != null) {
                graph.add(event.getStackTrace().getFrames());
            }
        }
        graph.root.prune(graph.root.samples * LEAST);
        return graph;
    }

    private void add(List<RecordedFrame> innermostFirst) {
        Node node = root;
        node.samples++;
        Owner owner = Owner.JDK;
        for (int i = innermostFirst.size() - 1; i >= 0; i--) {
            String method = method(innermostFirst.get(i));
            node = node.called.computeIfAbsent(method, unknown -> new Node());
            node.samples++;
            owner = Owner.of(method) == Owner.JDK ? owner : Owner.of(method);
        }
        owners.merge(owner, 1, Integer::sum);
    }

    private static String method(RecordedFrame frame) {
        String type = frame.getMethod().getType().getName();
        int generated = type.indexOf("$$Lambda");
        return (generated < 0 ? type : type.substring(0, generated) + ".lambda") + "."
                + frame.getMethod().getName();
    }

    int samples() {
        return root.samples;
    }

    /** {@return whose code took which part, in words} */
    String shares() {
        StringBuilder shares = new StringBuilder();
        owners.entrySet().stream()
                .sorted(Map.Entry.<Owner, Integer>comparingByValue().reversed())
                .forEach(entry -> shares.append(shares.isEmpty() ? "" : ", ")
                        .append(entry.getKey().title)
                        .append(' ')
                        .append(Math.round(100.0 * entry.getValue() / root.samples))
                        .append(" %"));
        return shares.toString();
    }

    String svg(String title) {
        int height = TOP + ROW * root.depth() + MARGIN;
        StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + WIDTH + "\" height=\"" + height
                + "\" viewBox=\"0 0 " + WIDTH + " " + height + "\" font-family=\"monospace\" font-size=\"10\">\n");
        svg.append("<style>text{fill:#111}rect{stroke:#fff;stroke-width:.5}.own{fill:#7fb2ff}.server{fill:#f3c77b}"
                + ".tls{fill:#f08a7c}.jdk{fill:#d9d9d9}.title{fill:#888;font:bold 13px sans-serif}</style>\n");
        svg.append("<text class=\"title\" x=\"" + MARGIN + "\" y=\"20\">" + Svg.escaped(title) + "</text>\n");
        draw(svg, root, 0, height - ROW - MARGIN);
        return svg.append("</svg>\n").toString();
    }

    private void draw(StringBuilder svg, Node caller, double left, int y) {
        double x = left;
        for (Map.Entry<String, Node> entry : caller.called.entrySet()) {
            Node node = entry.getValue();
            double width = (double) WIDTH * node.samples / root.samples;
            box(svg, entry.getKey(), node.samples, x, y, width);
            draw(svg, node, x, y - ROW);
            x += width;
        }
    }

    private void box(StringBuilder svg, String method, int samples, double x, int y, double width) {
        String percent = Numbers.text(100.0 * samples / root.samples);
        svg.append("<g><title>" + Svg.escaped(method) + ", " + percent + " %</title><rect class=\""
                + Owner.of(method).style + "\" x=\"" + Svg.rounded(x) + "\" y=\"" + y + "\" width=\""
                + Svg.rounded(width)
                + "\" height=\"" + ROW + "\"/>");
        int letters = (int) ((width - MARGIN) / LETTER);
        String name = method.substring(method.lastIndexOf('.', method.lastIndexOf('.') - 1) + 1);
        if (letters > 2) {
            svg.append("<text x=\"" + Svg.rounded(x + MARGIN) + "\" y=\"" + (y + 12) + "\">"
                    + Svg.escaped(name.substring(0, Math.min(letters, name.length()))) + "</text>");
        }
        svg.append("</g>\n");
    }
}
