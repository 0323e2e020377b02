package packhorse.console.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.StatusBook.Answer;
import packhorse.console.ledger.StatusBook.Arrival;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.Slice;
import packhorse.console.wave.WavePlan;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.StatusEntry;

final class ReportClerkTest {
    @TempDir
    Path folder;

    private static DesiredItem item(Theatre.Console console, ModelAgent agent) {
        return console.desired.of(agent.id).items().getLast();
    }

    private static Arrival says(Theatre.Console console, ModelAgent agent, ActionState state, int codeClass) {
        DesiredItem item = item(console, agent);
        StatusReport report = StateCodec.write(new StatusEntry(
                1, Theatre.BEGIN, item.action(), item.subject(), item.operation(), state, "", 0, 0, 0, 1));
        return new Arrival(
                agent.id,
                StatusReports.newBuilder()
                        .setJournal(1)
                        .setOldest(1)
                        .addReports(report.toBuilder().setCodeClass(codeClass))
                        .build(),
                Theatre.BEGIN);
    }

    private static Action action(Theatre.Console console, ModelAgent agent) {
        ActionId id = ActionId.parse(item(console, agent).action());
        return console.read(pages -> pages.waves().action(id)).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void aClassOfReturnCodesThatNobodyKnowsKeepsNoReportFromBeingStored(Database database) {
        try (Theatre theatre = new Theatre(
                database.config(folder),
                Theatre.plan(
                        List.of(Theatre.subject("acme/app")),
                        Optional.empty(),
                        List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)),
                        BlastRadius.ONE_OF_A_PAIR),
                ModelAgent.Nature.GOOD,
                ModelAgent.Nature.GOOD)) {
            Theatre.Console console = theatre.console();
            for (int turn = 0; turn < 3; turn++) {
                console.scheduler.tick();
            }
            ModelAgent newer = theatre.agents.get(0);
            ModelAgent good = theatre.agents.get(1);

            List<Answer> answers = console.reports.store(
                    List.of(says(console, newer, ActionState.FAILED, 99), says(console, good, ActionState.STAGED, 0)));

            assertEquals(List.of(1L, 1L), answers.stream().map(Answer::upTo).toList());
            assertEquals(ActionState.FAILED, action(console, newer).state());
            assertEquals(Optional.empty(), action(console, newer).codeClass());
            assertEquals(ActionState.STAGED, action(console, good).state());
        }
    }
}
