package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who is told what, how often and by what means, and whom they call. */
public record CommunicationsPlan(List<Line> lines) {
    /** Something that people are told of. */
    public enum Occasion {
        /** It is coming: what, when, whom to call. */
        ANNOUNCED,
        BETA_STARTED,
        GO,
        NO_GO,
        WAVE_STARTED,
        WAVE_JUDGED,
        HELD,
        ROLLED_BACK,
        /** At its own frequency, while it runs. */
        STATUS,
        CLOSED
    }

    /** How they are told. */
    public enum Means {
        MAIL,
        CHAT,
        WEBHOOK,
        /** By a person; the product reminds. */
        IN_PERSON
    }

    /** How often at most; what comes sooner is gathered into one message. */
    public enum Frequency {
        AT_ONCE(Duration.ZERO),
        HOURLY(Duration.ofHours(1)),
        DAILY(Duration.ofDays(1)),
        WEEKLY(Duration.ofDays(7));

        private final Duration between;

        Frequency(Duration between) {
            this.between = between;
        }

        /** From one message to the next. */
        public Duration between() {
            return between;
        }
    }

    /**
     * One who is told.
     *
     * @param stakeholder who
     * @param address where: a mail address, a channel, an URL, a telephone number
     * @param occasions of what, at least one
     * @param call whom they call with a question
     */
    public record Line(
            String stakeholder,
            String address,
            Means means,
            Set<Occasion> occasions,
            Frequency frequency,
            String call) {
        public Line {
            stakeholder = Words.named("the stakeholder", stakeholder);
            address = Words.named("the address of " + stakeholder, address);
            call = Words.named("whom " + stakeholder + " calls", call);
            EnumSet<Occasion> ordered = EnumSet.noneOf(Occasion.class);
            ordered.addAll(occasions);
            occasions = Collections.unmodifiableSet(ordered);
            if (occasions.isEmpty()) {
                throw new IllegalArgumentException(stakeholder + " is told of nothing; name an occasion");
            }
        }

        /** When they are told of something that happens now; a hold and a rollback wait for nothing. */
        public Instant due(Occasion occasion, Optional<Instant> last, Instant now) {
            boolean urgent = occasion == Occasion.HELD || occasion == Occasion.ROLLED_BACK;
            return urgent
                    ? now
                    : last.map(told -> told.plus(frequency.between()))
                            .filter(next -> next.isAfter(now))
                            .orElse(now);
        }
    }

    public CommunicationsPlan {
        lines = Words.bounded("the communications plan", lines);
    }

    /** Nobody yet. */
    public static CommunicationsPlan empty() {
        return new CommunicationsPlan(List.of());
    }

    /** Who is told of it. */
    public List<Line> toldOf(Occasion occasion) {
        return lines.stream()
                .filter(line -> line.occasions().contains(occasion))
                .toList();
    }

    /** What is still to be planned. */
    public List<String> missing() {
        return toldOf(Occasion.ANNOUNCED).isEmpty() ? List.of("who is told that it is coming") : List.of();
    }
}
