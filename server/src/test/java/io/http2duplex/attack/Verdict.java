package io.http2duplex.attack;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the attackers have seen of the server, and what of it must not be. */
final class Verdict {
    /** What no body that is not an echo may hold: a stack trace, an error page, or what an attacker has sent. */
    private static final Pattern INDISCREET =
            Pattern.compile("\\tat [a-z]|Exception|UT0\\d|[Uu]ndertow|<html|<" + Attacker.MARKUP);

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] (\\d{3})");
    private static final int MAX_KEPT = 50;

    private final Map<String, Map<Integer, LongAdder>> statuses = new ConcurrentSkipListMap<>();
    private final Set<String> faults = new ConcurrentSkipListSet<>();

    /** A response has begun. */
    void answered(int status, String attack) {
        statuses.computeIfAbsent(attack, ignored -> new ConcurrentSkipListMap<>())
                .computeIfAbsent(status, ignored -> new LongAdder())
                .increment();
        if (status >= 500 && status != 503) {
            fault(attack + " was answered with " + status);
        }
    }

    /** All that came on a connection of HTTP/1.1. {@return how many answers that are} */
    int said(String text, String attack) {
        int count = 0;
        Matcher lines = STATUS_LINE.matcher(text);
        while (lines.find()) {
            int status = Integer.parseInt(lines.group(1));
            answered(status, attack);
            count += status >= 200 ? 1 : 0;
        }
        looked(text, attack);
        return count;
    }

    /** A part of a body that is no download. */
    void looked(String body, String attack) {
        Matcher found = INDISCREET.matcher(body);
        if (found.find()) {
            fault(attack + " got to read: "
                    + body.substring(Math.max(0, found.start() - 200), Math.min(body.length(), found.end() + 200)));
        }
    }

    /** Something that must not be. */
    void fault(String what) {
        if (faults.size() < MAX_KEPT) {
            faults.add(what);
        }
    }

    /** {@return some of the things that must not be, each once} */
    Set<String> faults() {
        return faults;
    }

    /** {@return the statuses that came, of an attack} */
    Set<Integer> statuses(String attack) {
        return statuses.getOrDefault(attack, Map.of()).keySet();
    }

    /** {@return how often each status came, by the attack} */
    @Override
    public String toString() {
        return statuses.toString();
    }
}
