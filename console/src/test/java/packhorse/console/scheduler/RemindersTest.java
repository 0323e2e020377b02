package packhorse.console.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.scheduler.ModelAgent.Nature.AWAY;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.Actor;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.CommunicationsPlan.Frequency;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.change.OrderId;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestMachine;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.ledger.Answers;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.OutboxBook;
import packhorse.console.notice.Message;
import packhorse.console.notice.NoticeKind;
import packhorse.console.notice.OutboxEntry;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;

final class RemindersTest {
    @TempDir
    Path folder;

    private Theatre theatre(DeploymentState state, Frequency frequency) {
        return new Theatre(
                Theatre.embedded(folder),
                Theatre.plan(),
                new CommunicationsPlan(List.of(Theatre.line("sales@example.org", Means.MAIL, frequency))),
                Theatre.in(state, Theatre.plan()),
                AWAY,
                AWAY,
                AWAY,
                AWAY);
    }

    private static long told(Theatre.Console console, String what) {
        return console.told().stream().filter(line -> line.contains(what)).count();
    }

    @Test
    void whatWaitsForAPersonIsSaidOnceADayAndFromTheThirdOnToOthersAtAnyHour() {
        try (Theatre theatre = theatre(DeploymentState.NOTIFIED, Frequency.AT_ONCE)) {
            Theatre.Console console = theatre.console();
            console.scheduler.tick();
            assertEquals(0, told(console, "has waited"));
            theatre.clock.pass(Duration.ofHours(25));
            console.scheduler.tick();
            console.scheduler.tick();
            assertEquals(1, told(console, "has waited for 1 day: it is to be started"));
            theatre.clock.pass(Duration.ofHours(1));
            // Another console remembers nothing, and finds it told.
            theatre.console("one", Duration.ofMinutes(1), UnaryOperator.identity())
                    .scheduler
                    .tick();
            assertEquals(1, told(console, "has waited"));
            theatre.clock.pass(Duration.ofDays(2));
            console.scheduler.tick();
            assertEquals(1, told(console, "ESCALATED"));
        }
    }

