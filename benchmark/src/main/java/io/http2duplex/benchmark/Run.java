package io.http2duplex.benchmark;

import java.util.Map;

/**
 * What was measured once.
 *
 * @param setting under which the systems are compared, such as a round-trip time
 * @param system what was measured
 * @param figures by name; the units are in the names' documentation in the report
 */
public record Run(String setting, String system, Map<String, Double> figures) {
    /** {@return the figure of that name, which there has to be} */
    public double figure(String name) {
        Double figure = figures.get(name);
        if (figure == null) {
            throw new IllegalArgumentException(system + " has no figure " + name);
        }
        return figure;
    }
}
