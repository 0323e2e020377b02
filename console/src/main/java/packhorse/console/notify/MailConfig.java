package packhorse.console.notify;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.core.topology.HostPort;

/**
 * Where mail is handed over.
 *
 * @param server host and port
 * @param security how the connection is kept from others
 * @param login who says that it may; empty: the server takes it from this address
 * @param from the sender's address
 * @param domains that mail may go to; empty: to all
 * @param trust certificates in PEM form that are believed instead of the system's
 */
public record MailConfig(
        HostPort server,
        Security security,
        Optional<Login> login,
        String from,
        List<String> domains,
        Optional<Path> trust) {
    /** How the connection is kept from others. */
    public enum Security {
        /** It begins in the clear and must turn to TLS before anything is said. */
        STARTTLS,
        /** TLS from the first byte. */
        TLS,
        /** Nothing; for a server on this machine. */
        NONE
    }

    /** Who says that it may; the password is the file's first line, read at each connection. */
    public record Login(String user, Path passwordFile) {}

    public MailConfig {
        domains = List.copyOf(domains);
        try {
            InternetAddress unusedChecked = parsed(from);
        } catch (AddressException e) {
            throw new IllegalArgumentException("from: \"" + from + "\" is no mail address: " + e.getMessage(), e);
        }
        if (security == Security.NONE && login.isPresent()) {
            throw new IllegalArgumentException("a password does not go over a connection without TLS; set security:"
                    + " starttls or tls, or leave out user");
        }
    }

    /** Why nothing can go to {@code address}, in one line; empty: it can. */
    Optional<String> fault(String address) {
        InternetAddress to;
        try {
            to = parsed(address);
        } catch (AddressException e) {
            return Optional.of("\"" + address + "\" is no mail address: " + e.getMessage());
        }
        String domain = domain(to);
        return domains.isEmpty() || domains.stream().anyMatch(domain::equalsIgnoreCase)
                ? Optional.empty()
                : Optional.of(
                        "mail to " + to.getAddress() + " is not allowed; domains: has " + String.join(", ", domains));
    }

    /** One address, without a name beside it. */
    static InternetAddress parsed(String text) throws AddressException {
        InternetAddress address = new InternetAddress(text, true);
        if (!address.getAddress().equals(text) || text.chars().anyMatch(c -> c <= ' ')) {
            throw new AddressException("write the address alone, NAME@DOMAIN");
        }
        if (text.indexOf('@') < 0) {
            throw new AddressException("it has no domain");
        }
        return address;
    }

    static String domain(InternetAddress address) {
        return address.getAddress().substring(address.getAddress().lastIndexOf('@') + 1);
    }
}
