package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static packhorse.console.change.Cast.ANNA;
import static packhorse.console.change.Cast.DORA;
import static packhorse.console.change.Cast.HANNA;
import static packhorse.console.change.Cast.MORNING;
import static packhorse.console.change.Cast.at;
import static packhorse.console.change.Cast.done;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.change.Measurements.Measured;
import packhorse.console.change.Measurements.Share;

final class MeasurementsTest {
    private static ChangeRequest closed(ChangeRequest approved, int satisfaction, Instant end) {
        ChangeRequest ordered = done(RequestMachine.order(approved, OrderId.of(2026, 1), HANNA, at(9)));
        ChangeRequest accepted =
                done(RequestMachine.accept(ordered, new Acceptance(ANNA.id(), true, satisfaction, "", end)));
        return done(RequestMachine.close(accepted, Cast.standingAt(OrderState.CLOSED), HANNA, end));
    }

    /** One that stood for two days, for what was missing. */
    private static ChangeRequest returnedOnce() {
        ChangeRequest request = Cast.submitted(RiskClass.NORMAL);
        request = done(RequestMachine.giveBack(request, "which?", DORA, at(2)));
        request = done(RequestMachine.submit(request, ANNA, at(50)));
        request = done(RequestMachine.assess(request, Cast.feasible(), Optional.empty(), DORA, at(51)));
        return done(RequestMachine.approve(request, "", Cast.BERT, at(52)));
    }

    private static Measured measured(ChangeRequest request, int reworks, int builtHour) {
        return new Measured(request, Optional.of(at(100)), Optional.of(at(builtHour)), true, reworks);
    }

    @Test
    @Proves("PROCESS 4 measurements")
    void everyShareHasItsDenominatorAndTheClockStandsWhileReturned() {
        Instant deadline = MORNING.plus(Duration.ofDays(20));
        ChangeRequest inTime = closed(Cast.approved(RiskClass.NORMAL), 5, deadline);
        ChangeRequest late = closed(Cast.approved(RiskClass.NORMAL), 2, deadline.plusSeconds(1));
        ChangeRequest stood = closed(returnedOnce(), 4, deadline.plus(Duration.ofDays(2)));
        ChangeRequest stoodTooLate = closed(returnedOnce(), 3, deadline.plus(Duration.ofHours(49)));
        Map<Work, Measurements> all = Measurements.of(List.of(
                measured(inTime, 0, 100),
                measured(late, 1, 101),
                measured(stood, 0, 99),
                measured(stoodTooLate, 0, 99),
                new Measured(Cast.draft(RiskClass.NORMAL), Optional.empty(), Optional.empty(), false, 0),
                new Measured(Cast.submitted(RiskClass.NORMAL), Optional.of(at(1)), Optional.empty(), false, 2)));
        assertEquals(
                new Measurements(new Share(2, 4), new Share(2, 5), new Share(3, 4), new Share(3, 4), new Share(2, 4)),
                all.get(Work.PACKAGE));
        assertEquals("2 of 4", new Share(2, 4).toString());
    }

    @Test
    @Proves("PROCESS 4 measurements")
    void eachKindOfWorkIsMeasuredApart() {
        ChangeRequest media = Cast.approved(1, Category.of(RequestType.PREPARE_MEDIA), RiskClass.NORMAL);
        ChangeRequest image = Cast.approved(2, Category.of(RequestType.PREPARE_IMAGE), RiskClass.NORMAL);
        ChangeRequest both = Cast.approved(
                3, Category.of(RequestType.PREPARE_IMAGE, RequestType.PREPARE_IMAGE_MEDIA), RiskClass.NORMAL);
        Map<Work, Measurements> all =
                Measurements.of(List.of(measured(media, 0, 1), measured(image, 0, 1), measured(both, 1, 1)));
        assertEquals(Share.NONE, withoutRework(all, Work.PACKAGE));
        assertEquals(new Share(1, 1), withoutRework(all, Work.MEDIA));
        assertEquals(new Share(1, 2), withoutRework(all, Work.IMAGE));
        assertEquals(new Share(0, 1), withoutRework(all, Work.IMAGE_MEDIA));
    }

    private static Share withoutRework(Map<Work, Measurements> all, Work work) {
        return Objects.requireNonNull(all.get(work)).withoutRework();
    }
}
