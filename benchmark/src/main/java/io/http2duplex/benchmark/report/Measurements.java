package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.Run;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** What one part has measured, by median. */
final class Measurements {
    private final List<Run> runs;

    Measurements(List<Run> runs) {
        this.runs = runs;
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** {@return the settings, in the order in which they were measured first} */
    Set<String> settings() {
        return runs.stream().map(Run::setting).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** {@return the systems, sorted so that those of one kind are together} */
    List<String> systems(String setting) {
        return runs.stream()
                .filter(run -> run.setting().equals(setting))
                .map(Run::system)
                .distinct()
                .sorted()
                .toList();
    }

    /** {@return the median of all rounds; empty if it was not measured} */
    OptionalDouble median(String setting, String system, String figure) {
        double[] values = runs.stream()
                .filter(run -> run.setting().equals(setting) && run.system().equals(system))
                .map(run -> run.figures().get(figure))
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        if (values.length == 0) {
            return OptionalDouble.empty();
        }
        int middle = values.length / 2;
        return OptionalDouble.of(values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2);
    }

    /** {@return the one median for one of the other, in the same setting; empty if one was not measured} */
    OptionalDouble ratio(String setting, String system, String other, String figure) {
        return ratio(median(setting, system, figure), median(setting, other, figure));
    }

    /** {@return by how much the one median is above the other, in the same setting; empty if one was not measured} */
    OptionalDouble difference(String setting, String system, String other, String figure) {
        OptionalDouble one = median(setting, system, figure);
        OptionalDouble two = median(setting, other, figure);
        return one.isPresent() && two.isPresent()
                ? OptionalDouble.of(one.getAsDouble() - two.getAsDouble())
                : OptionalDouble.empty();
    }

    /** {@return the median in the larger setting for one in the smaller; empty if one was not measured} */
    OptionalDouble growth(String smaller, String larger, String system, String figure) {
        return ratio(median(larger, system, figure), median(smaller, system, figure));
    }

    private static OptionalDouble ratio(OptionalDouble one, OptionalDouble two) {
        return one.isPresent() && two.isPresent()
                ? OptionalDouble.of(one.getAsDouble() / two.getAsDouble())
                : OptionalDouble.empty();
    }
}
