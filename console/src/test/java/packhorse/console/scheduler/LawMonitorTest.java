package packhorse.console.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.scheduler.ModelAgent.Nature.GOOD;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.PersonId;
import packhorse.console.change.RequestApproval;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.ledger.Vandal;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Hold;

/** What was broken in the ledger while a console runs holds the deployment, and is said once. */
final class LawMonitorTest {
    @TempDir
    Path folder;

    private Theatre theatre(Database database) {
        ModelAgent.Nature[] natures = new ModelAgent.Nature[12];
        Arrays.fill(natures, GOOD);
        return new Theatre(database.config(folder), Theatre.plan(), natures);
    }

    private static List<Hold> lawful(Theatre.Console console) {
        return console.deployment().holding().stream()
                .filter(hold -> hold.kind() == Hold.Kind.LAW)
                .toList();
    }

    private static Hold held(Theatre theatre, Theatre.Console console) {
        theatre.turn(console);
        List<Hold> holds = lawful(console);
        assertEquals(1, holds.size(), () -> console.deployment().holds().toString());
        return holds.getFirst();
    }

    /** A ledger in which the beta group has reported, and a console that has looked at it once. */
    private static Theatre.Console begun(Theatre theatre) {
        Theatre.Console console = theatre.console();
        theatre.playTo(console, DeploymentState.ROLLING);
        theatre.turn(console);
        assertEquals(0, console.laws.breaches());
        return console;
    }

    private static void vandal(Theatre.Console console, String statement) {
        assertTrue(Vandal.change(console.books.ledger(), statement) > 0, statement);
    }

    @ParameterizedTest
    @EnumSource
    void aLinkThatWasChangedIsFoundByTheNextConsole(Database database) {
        try (Theatre theatre = theatre(database)) {
            Theatre.Console first = begun(theatre);
            vandal(first, "UPDATE audit SET bytes = (SELECT bytes FROM audit WHERE number = 2) WHERE number = 3");
            theatre.turn(first);
            assertEquals(List.of(), lawful(first), "it has walked past that link before");
            first.close();

            Theatre.Console second = theatre.console();
            Hold hold = held(theatre, second);

            assertTrue(hold.why().contains("link 3 does not fit"), hold.why());
            theatre.turn(second);
            theatre.turn(second);
            assertEquals(1, second.laws.breaches(), "it is said once");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTrailWhoseEndWasCutOffIsFoundAtOnce(Database database) {
        try (Theatre theatre = theatre(database)) {
            Theatre.Console console = begun(theatre);
            vandal(console, "DELETE FROM audit WHERE number = (SELECT number FROM audit_head)");
            vandal(
                    console,
                    "UPDATE audit_head SET number = number - 1, digest ="
                            + " (SELECT digest FROM audit WHERE number = (SELECT max(number) FROM audit))");

            Hold hold = held(theatre, console);

            assertTrue(hold.why().startsWith("law 12: "), hold.why());
        }
    }

    @Test
    void aHoldThatCouldNotBePlacedOnceIsPlacedWithTheNextLook() {
        try (Theatre theatre = theatre(Database.SQLITE)) {
            AtomicBoolean full = new AtomicBoolean();
            Theatre.Console console = theatre.console("one", Duration.ofMinutes(1), inner -> new FullDisk(inner, full));
            theatre.playTo(console, DeploymentState.ROLLING);
            theatre.turn(console);
            vandal(console, "DELETE FROM status WHERE sequence = 2 AND endpoint = (SELECT min(endpoint) FROM status)");
            full.set(true);
            theatre.turn(console);
            assertFalse(full.get(), "the hold was to be placed");
            assertEquals(1, console.laws.breaches());

            assertEquals(1, lawfulAfterATurn(theatre, console).size());
            assertEquals(1, console.laws.breaches(), "it was seen once");
        }
    }

    private static List<Hold> lawfulAfterATurn(Theatre theatre, Theatre.Console console) {
        theatre.turn(console);
        return lawful(console);
    }

    /** A ledger that cannot store a law's hold, once. */
    private record FullDisk(Transactions inner, AtomicBoolean full) implements Transactions {
        @Override
        public <T> T read(Function<Pages, T> work) {
            return inner.read(work);
        }

        @Override
        public <T> T write(Function<Pages, T> work) {
            return inner.write(work);
        }

        @Override
        public <T> T fenced(long number, Function<Pages, T> work) {
            return inner.fenced(number, pages -> {
                T done = work.apply(pages);
                boolean held = pages.get(Kinds.DEPLOYMENT, Theatre.ID.toString()).value().holding().stream()
                        .anyMatch(hold -> hold.kind() == Hold.Kind.LAW);
                if (held && full.getAndSet(false)) {
                    throw new IllegalStateException("the disk is full");
                }
                return done;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReportThatWasAcknowledgedAndIsGoneIsFoundAndSaidOnce(Database database) {
        try (Theatre theatre = theatre(database)) {
            Theatre.Console console = begun(theatre);
            vandal(console, "DELETE FROM status WHERE sequence = 2 AND endpoint = (SELECT min(endpoint) FROM status)");

            Hold hold = held(theatre, console);

            assertTrue(hold.why().contains("was told to forget its reports up to"), hold.why());
            theatre.turn(console);
            assertEquals(1, console.laws.breaches(), "it is said once");
        }
    }

    @Test
    void aJournalsHeadThatWentBackIsFound() {
        try (Theatre theatre = theatre(Database.SQLITE)) {
            Theatre.Console console = begun(theatre);
            vandal(
                    console,
                    "UPDATE report_head SET sequence = sequence - 1 WHERE endpoint = (SELECT min(endpoint) FROM"
                            + " status)");

            Hold hold = held(theatre, console);

            assertTrue(hold.why().startsWith("law 13: "), hold.why());
        }
    }

    @Test
    void reportsThatWereNeverToBeHadAreNoBreach() {
        try (Theatre theatre = theatre(Database.SQLITE)) {
            // Another ledger was told of their first reports, and they forgot them.
            theatre.agents.forEach(ModelAgent::forgetFirst);

            Theatre.Console console = begun(theatre);

            assertEquals(List.of(), lawful(console));
        }
    }

    @Test
    void whoApprovedTheirOwnRequestIsFound() {
        try (Theatre theatre = theatre(Database.SQLITE)) {
            Theatre.Console console = begun(theatre);
            console.books.write(Theatre.OLGA, pages -> {
                Stored<ChangeRequest> stored = pages.get(Kinds.REQUEST, "CR-2026-0001");
                return pages.change(stored, approvedBy(stored.value(), new PersonId("rita"), pages.now()));
            });

            assertTrue(held(theatre, console).why().contains("rita asked for the change"));
        }
    }

    private static ChangeRequest approvedBy(ChangeRequest is, PersonId person, Instant at) {
        return new ChangeRequest(
                is.id(),
                is.requester(),
                is.form(),
                is.state(),
                is.round(),
                is.assessment(),
                List.of(new RequestApproval(person, RequestApproval.Verdict.APPROVE, is.round(), "", at)),
                is.stoppages(),
                is.submitted(),
                is.decided(),
                is.order(),
                Optional.empty(),
                is.review(),
                is.closed(),
                is.history());
    }
}
