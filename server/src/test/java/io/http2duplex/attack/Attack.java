package io.http2duplex.attack;

import java.io.IOException;

/** One way to behave badly, for a moment: a bout. */
@FunctionalInterface
interface Attack {
    /**
     * Has a bout.
     *
     * @throws IOException if the server has had enough, and closed the connection
     */
    void run(Attacker attacker) throws IOException;
}
