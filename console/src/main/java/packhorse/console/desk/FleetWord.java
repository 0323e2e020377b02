package packhorse.console.desk;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import packhorse.console.office.AdmissionOffice;
import packhorse.console.office.CertifiedMachine;
import packhorse.console.office.EntitlementList;
import packhorse.console.office.EntitlementOffice;
import packhorse.console.office.KeptToken;
import packhorse.console.office.Revised;
import packhorse.console.office.SiteOffice;
import packhorse.console.office.SiteTraffic;
import packhorse.console.trackers.Standing;
import packhorse.core.config.SiteMapFile;
import packhorse.core.message.v1.DenyList;
import packhorse.core.message.v1.EntitlementLine;
import packhorse.core.message.v1.Entitlements;
import packhorse.core.message.v1.IssuedToken;
import packhorse.core.message.v1.LinkCounts;
import packhorse.core.message.v1.Machine;
import packhorse.core.message.v1.SiteMapUpdate;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.SiteMap;

/**
 * What trackers hear and say of the fleet as a whole: where sites are, who may join, who may take part no longer, who may have what, what
 * was certified and what went over the lines.
 *
 * <p>Site map, deny-list and entitlements are made into messages once for each revision, since whoever looks for changes asks several times a second.
 * Byte counts change all the time while content moves, so of each tracker the latest are written down every {@link #COUNTS_PAUSE} at most.
 */
public final class FleetWord {
    /** People look at sums; a ledger has better things to do than to follow every piece. */
    static final Duration COUNTS_PAUSE = Duration.ofSeconds(10);

    private final SiteOffice sites;
    private final AdmissionOffice admission;
    private final EntitlementOffice entitlements;
    private final Map<String, SiteTraffic> counted = new ConcurrentHashMap<>();
    private volatile SiteMapUpdate siteMap = SiteMapUpdate.getDefaultInstance();
    private volatile DenyList denyList = DenyList.getDefaultInstance();
    private volatile Entitlements entitled = Entitlements.getDefaultInstance();
    private volatile Instant written = Instant.EPOCH;

    public FleetWord(SiteOffice sites, AdmissionOffice admission, EntitlementOffice entitlements) {
        this.sites = sites;
        this.admission = admission;
        this.entitlements = entitlements;
    }

    /** What holds for all. */
    public Standing standing() {
        return new Standing(entitled(), sites(), denied());
    }

    /** Who may have what when its user asks; empty before somebody wrote it. */
    private Optional<Entitlements> entitled() {
        OptionalLong revision = entitlements.revision();
        if (revision.isEmpty()) {
            return Optional.empty();
        }
        if (entitled.getRevision() != revision.getAsLong()) {
            entitlements.list().ifPresent(now -> entitled = message(now.revision(), now.value()));
        }
        return Optional.of(entitled);
    }

    private static Entitlements message(long revision, EntitlementList list) {
        Entitlements.Builder message = Entitlements.newBuilder().setRevision(revision);
        for (EntitlementList.Line line : list.lines()) {
            EntitlementLine.Builder one = EntitlementLine.newBuilder()
                    .setReleases(line.releases())
                    .setAll(line.all())
                    .addAllSites(line.sites())
                    .addAllGroups(line.groups());
            line.endpoints().forEach(endpoint -> one.addEndpoints(ByteString.copyFrom(endpoint.bytes())));
            message.addLines(one);
        }
        return message.build();
    }

    /** The site map; empty where the console keeps no site, and trackers go by their own files. */
    private Optional<SiteMapUpdate> sites() {
        OptionalLong revision = sites.revision();
        if (revision.isEmpty()) {
            return Optional.empty();
        }
        if (siteMap.getRevision() != revision.getAsLong()) {
            sites.siteMap().ifPresent(now -> siteMap = message(now));
        }
        return Optional.of(siteMap);
    }

    private static SiteMapUpdate message(Revised<SiteMap> map) {
        return SiteMapUpdate.newBuilder()
                .setRevision(map.revision())
                .setYaml(SiteMapFile.write(map.value()))
                .build();
    }

    /** Who may take part no longer; empty where nobody was ever denied here. */
    private Optional<DenyList> denied() {
        OptionalLong revision = admission.revision();
        if (revision.isEmpty()) {
            return Optional.empty();
        }
        if (denyList.getRevision() != revision.getAsLong()) {
            admission.denied().ifPresent(now -> {
                DenyList.Builder message = DenyList.newBuilder().setRevision(now.revision());
                now.value().forEach(endpoint -> message.addAgentIds(ByteString.copyFrom(endpoint.bytes())));
                denyList = message.build();
            });
        }
        return Optional.of(denyList);
    }

    /** What a join token opens. */
    Optional<IssuedToken> token(String id) {
        return admission.opens(id).map(FleetWord::message);
    }

    private static IssuedToken message(KeptToken token) {
        IssuedToken.Builder message = IssuedToken.newBuilder()
                .setId(token.id())
                .setSecret(ByteString.copyFrom(token.secret().bytes()))
                .setSite(token.site())
                .setRole(token.role())
                .addAllNames(token.names())
                .setExpiryMillis(token.expiry().toEpochMilli());
        token.endpoint().ifPresent(endpoint -> message.setEndpoint(ByteString.copyFrom(endpoint.bytes())));
        return message.build();
    }

    /** Writes down machines that an authority certified. */
    void certified(List<Machine> machines) {
        admission.certified(machines.stream().map(FleetWord::machine).toList());
    }

    private static CertifiedMachine machine(Machine message) {
        return new CertifiedMachine(
                EndpointId.ofBytes(message.getEndpoint().toByteArray()),
                message.getRole(),
                message.getSite(),
                message.getSerial(),
                Instant.ofEpochMilli(message.getNotAfterMillis()),
                message.getToken().isEmpty() ? Optional.empty() : Optional.of(message.getToken()));
    }

    /** Keeps what a tracker counts until the next {@link #write}. */
    void counted(HostPort tracker, LinkCounts counts) {
        counted.put(
                tracker.toString(),
                SiteTraffic.of(
                        tracker.toString(),
                        Instant.ofEpochMilli(counts.getAtMillis()),
                        counts.getCountsList().stream()
                                .map(one -> new SiteTraffic.Line(
                                        one.getSite(),
                                        one.getOrigin(),
                                        one.getWanBytesIn(),
                                        one.getWanBytesOut(),
                                        one.getLanBytesIn(),
                                        one.getLanBytesOut()))
                                .toList()));
    }

    /** Writes the latest counts down, unless some were a moment ago. */
    public void write(Instant now) {
        if (counted.isEmpty() || now.isBefore(written.plus(COUNTS_PAUSE))) {
            return;
        }
        written = now;
        for (Iterator<SiteTraffic> each = counted.values().iterator(); each.hasNext(); ) {
            SiteTraffic latest = each.next();
            each.remove();
            sites.counted(latest);
        }
    }
}
