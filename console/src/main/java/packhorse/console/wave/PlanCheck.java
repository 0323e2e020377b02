package packhorse.console.wave;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import packhorse.console.calendar.Window;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;

/** What the parts of a plan say against each other, in one line each: what, where, how to mend. */
final class PlanCheck {
    /** Only these leave something that a rollback takes back. */
    private static final Set<Operation> UNDOABLE = EnumSet.of(Operation.INSTALL, Operation.UPDATE, Operation.ACTIVATE);

    private PlanCheck() {}

    static List<String> contradictions(Plan plan, Instant now) {
        List<String> found = new ArrayList<>();
        subjects(plan, found);
        waves(plan, found);
        gates(plan, found);
        times(plan, now, found);
        if (plan.targets().isEmpty()) {
            found.add("targets: neither a query nor a list; name whom it is for");
        }
        if (plan.judging().automaticRollback() && !UNDOABLE.contains(plan.operation())) {
            found.add("automatic rollback: " + plan.operation()
                    + " leaves nothing that a rollback takes back; switch it off");
        }
        if (plan.judging().automaticRollback() && plan.policy().commitAtOnce()) {
            found.add("automatic rollback: what is committed at once cannot be taken back; commit by an order of its"
                    + " own, or switch it off");
        }
        if (plan.transfer().wanBytesPerSecondMax().isPresent()) {
            found.add("transfer: no plan bounds a site's line; leave wanBytesPerSecondMax out, and write the line's own"
                    + " limit with packhorse site write --down");
        }
        if (plan.blastRadius().fleet() instanceof Cap.Count(long fleet)
                && plan.blastRadius().site() instanceof Cap.Count(long site)
                && site > fleet) {
            found.add("blast radius: " + site + " at a site are more than " + fleet
                    + " of all; lower the one or raise the other");
        }
        return List.copyOf(found);
    }

    private static void subjects(Plan plan, List<String> found) {
        List<Subject> subjects = plan.subjects();
        if (subjects.isEmpty()) {
            found.add("releases: none; name one, or a bundle");
        }
        if (subjects.size() > Plan.SUBJECTS_MAX) {
            found.add("releases: " + subjects.size() + " are more than " + Plan.SUBJECTS_MAX + "; make a bundle");
        }
        if (subjects.size() > 1 && subjects.stream().anyMatch(Subject::bundle)) {
            found.add("releases: a bundle beside others; put them into the bundle, or make an order of their own");
        }
        Set<Object> seen = new HashSet<>();
        for (Subject subject : subjects) {
            if (!seen.add(subject.id())) {
                found.add("releases: " + subject + " stands twice; leave one out");
            }
        }
    }

    private static void waves(Plan plan, List<String> found) {
        List<WavePlan> waves = plan.waves();
        if (waves.isEmpty()) {
            found.add("waves: none; add one that takes the rest");
            return;
        }
        if (waves.size() > Plan.WAVES_MAX) {
            found.add("waves: " + waves.size() + " are more than " + Plan.WAVES_MAX + "; make them larger");
        }
        int percent = 0;
        Set<String> sites = new HashSet<>();
        Set<Slice> slices = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < waves.size(); i++) {
            WavePlan wave = waves.get(i);
            boolean last = i == waves.size() - 1;
            String where = "wave " + (i + 1) + " (" + wave.name() + "): ";
            if (!names.add(wave.name())) {
                found.add(where + "another one has this name; give it its own");
            }
            switch (wave.slice()) {
                case Slice.Rest rest -> {
                    if (!last) {
                        found.add(where + "takes the rest, but others follow; make it the last");
                    }
                }
                case Slice.Percent(int share) -> percent += share;
                case Slice.Sites(Set<String> at) ->
                    at.forEach(site -> {
                        if (!sites.add(site)) {
                            found.add(where + "an earlier wave has taken the site " + site + "; leave it out here");
                        }
                    });
                case Slice.Attribute attribute -> {
                    if (!slices.add(attribute)) {
                        found.add(where + "an earlier wave has taken " + attribute.line() + "; leave it out here");
                    }
                }
                case Slice.Count count -> smallWave(plan, where, count.count(), found);
            }
            if (last && !(wave.slice() instanceof Slice.Rest)) {
                found.add(where + "the last wave takes the rest, and who joins late; add one that does");
            }
        }
        if (percent > 100) {
            found.add("waves: together they take " + percent + " %; lower them to 100 or less");
        }
    }

    private static void smallWave(Plan plan, String where, long size, List<String> found) {
        OptionalLong least = plan.thresholds().smallestThatCanPass();
        if (least.isPresent() && size < least.getAsLong()) {
            found.add(where + size + " endpoints can never pass these thresholds, it takes " + least.getAsLong()
                    + "; enlarge it or widen the thresholds");
        }
    }

    private static void gates(Plan plan, List<String> found) {
        if (plan.thresholds().smallestThatCanPass().isEmpty()) {
            found.add("thresholds: no wave of any size can pass them; a goal of 100 % or a budget of none is never"
                    + " borne out; widen them");
        }
        plan.beta().ifPresent(beta -> smallWave(plan, "beta group: ", beta.size(), found));
    }

    private static void times(Plan plan, Instant now, List<String> found) {
        Timeouts timeouts = plan.timeouts();
        Duration needed = timeouts.run().plus(LeaseDesk.HALT_WITHIN);
        if (plan.windows().isEmpty()) {
            found.add("windows: none, so it never runs; add one, or the one that is always open");
        }
        if (!plan.windows().isEmpty()
                && plan.windows().stream().noneMatch(window -> length(window).compareTo(needed) >= 0)) {
            found.add("windows: a run may take " + needed.toMinutes() + " min and fits into none of them;"
                    + " widen one, or shorten the timeouts apply, activate or verify");
        }
        if (timeouts.run().compareTo(timeouts.wave()) > 0) {
            found.add("timeouts: a run may take " + timeouts.run().toMinutes() + " min, longer than the wave with "
                    + timeouts.wave().toMinutes() + " min; lengthen the wave's");
        }
        if (timeouts.pickup().compareTo(timeouts.wave()) > 0) {
            found.add("timeouts: the pickup is longer than the wave; a step's time cannot outlive the whole");
        }
        if (plan.retry().pause().compareTo(timeouts.wave()) >= 0
                && plan.retry().budgetPercent() > 0
                && !plan.retry().pause().isZero()) {
            found.add("retries: the pause before one is as long as the wave; shorten it");
        }
        plan.policy()
                .deferUntil()
                .filter(until -> !until.isAfter(now))
                .ifPresent(until -> found.add(
                        "policy: users may put it off until " + until + ", which is over; move it, or leave it out"));
    }

    private static Duration length(Window window) {
        return switch (window) {
            case Window.Always always -> Timeouts.MAX.multipliedBy(2);
            case Window.Weekly weekly -> weekly.duration();
            case Window.Dated dated -> dated.duration();
        };
    }
}
