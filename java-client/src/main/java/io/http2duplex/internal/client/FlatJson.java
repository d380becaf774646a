package io.http2duplex.internal.client;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A strict reader of JSON objects (RFC 8259) whose members are strings, numbers, truth values and null, as problems are
 * (RFC 9457). Whatever is nested or malformed is no such object.
 */
final class FlatJson {
    private final String text;
    private int at;

    private FlatJson(String text) {
        this.text = text;
    }

    /** {@return the members that are strings or whole numbers ({@link Long}); null if it is no flat object} */
    static @Nullable Map<String, Object> read(String text) {
        try {
            return new FlatJson(text).object();
        } catch (MalformedException e) {
            return null;
        }
    }

    /** The text breaks the grammar. It has neither message nor trace: nobody sees it. */
    private static final class MalformedException extends Exception {
        MalformedException() {
            super(null, null, false, false);
        }
    }

    private Map<String, Object> object() throws MalformedException {
        Map<String, Object> members = new HashMap<>();
        take('{');
        space();
        if (peek() != '}') {
            member(members);
            while (peek() == ',') {
                at++;
                member(members);
            }
        }
        take('}');
        space();
        require(at == text.length());
        return members;
    }

    private void member(Map<String, Object> members) throws MalformedException {
        space();
        String name = string();
        take(':');
        space();
        Object value = value();
        if (value != null) {
            members.put(name, value);
        }
        space();
    }

    private @Nullable Object value() throws MalformedException {
        if (peek() == '"') {
            return string();
        }
        int begin = at;
        while (isOfWord(peek())) {
            at++;
        }
        String word = text.substring(begin, at);
        if (word.matches("-?(0|[1-9][0-9]{0,17})")) {
            return Long.valueOf(word);
        }
        require(word.matches("true|false|null|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?"));
        return null;
    }

    private static boolean isOfWord(char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || "+-.E".indexOf(letter) >= 0;
    }

    private String string() throws MalformedException {
        require(peek() == '"');
        at++;
        StringBuilder string = new StringBuilder();
        for (char next = next(); next != '"'; next = next()) {
            require(next >= ' ');
            string.append(next == '\\' ? escaped() : next);
        }
        return string.toString();
    }

    private char escaped() throws MalformedException {
        char letter = next();
        if (letter == 'u') {
            require(at + 4 <= text.length());
            String digits = text.substring(at, at + 4);
            require(digits.matches("[0-9a-fA-F]{4}"));
            at += 4;
            return (char) Integer.parseInt(digits, 16);
        }
        int which = "\"\\/bfnrt".indexOf(letter);
        require(which >= 0);
        return "\"\\/\b\f\n\r\t".charAt(which);
    }

    private void take(char expected) throws MalformedException {
        space();
        require(next() == expected);
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** {@return the next character; 0 at the end} */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private char next() throws MalformedException {
        require(at < text.length());
        return text.charAt(at++);
    }

    private static void require(boolean condition) throws MalformedException {
        if (!condition) {
            throw new MalformedException();
        }
    }
}
