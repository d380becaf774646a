package io.http2duplex.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.wire.Await;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The runner tells attacks that took place from those that did not. */
class AttackRunnerTest {
    private final Target target = new Target();

    AttackRunnerTest() throws IOException {}

    @AfterEach
    void close() {
        target.close();
    }

    private List<String> shortcomings(Attack attack) {
        AttackRunner runner = new AttackRunner(target, Map.of("it", attack), 1);
        try (runner) {
            Await.until("there were bouts", () -> {
                AttackRunner.Tally tally = runner.tallies().get("it");
                return tally != null && tally.bouts() > 10;
            });
        }
        return runner.shortcomings(option -> 0);
    }

    private static void get(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        line.head(line.get("/none"));
    }

    @Test
    void anAttackThatTookPlaceHasNoShortcomings() {
        assertThat(shortcomings(Attack.of(50, AttackRunnerTest::get).isAnswered(404)))
                .isEmpty();
    }

    @Test
    void oneThatFailsBeforeItSendsAByteIsFound() {
        Attack attack = Attack.of(1, attacker -> {
            attacker.http1();
            throw new IOException("before a byte is sent");
        });
        assertThat(shortcomings(attack)).singleElement().asString().contains("send 1 bytes");
    }

    @Test
    void oneThatDoesNothingIsFound() {
        assertThat(shortcomings(Attack.of(0, attacker -> {})))
                .singleElement()
                .asString()
                .contains("open 1 connections");
    }

    @Test
    void resetsThatDoNotComeAreFound() {
        assertThat(shortcomings(Attack.of(50, AttackRunnerTest::get).isReset(1)))
                .singleElement()
                .asString()
                .contains("1 streams reset");
    }

    @Test
    void answersAndLimitsThatDoNotComeAreFound() {
        Attack attack =
                Attack.of(50, AttackRunnerTest::get).isAnswered(404, 418).reaches("maxConnections");
        assertThat(shortcomings(attack))
                .hasSize(2)
                .anyMatch(text -> text.contains("[418]"))
                .anyMatch(text -> text.contains("maxConnections"));
    }

    @Test
    void anAttackerThatFailsForAReasonOfItsOwnIsAFault() {
        Attack attack = Attack.of(0, attacker -> {
            attacker.http1();
            throw new IllegalStateException("a mistake of the test");
        });
        shortcomings(attack);
        assertThat(target.verdict.faults()).isNotEmpty().allMatch(fault -> fault.contains("a mistake of the test"));
    }
}
