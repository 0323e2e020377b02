package packhorse.tracker.enrol;

import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import packhorse.core.UsageException;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.enrol.EnrolmentJournal.Change;
import packhorse.tracker.enrol.JournalEntry.Denied;

/** The authority's books as people ask for them: machines, open tokens, and who is thrown out. */
public final class Register {
    private static final int RADIX = 16;

    /**
     * A machine and its newest certificate.
     *
     * @param endpoint the machine
     * @param role what it is
     * @param site its home
     * @param serial of the certificate, in hexadecimal
     * @param notAfter it counts until then
     * @param denied whether it is thrown out
     * @param token it joined with, as long as that is remembered
     */
    public record Machine(
            EndpointId endpoint,
            DeploymentRole role,
            String site,
            String serial,
            Instant notAfter,
            boolean denied,
            Optional<String> token) {}

    /**
     * A token that was not used yet.
     *
     * @param id names it
     * @param role of the machine it will make
     * @param site of that machine
     * @param expiry it is refused from then on
     */
    public record OpenToken(String id, DeploymentRole role, String site, Instant expiry) {}

    /**
     * A denial.
     *
     * @param what an endpoint, or a certificate's serial
     * @param revision of the deny-list
     * @param changed whether it was not there before
     */
    public record Denial(String what, long revision, boolean changed) {}

    private final EnrolmentJournal journal;

    Register(EnrolmentJournal journal) {
        this.journal = journal;
    }

    /** Every machine that ever joined, in the order they did. */
    public List<Machine> machines() {
        return journal.look(books -> books.machines().stream()
                .map(one -> new Machine(
                        one.endpoint(),
                        one.role(),
                        one.site(),
                        one.serial().toString(RADIX),
                        one.notAfter(),
                        books.denied(one.endpoint(), one.serial()),
                        one.token()))
                .toList());
    }

    /** Tokens that still open a door. */
    public List<OpenToken> openTokens(Instant now) {
        return journal.look(books -> books.tokens().stream()
                .filter(token -> now.isBefore(token.expiry())
                        && books.usedFor(token.id()).isEmpty())
                .map(token -> new OpenToken(token.id(), token.role(), token.site(), token.expiry()))
                .sorted(Comparator.comparing(OpenToken::expiry))
                .toList());
    }

    /** Who is denied, live. */
    public DenyList denyList() {
        return journal.denyList();
    }

    /**
     * Throws out {@code what}: an endpoint (32 hexadecimal digits) with every certificate it has or had, or one certificate
     * by its serial. Running trackers of this authority notice within a second.
     *
     * @throws UsageException when it is neither, or nobody here has it
     */
    public Denial revoke(String what, Instant now) {
        if (!what.matches("[0-9a-fA-F]{1,40}")) {
            throw new UsageException("\"" + what
                    + "\" is neither an endpoint nor a serial: both are hexadecimal, as packhorse ca list shows them");
        }
        return journal.update(books -> {
            Optional<EndpointId> endpoint = Optional.of(what)
                    .filter(text -> text.length() == 2 * EndpointId.LENGTH_BYTES)
                    .map(EndpointId::parse)
                    .filter(id -> books.machine(id).isPresent());
            Optional<BigInteger> serial =
                    endpoint.isPresent() ? Optional.empty() : Optional.of(new BigInteger(what, RADIX));
            if (serial.isPresent()
                    && books.machines().stream().noneMatch(one -> one.serial().equals(serial.get()))) {
                throw new UsageException("nobody here has the endpoint or the serial " + what
                        + "; packhorse ca list shows who joined, and only newest certificates are revoked by serial");
            }
            boolean there = endpoint.map(books.deniedEndpoints()::contains)
                    .orElseGet(() -> serial.map(books.deniedSerials()::contains).orElse(false));
            if (there) {
                return Change.none(new Denial(what, books.revision(), false));
            }
            Denied entry = new Denied(now.truncatedTo(ChronoUnit.SECONDS), books.revision() + 1, endpoint, serial);
            return new Change<>(List.of(entry), new Denial(what, entry.revision(), true));
        });
    }
}