    @Test
    void oneOrderWithoutACommunicationsPlanKeepsNoOtherFromBeingReminded() {
        Plan plan = Theatre.plan();
        Deployment first = Theatre.in(DeploymentState.NOTIFIED, plan);
        DeploymentId second = new DeploymentId(OrderId.of(2026, 2), 1);
        try (Theatre theatre =
                new Theatre(Theatre.embedded(folder), plan, CommunicationsPlan.empty(), first, AWAY, AWAY)) {
            Theatre.Console console = theatre.console();
            console.books.write(Theatre.OLGA, pages -> {
                String order = second.order().toString();
                pages.add(Kinds.ORDER, order, Theatre.order(second.order(), plan, Theatre.SALES));
                pages.add(Kinds.PLAN, order, plan);
                Deployment planned = Deployment.planned(second, plan, first.plan(), Theatre.BEGIN);
                return pages.add(
                        Kinds.DEPLOYMENT,
                        second.toString(),
                        new Deployment(
                                second,
                                DeploymentState.NOTIFIED,
                                Theatre.BEGIN,
                                first.plan(),
                                planned.holds(),
                                planned.waves()));
            });
            theatre.clock.pass(Duration.ofHours(25));

            console.scheduler.tick();

            assertEquals(0, told(console, "has waited"), "nobody is to hear of the first");
            assertEquals(
                    1,
                    new OutboxBook(console.books.ledger())
                            .log("CO-2026-0002", 10)
                            .size());
            assertEquals(0, console.scheduler.counts().failures());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PLANNED", "SIMULATED"})
    void whatWasFoundUnreadyWaitsForAPerson(DeploymentState state) {
        try (Theatre theatre = theatre(state, Frequency.AT_ONCE)) {
            Theatre.Console console = theatre.console();
            theatre.clock.pass(Duration.ofHours(25));
            console.scheduler.tick();
            assertEquals(0, told(console, "has waited"), "it was never looked at");
            console.books.write(Theatre.OLGA, pages -> {
                ReadinessClerk.keep(pages, Theatre.ID, new Readiness(Map.of(), pages.now()));
                return 0;
            });
            console.scheduler.tick();
            assertEquals(1, told(console, "has waited for 1 day: it was not ready"));
        }
    }

    @Test
    void whatIsInAnalysisWaitsForAPerson() {
        try (Theatre theatre = theatre(DeploymentState.ANALYSIS, Frequency.AT_ONCE)) {
            Theatre.Console console = theatre.console();
            theatre.clock.pass(Duration.ofHours(25));
            console.scheduler.tick();
            assertEquals(1, told(console, "has waited for 1 day: it is to be taken back or evaluated"));
        }
    }

    @Test
    void whoHearsOfTheStatusHearsOfItAsOftenAsThePlanSays() {
        try (Theatre theatre = theatre(DeploymentState.BETA, Frequency.DAILY)) {
            Theatre.Console console = theatre.console();
            for (int hours = 0; hours < 48; hours++) {
                console.scheduler.tick();
                theatre.clock.pass(Duration.ofHours(1));
            }
            long days = told(console, "waves are over");
            assertEquals(3, days, "begun at 01:00, on three days: " + console.told());
        }
    }

    @Test
    void whatNobodyNeedsAnyMoreIsForgotten() {
        try (Theatre theatre = theatre(DeploymentState.PLANNED, Frequency.AT_ONCE)) {
            Theatre.Console console = theatre.console();
            console.scheduler.tick();
            Answers.Answer answer = new Answers.Answer(Sha256.of(new byte[1]), theatre.clock.instant(), 204, "");
            console.books.write(Theatre.OLGA, pages -> {
                pages.answers().keep("olga", "k", answer);
                return 0;
            });
            OutboxBook book = new OutboxBook(console.books.ledger());
            book.add(List.of(
                    entry("a", Theatre.ID.order().toString(), theatre.clock.instant()),
                    entry("b", "CO-2025-0009", theatre.clock.instant())));
            for (String id : List.of("a", "b")) {
                book.toldInPerson(id, "olga", theatre.clock.instant());
            }
            theatre.clock.pass(Duration.ofHours(25));
            console.scheduler.tick();
            assertEquals(Optional.empty(), console.read(pages -> pages.answers().find("olga", "k")));
            assertEquals(2, book.in(OutboxBook.State.TOLD, 10).size(), "the delivery log is kept");
            theatre.clock.pass(Duration.ofDays(401));
            console.scheduler.tick();
            assertEquals(
                    List.of("a"),
                    book.in(OutboxBook.State.TOLD, 10).stream()
                            .map(delivery -> delivery.entry().id())
                            .toList(),
                    "for as long as its order lasts");
        }
    }

    @Test
    void otherSystemsHearOfARequestThatLapses() {
        try (Theatre theatre = theatre(DeploymentState.PLANNED, Frequency.AT_ONCE)) {
            Theatre.Console console = theatre.console();
            console.books.write(Theatre.OLGA, pages -> {
                ChangeRequest draft = ChangeRequest.draft(
                        RequestId.of(2026, 2),
                        Theatre.OLGA.id(),
                        new RequestForm(
                                "a newer editor",
                                "the old one loses files",
                                "ten minutes each",
                                Optional.of(Category.of(RequestType.INSTALL)),
                                List.of(ReleaseName.parse("acme/editor")),
                                "site==berlin",
                                Optional.of(pages.now().plus(Duration.ofDays(20))),
                                Optional.of(RiskClass.NORMAL),
                                Optional.empty(),
                                Set.of()),
                        pages.now());
                Actor.Person requester = Actor.person(Theatre.OLGA.name(), Role.REQUESTER);
                ChangeRequest submitted = RequestMachine.submit(draft, requester, pages.now())
                        .result()
                        .orElseThrow();
                Actor.Person carl = Actor.person("carl", Role.CHANGE_COORDINATOR);
                return pages.add(
                        Kinds.REQUEST,
                        "CR-2026-0002",
                        RequestMachine.giveBack(submitted, "which sites?", carl, pages.now())
                                .result()
                                .orElseThrow());
            });
            console.scheduler.tick();
            assertEquals(List.of(), console.told("CR-2026-0002"));
            theatre.clock.pass(Duration.ofDays(31));
            console.scheduler.tick();
            console.scheduler.tick();
            List<String> told = console.told("CR-2026-0002");
            assertEquals(1, told.size(), told.toString());
            assertTrue(told.getFirst().startsWith("CHANGE_CLOSED"), told.toString());
            assertTrue(told.getFirst().contains("LAPSED"), told.toString());
        }
    }

    private static OutboxEntry entry(String id, String about, Instant now) {
        return new OutboxEntry(
                id,
                NoticeKind.CLOSED,
                about,
                Means.IN_PERSON,
                "desk",
                "room 12",
                "",
                new Message("closed", "it is closed"),
                new TreeMap<>(),
                now,
                now);
    }
}
