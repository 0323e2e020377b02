package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import packhorse.core.identity.Admission;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.TlsProfile;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.enrol.EstDesk;

/**
 * What the HTTPS server offers: the repository to machines of this deployment, and enrolment to whoever has a token.
 *
 * @param identity what this tracker shows
 * @param admission who may read the repository
 * @param mirror what is served of it
 * @param enrolment the authority, on the tracker that holds it
 */
public record SecureDoors(MachineIdentity identity, Admission admission, Mirror mirror, Optional<EstDesk> enrolment) {
    List<Consumer<RoutesConfig>> all() {
        List<Consumer<RoutesConfig>> doors = new ArrayList<>();
        doors.add(new RepositoryDoor(mirror, admission)::open);
        enrolment.ifPresent(desk -> {
            doors.add(new EstDoor(desk)::open);
            doors.add(new DenialsDoor(admission)::open);
        });
        return doors;
    }

    /** A client without a certificate may come in: it has none before it is enrolled. */
    SslContextFactory.Server tls() {
        SSLParameters profile = TlsProfile.server(TlsProfile.ClientCertificate.WANTED);
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setSslContext(identity.contextOfRenewalDoor());
        tls.setIncludeProtocols(profile.getProtocols());
        tls.setIncludeCipherSuites(profile.getCipherSuites());
        tls.setWantClientAuth(profile.getWantClientAuth());
        return tls;
    }
}
