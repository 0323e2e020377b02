package packhorse.console.wave;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Scope;
import packhorse.console.calendar.Window;
import packhorse.console.gate.Guarantee;
import packhorse.console.gate.Sprt;
import packhorse.console.gate.Thresholds;
import packhorse.core.content.Sha256;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Subject;

/**
 * What a signature under a plan is bound to: SHA-256 over a word of its own and the canonical JSON of every part of the plan, with the
 * digest of each release's signed manifest. Two plans have one digest only if nothing differs; lists keep their order, sets are
 * sorted. Canonical JSON has no fractions, so a rate stands as the shortest decimal that gives the same number back.
 */
public final class PlanDigest {
    /** A plan's digest is never that of something else. */
    private static final String FORM = "packhorse-plan-1";

    private PlanDigest() {}

    /**
     * The digest of a plan for exactly these releases.
     *
     * @param manifests of the subjects, in their order
     */
    public static Sha256 of(Plan plan, List<Sha256> manifests) {
        return Sha256.of(bytes(plan, manifests));
    }

    /** The bytes that it is taken over; evidence packs carry them. */
    public static byte[] bytes(Plan plan, List<Sha256> manifests) {
        if (manifests.size() != plan.subjects().size()) {
            throw new IllegalArgumentException(
                    manifests.size() + " manifests for " + plan.subjects().size() + " releases; each needs its own");
        }
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("form", text(FORM));
        out.put("manifests", texts(manifests));
        out.put(
                "subjects",
                array(plan.subjects().stream().map(PlanDigest::subject).toList()));
        out.put("operation", text(plan.operation().name()));
        out.put("query", text(plan.targets().query()));
        out.put("listed", texts(plan.targets().listed()));
        plan.beta()
                .ifPresent(beta -> out.put(
                        "beta", object(Map.of("guarantee", guarantee(beta.guarantee()), "soak", length(beta.soak())))));
        out.put("waves", array(plan.waves().stream().map(PlanDigest::wave).toList()));
        out.put("windows", array(plan.windows().stream().map(PlanDigest::window).toList()));
        out.put(
                "blackouts",
                array(plan.blackouts().stream().map(PlanDigest::blackout).toList()));
        out.put("thresholds", thresholds(plan.thresholds()));
        BlastRadius radius = plan.blastRadius();
        out.put(
                "blast",
                object(Map.of(
                        "fleet", cap(radius.fleet()),
                        "site", cap(radius.site()),
                        "pair", cap(radius.pair()),
                        "host", cap(radius.host()))));
        out.put("retry", retry(plan.retry()));
        out.put("timeouts", timeouts(plan.timeouts()));
        out.put("transfer", transfer(plan.transfer()));
        out.put(
                "judging",
                object(Map.of(
                        "by", text(plan.judging().by().name()),
                        "extensions", number(plan.judging().extensionsMax()),
                        "rollback", truth(plan.judging().automaticRollback()))));
        out.put("policy", policy(plan.policy()));
        out.put("seed", number(plan.seed()));
        return CanonicalJson.encode(object(out));
    }

