package packhorse.console.office;

import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import packhorse.console.change.Actor;
import packhorse.console.change.Role;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.core.content.Sha256;
import packhorse.core.identity.CertificateAuthority;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.topology.EndpointId;

/** Who may take part: join tokens, machines that were certified, and those that may not any more. */
public final class AdmissionOffice {
    /** As long as an authority's own tokens. */
    public static final Duration TOKEN_LIFE_MAX = Duration.ofDays(7);

    private static final Set<Role> OPERATORS = Set.of(Role.INSTALLATION_COORDINATOR, Role.ADMINISTRATOR);
    private static final Set<Role> ADMINISTRATORS = Set.of(Role.ADMINISTRATOR);

    /** Some seconds' work for the slower database: a site that joins at once comes in a few transactions. */
    private static final int MACHINES_TOGETHER = 500;

    /** Stands for a machine that has no name yet. */
    private static final EndpointId NOBODY = EndpointId.ofBytes(new byte[EndpointId.LENGTH_BYTES]);

    private final Desk desk;
    private final Optional<Pins> pins;
    private final SecureRandom random;

    /** @param pins what join tokens carry; absent: this console makes none */
    public AdmissionOffice(Books books, Optional<Pins> pins, SecureRandom random) {
        this.desk = new Desk(books);
        this.pins = pins;
        this.random = random;
    }

    /**
     * What a join token tells a new machine.
     *
     * @param url where the authority is
     * @param root the digest of the deployment root's public key
     * @param catalogue the digest of the catalogue's root
     */
    public record Pins(URI url, Sha256 root, Sha256 catalogue) {}

    /**
     * A join token that is wanted.
     *
     * @param site of the machine that it makes
     * @param role agent, origin, tracker or console; absent: agent
     * @param names host names and addresses of that machine, where others connect to it
     * @param endpoint the machine that it makes again; absent: a new one
     * @param lasts how long it opens; absent: an hour, at most a week
     */
    public record JoinForm(
            String site,
            Optional<String> role,
            Optional<List<String>> names,
            Optional<EndpointId> endpoint,
            Optional<Duration> lasts) {}

    /**
     * A join token as it is shown, once.
     *
     * @param token what a person carries to the machine
     */
    public record Shown(String token, Stored<KeptToken> stored) {
        /** Says nothing of the secret. */
        @Override
        public String toString() {
            return "join token " + stored.id();
        }
    }

    /** Makes a join token; it is shown once. */
    public Shown token(Actor.Person who, JoinForm form) {
        Pins known =
                pins.orElseThrow(() -> Desk.refused("this console does not know where its deployment's authority is,"
                        + " so it makes no join tokens: name it in its configuration, or use packhorse ca token"));
        Duration lasts = form.lasts().orElse(Duration.ofHours(1));
        if (lasts.isNegative() || lasts.isZero() || lasts.compareTo(TOKEN_LIFE_MAX) > 0) {
            throw Desk.invalid("a join token lasts longer than nothing and at most " + TOKEN_LIFE_MAX.toDays()
                    + " days, not " + lasts);
        }
        DeploymentRole role = Desk.valid(() -> DeploymentRole.parse(form.role().orElse("agent")));
        return desk.write(who, pages -> {
            Desk.requireRole(who, role.word().equals("agent") ? OPERATORS : ADMINISTRATORS, "a join token is made");
            if (role == DeploymentRole.AGENT) {
                pages.get(OfficeKinds.SITE, form.site());
            }
            form.endpoint().ifPresent(again -> requireAdmitted(pages, again));
            List<String> names = form.names().orElse(List.of());
            // What no certificate can say is refused now, and not when the machine stands at the door.
            var unused = new CertificateAuthority.Subject(form.endpoint().orElse(NOBODY), role, form.site(), names);
            Instant now = pages.now();
            JoinToken token = JoinToken.create(
                    known.url(), form.site(), role, known.root(), known.catalogue(), now.plus(lasts), random);
            Stored<KeptToken> kept = pages.add(
                    OfficeKinds.JOIN_TOKEN,
                    token.id(),
                    new KeptToken(
                            token.id(),
                            JoinToken.digest(token.secret()),
                            token.site(),
                            role.word(),
                            names,
                            form.endpoint(),
                            who.id(),
                            now,
                            token.expiry(),
                            Optional.empty(),
                            Optional.empty()));
            pages.audit("join.token", token.id(), Desk.details("site", form.site(), "role", role.word()));
            return new Shown(token.text(), kept);
        });
    }

    private static void requireAdmitted(Pages pages, EndpointId endpoint) {
        pages.find(OfficeKinds.DENIED, endpoint.toString()).ifPresent(denied -> {
            throw Desk.refused(endpoint + " is denied since " + denied.value().at() + ": "
                    + denied.value().why() + "; admit it first, or make a token for a new endpoint");
        });
    }

    /** What a token opens, by its name; empty: nobody issued it here, or it holds no more. */
    public Optional<KeptToken> opens(String id) {
        return id.length() > Pages.ID_LENGTH_MAX || id.isBlank()
                ? Optional.empty()
                : desk.read(pages -> pages.find(OfficeKinds.JOIN_TOKEN, id)
                        .map(Stored::value)
                        .filter(token -> token.holds(pages.now())));
    }

