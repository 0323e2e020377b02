package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import packhorse.tracker.console.ConsoleCounts;
import packhorse.tracker.session.AgentSessions;
import packhorse.tracker.session.OpenSwarmDesk;
import packhorse.tracker.session.Overview;
import packhorse.tracker.udp.UdpCounts;

/** {@code GET /metrics}: every number that the tracker shows, each declared here once with its meaning. */
public final class Meters {
    /** The sessions' owner answers within milliseconds; a scrape does not wait longer for it. */
    private static final long OVERVIEW_SECONDS_MAX = 2;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AgentSessions sessions;
    private final Map<String, Boolean> sitesSeen = new ConcurrentHashMap<>();
    private volatile Overview latest = NOTHING;

    private static final Overview NOTHING = new Overview(0, 0, java.util.List.of(), Map.of(), 0, 0, 0);

    public Meters(AgentSessions sessions, OpenSwarmDesk desk, Supplier<UdpCounts> udp) {
        this.sessions = sessions;
        gauge("packhorse_tracker_agents", "agents alive", Overview::agents);
        gauge("packhorse_tracker_sessions", "open sessions of agents", Overview::sessions);
        gauge(
                "packhorse_tracker_swarms",
                "packs that somebody holds or wants",
                o -> o.swarms().size());
        gauge(
                "packhorse_tracker_wanting",
                "agents that fetch, summed over swarms",
                o -> o.swarms().stream().mapToLong(Overview.SwarmLine::wanting).sum());
        gauge(
                "packhorse_tracker_pullers",
                "agents that fetch over their site's WAN, summed",
                o -> o.swarms().stream()
                        .flatMap(swarm -> swarm.sites().stream())
                        .mapToLong(site -> site.pullers().size())
                        .sum());
        counter("packhorse_tracker_reports", "reports of agents taken", Overview::reports);
        counter("packhorse_tracker_refusals", "reports of agents refused", Overview::refusals);
        counter("packhorse_tracker_decisions", "swarms decided anew", Overview::decisions);
        Gauge.builder("packhorse_tracker_open_swarms", desk, OpenSwarmDesk::swarmCount)
                .description("releases published for everybody")
                .register(registry);
        Gauge.builder("packhorse_tracker_open_clients", desk, OpenSwarmDesk::clientCount)
                .description("other clients in open swarms")
                .register(registry);
        FunctionCounter.builder("packhorse_tracker_announces", desk, OpenSwarmDesk::announceCount)
                .description("announces answered over HTTP and UDP, refused ones included")
                .register(registry);
        udpCounter("connects", "connection ids given over UDP", udp, UdpCounts::connects);
        udpCounter("announces", "announces answered over UDP", udp, UdpCounts::announces);
        udpCounter("scrapes", "scrapes answered over UDP", udp, UdpCounts::scrapes);
        udpCounter("errors", "datagrams with a connection id that is not good", udp, UdpCounts::errors);
        udpCounter("malformed", "malformed datagrams dropped", udp, UdpCounts::malformed);
    }

    /** Shows how sessions with consoles go, on a tracker that consoles govern. */
    public void consoles(Supplier<ConsoleCounts> counts) {
        Gauge.builder("packhorse_tracker_consoles", counts, now -> now.get().consoles())
                .description("consoles connected")
                .register(registry);
        Gauge.builder(
                        "packhorse_tracker_console_endpoints",
                        counts,
                        now -> now.get().endpoints())
                .description("endpoints of which a console said what they should have")
                .register(registry);
        consoleCounter(
                "reports_sent", "messages with agents' reports sent to a console", counts, ConsoleCounts::reportsSent);
        consoleCounter(
                "reports_stored",
                "messages with agents' reports that a console stored",
                counts,
                ConsoleCounts::reportsStored);
        consoleCounter(
                "reports_put_off",
                "messages with agents' reports that no console stored in time; agents send them again",
                counts,
                ConsoleCounts::reportsPutOff);
        consoleCounter("leases_asked", "questions about leases put to consoles", counts, ConsoleCounts::leasesAsked);
        consoleCounter(
                "leases_unruled",
                "questions about leases that no console ruled on in time",
                counts,
                ConsoleCounts::leasesUnruled);
        consoleCounter("words", "words of consoles about endpoints", counts, ConsoleCounts::words);
        consoleCounter("malformed", "words and frames of consoles that mean nothing", counts, ConsoleCounts::malformed);
    }

    private void consoleCounter(
            String name, String meaning, Supplier<ConsoleCounts> counts, ToLongFunction<ConsoleCounts> value) {
        FunctionCounter.builder("packhorse_tracker_console_" + name, counts, now -> value.applyAsLong(now.get()))
                .description(meaning)
                .register(registry);
    }

    private void gauge(String name, String meaning, ToLongFunction<Overview> value) {
        Gauge.builder(name, this, meters -> value.applyAsLong(meters.latest))
                .description(meaning)
                .register(registry);
    }

    private void counter(String name, String meaning, ToLongFunction<Overview> value) {
        FunctionCounter.builder(name, this, meters -> value.applyAsLong(meters.latest))
                .description(meaning)
                .register(registry);
    }

    private void udpCounter(String name, String meaning, Supplier<UdpCounts> udp, ToLongFunction<UdpCounts> value) {
        FunctionCounter.builder("packhorse_tracker_udp_" + name, udp, counts -> value.applyAsLong(counts.get()))
                .description(meaning)
                .register(registry);
    }

    /** Rescues are counted per site; a site's counter appears with its first rescue. */
    private void rescuesOf(String site) {
        if (sitesSeen.putIfAbsent(site, true) == null) {
            FunctionCounter.builder(
                            "packhorse_tracker_rescues",
                            this,
                            meters -> meters.latest.rescues().getOrDefault(site, 0L))
                    .description("agents handed a source outside because their site stood still")
                    .tags(Tags.of("site", site))
                    .register(registry);
        }
    }

    void open(RoutesConfig routes) {
        routes.get("/metrics", this::scrape);
    }

    private void scrape(Context request) {
        try {
            latest = sessions.overview().get(OVERVIEW_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            request.header("Warning", "199 - \"the numbers of agents are those of the scrape before\"");
        }
        latest.rescues().keySet().forEach(this::rescuesOf);
        request.contentType("text/plain; version=0.0.4; charset=utf-8").result(registry.scrape());
    }
}