    private static Json subject(Subject subject) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("id", text(subject.id().toString()));
        out.put("bundle", truth(subject.bundle()));
        subject.digest().ifPresent(digest -> out.put("digest", text(digest.hex())));
        return object(out);
    }

    private static Json guarantee(Guarantee guarantee) {
        return object(Map.of(
                "rate", rate(guarantee.failureRateMax()),
                "confidence", rate(guarantee.confidence()),
                "allowed", number(guarantee.failuresAllowed()),
                "effect", rate(guarantee.designEffect())));
    }

    private static Json wave(WavePlan wave) {
        Json slice = switch (wave.slice()) {
            case Slice.Percent(int percent) -> object(Map.of("percent", number(percent)));
            case Slice.Count(int count) -> object(Map.of("count", number(count)));
            case Slice.Sites(var names) -> object(Map.of("sites", texts(names)));
            case Slice.Attribute(String key, String value) -> object(Map.of("key", text(key), "value", text(value)));
            case Slice.Rest rest -> object(Map.of("rest", truth(true)));
        };
        return object(Map.of("name", text(wave.name()), "slice", slice, "soak", length(wave.soak())));
    }

    private static Json window(Window window) {
        return switch (window) {
            case Window.Always always -> object(Map.of("always", truth(true)));
            case Window.Weekly weekly ->
                object(Map.of(
                        "days", texts(weekly.days()),
                        "start", text(weekly.start().toString()),
                        "for", length(weekly.duration())));
            case Window.Dated dated ->
                object(Map.of(
                        "date", text(dated.date().toString()),
                        "start", text(dated.start().toString()),
                        "for", length(dated.duration())));
        };
    }

    private static Json blackout(Blackout blackout) {
        Map<String, Json> out = new LinkedHashMap<>();
        switch (blackout) {
            case Blackout.Fixed fixed -> {
                out.put("from", instant(fixed.from()));
                out.put("to", instant(fixed.to()));
            }
            case Blackout.Local local -> {
                out.put("localFrom", text(local.from().toString()));
                out.put("localTo", text(local.to().toString()));
                local.zone().ifPresent(zone -> out.put("zone", text(zone.getId())));
            }
        }
        out.put("reason", text(blackout.reason()));
        switch (blackout.scope()) {
            case Scope.AllSites all -> out.put("all", truth(true));
            case Scope.Sites(var names) -> out.put("sites", texts(names));
        }
        return object(out);
    }

    private static Json thresholds(Thresholds thresholds) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("goal", rate(thresholds.goal()));
        out.put("budget", rate(thresholds.failureBudget()));
        out.put("unreported", rate(thresholds.unreportedMax()));
        out.put("confidence", rate(thresholds.confidence()));
        out.put("correlation", rate(thresholds.siteCorrelation()));
        thresholds.sequential().ifPresent(test -> out.put("sequential", sequential(test)));
        return object(out);
    }

    private static Json sequential(Sprt test) {
        return object(Map.of(
                "good", rate(test.good()),
                "bad", rate(test.bad()),
                "alpha", rate(test.alpha()),
                "beta", rate(test.beta())));
    }

    private static Json cap(Cap cap) {
        return switch (cap) {
            case Cap.Count(long most) -> object(Map.of("count", number(most)));
            case Cap.Percent(int percent) -> object(Map.of("percent", number(percent)));
        };
    }

    private static Json retry(RetryPolicy retry) {
        Map<String, Json> attempts = new LinkedHashMap<>();
        retry.attempts().forEach((failure, count) -> attempts.put(failure.name(), number(count)));
        return object(Map.of(
                "attempts", object(attempts),
                "silent", number(retry.silentAttempts()),
                "pause", length(retry.pause()),
                "budget", number(retry.budgetPercent())));
    }

    private static Json timeouts(Timeouts timeouts) {
        return object(Map.of(
                "pickup", length(timeouts.pickup()),
                "fetch", length(timeouts.fetch()),
                "apply", length(timeouts.apply()),
                "activate", length(timeouts.activate()),
                "verify", length(timeouts.verify()),
                "wave", length(timeouts.wave()),
                "drain", length(timeouts.drain())));
    }

    private static Json transfer(Transfer transfer) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("coverage", number(transfer.coveragePercent()));
        out.put("spread", length(transfer.spread()));
        OptionalLong most = transfer.wanBytesPerSecondMax();
        if (most.isPresent()) {
            out.put("bandwidth", number(most.getAsLong()));
        }
        return object(out);
    }

    private static Json policy(InstallPolicy policy) {
        Map<String, Json> out = new LinkedHashMap<>();
        Optional<Instant> until = policy.deferUntil();
        until.ifPresent(time -> out.put("deferUntil", instant(time)));
        out.put("sandbox", truth(policy.sandbox()));
        out.put("mayReboot", truth(policy.mayReboot()));
        out.put("mayDowngrade", truth(policy.mayDowngrade()));
        out.put("mendDrift", truth(policy.mendDrift()));
        out.put("commitAtOnce", truth(policy.commitAtOnce()));
        return object(out);
    }

    private static Json text(String text) {
        return new JsonString(text);
    }

    private static Json texts(Collection<?> values) {
        return array(values.stream().map(value -> text(value.toString())).toList());
    }

    private static Json number(long number) {
        return new JsonInteger(number);
    }

    private static Json truth(boolean truth) {
        return new JsonBoolean(truth);
    }

    private static Json rate(double rate) {
        return text(Double.toString(rate));
    }

    private static Json length(Duration duration) {
        return text(duration.toString());
    }

    private static Json instant(Instant instant) {
        return text(instant.toString());
    }

    private static Json array(List<Json> elements) {
        return new JsonArray(elements);
    }

    private static Json object(Map<String, Json> members) {
        return JsonObject.of(members);
    }
}
