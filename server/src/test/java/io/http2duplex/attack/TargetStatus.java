package io.http2duplex.attack;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts of the process that is attacked, and what in it must not be; as lines between the processes. */
final class TargetStatus {
    private static final String FAULT = "fault";

    private final Map<String, Long> counts = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();

    void add(String name, long count) {
        counts.merge(name, count, Long::sum);
    }

    /** Keeps the larger of each count. */
    void max(TargetStatus other) {
        other.counts.forEach((name, count) -> counts.merge(name, count, Math::max));
    }

    void addFault(String fault) {
        faults.add(fault.replace('\n', '|').replace('\r', '|'));
    }

    long get(String name) {
        return counts.getOrDefault(name, 0L);
    }

    List<String> faults() {
        return faults;
    }

    void print(PrintStream out) {
        counts.forEach((name, count) -> out.println(name + "\t" + count));
        faults.forEach(fault -> out.println(FAULT + "\t" + fault));
    }

    /** Reads to the end of an answer. */
    static TargetStatus read(BufferedReader in) throws IOException {
        TargetStatus status = new TargetStatus();
        for (String line = in.readLine(); !AttackedServer.END.equals(line); line = in.readLine()) {
            if (line == null) {
                throw new EOFException("The process that is attacked has ended");
            }
            int tab = line.indexOf('\t');
            if (tab < 0) {
                throw new IOException("The process that is attacked says: " + line);
            }
            String name = line.substring(0, tab);
            String value = line.substring(tab + 1);
            if (name.equals(FAULT)) {
                status.addFault(value);
            } else {
                status.add(name, Long.parseLong(value));
            }
        }
        return status;
    }

    /** {@return all counts that are not 0} */
    @Override
    public String toString() {
        Map<String, Long> shown = new TreeMap<>(counts);
        shown.values().removeIf(count -> count == 0);
        return shown.toString();
    }
}