    /**
     * Writes down machines that an authority certified, each with its newest certificate. What is known already changes nothing; a token
     * that one joined with opens nothing any more, and an agent is an endpoint from now on.
     */
    public void certified(List<CertifiedMachine> machines) {
        List<CertifiedMachine> news = desk.read(pages -> machines.stream()
                .filter(machine -> pages.find(
                                OfficeKinds.MACHINE, machine.endpoint().toString())
                        .filter(known -> known.value().equals(machine))
                        .isEmpty())
                .toList());
        for (int from = 0; from < news.size(); from += MACHINES_TOGETHER) {
            List<CertifiedMachine> some = news.subList(from, Math.min(news.size(), from + MACHINES_TOGETHER));
            desk.write(Actor.product(), pages -> {
                some.forEach(machine -> certified(pages, machine));
                return 0;
            });
        }
    }

    private static void certified(Pages pages, CertifiedMachine machine) {
        String id = machine.endpoint().toString();
        Optional<Stored<CertifiedMachine>> before = pages.find(OfficeKinds.MACHINE, id);
        if (before.isPresent() && before.get().value().notAfter().isAfter(machine.notAfter())) {
            return;
        }
        Desk.put(pages, OfficeKinds.MACHINE, id, OptionalLong.empty(), machine);
        if (before.isEmpty()) {
            pages.audit(
                    "machine.join",
                    id,
                    Desk.details(
                            "role",
                            machine.role(),
                            "site",
                            machine.site(),
                            "serial",
                            machine.serial(),
                            "token",
                            machine.token().orElse("")));
            if (machine.role().equals(DeploymentRole.AGENT.word())
                    && pages.fleet().find(machine.endpoint()).isEmpty()) {
                pages.fleet().enrol(machine.endpoint(), "", machine.site(), pages.now());
            }
        }
        machine.token().ifPresent(token -> used(pages, token, id));
    }

    private static void used(Pages pages, String token, String endpoint) {
        pages.find(OfficeKinds.JOIN_TOKEN, token)
                .filter(stored -> stored.value().used().isEmpty())
                .ifPresent(stored -> {
                    pages.change(stored, stored.value().used(pages.now()));
                    pages.audit(
                            "join.used",
                            token,
                            Desk.details("site", stored.value().site(), "endpoint", endpoint));
                });
    }

    /** Machines that hold a certificate of the deployment, whatever they are, by their ids. */
    public List<Stored<CertifiedMachine>> machines(String after, int limit) {
        return desk.read(
                pages -> Lists.page(pages, OfficeKinds.MACHINE, Optional.empty(), Optional.empty(), after, limit));
    }

    /** Takes a join token back. */
    public Stored<KeptToken> revokeToken(Actor.Person who, String id) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "a join token is taken back");
            Stored<KeptToken> stored = pages.get(OfficeKinds.JOIN_TOKEN, id);
            if (!stored.value().holds(pages.now())) {
                throw Desk.refused("the join token " + id + " opens nothing any more");
            }
            Stored<KeptToken> kept = pages.change(stored, stored.value().revoked(pages.now()));
            pages.audit("join.revoke", id, Desk.details());
            return kept;
        });
    }

    /** Join tokens; their secrets are nowhere. */
    public List<Stored<KeptToken>> tokens(String after, int limit) {
        return desk.read(
                pages -> Lists.page(pages, OfficeKinds.JOIN_TOKEN, Optional.empty(), Optional.empty(), after, limit));
    }

    /**
     * Whom to turn away.
     *
     * @param endpoint by its id, or by its host's name where only one has it
     * @param why for whoever asks later
     */
    public record DenyForm(String endpoint, String why) {}

    /** Lets a machine take part no longer: trackers end its sessions and renew its certificate no more. */
    public Stored<Denied> deny(Actor.Person who, DenyForm form) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "an endpoint is denied");
            EndpointId endpoint = EndpointOffice.named(pages, form.endpoint());
            Stored<Denied> kept = pages.add(
                    OfficeKinds.DENIED, endpoint.toString(), new Denied(endpoint, form.why(), who.id(), pages.now()));
            Revision.next(pages, Revision.DENIED);
            pages.audit("endpoint.deny", endpoint.toString(), Desk.details("why", form.why()));
            return kept;
        });
    }

    /** Lets a machine take part again. */
    public void admit(Actor.Person who, String idOrName) {
        desk.write(who, pages -> {
            Desk.requireRole(who, ADMINISTRATORS, "an endpoint is admitted again");
            EndpointId endpoint = EndpointOffice.named(pages, idOrName);
            pages.remove(pages.get(OfficeKinds.DENIED, endpoint.toString()));
            Revision.next(pages, Revision.DENIED);
            pages.audit("endpoint.admit", endpoint.toString(), Desk.details());
            return 0;
        });
    }

    /** Machines that may not take part, by their ids. */
    public List<Stored<Denied>> denials(String after, int limit) {
        return desk.read(
                pages -> Lists.page(pages, OfficeKinds.DENIED, Optional.empty(), Optional.empty(), after, limit));
    }

    /** The revision of who may not take part; empty where nobody was ever denied here. */
    public OptionalLong revision() {
        return desk.read(pages -> Revision.of(pages, Revision.DENIED));
    }

    /** Who may not take part; empty where nobody was ever denied here. */
    public Optional<Revised<List<EndpointId>>> denied() {
        return desk.read(pages -> pages.find(OfficeKinds.REVISION, Revision.DENIED)
                .map(revision -> new Revised<>(
                        revision.value().number(),
                        Lists.all(pages, OfficeKinds.DENIED, Optional.empty()).stream()
                                .map(one -> one.value().endpoint())
                                .toList())));
    }
}
