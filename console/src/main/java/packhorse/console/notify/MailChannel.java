package packhorse.console.notify;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import packhorse.console.notice.Attempt;
import packhorse.console.notice.Message;
import packhorse.console.notice.Parcel;
import packhorse.core.UsageException;
import packhorse.core.trust.Passphrase;

/**
 * Mail by SMTP. The message's id is the parcel's, so that mail systems drop a second copy; plain text only, so that nothing in it can
 * be more than words; marked as made by a program (RFC 3834), so that no absence is answered to it.
 */
public final class MailChannel implements Channel {
    static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    /** A greylisting or scanning server thinks this long before it answers. */
    static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    /** A reply of the 5xx kind to our recipient or message, as Angus words it. */
    private static final Pattern PERMANENT = Pattern.compile("(?m)^5\\d\\d[ -]");

    private final MailConfig config;
    private final InstantSource clock;
    private final Session session;

    /** @throws UsageException when the certificates cannot be read */
    public MailChannel(MailConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.session = Session.getInstance(properties(config));
    }

    private static Properties properties(MailConfig config) {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", config.server().host());
        properties.setProperty(
                "mail.smtp.port", Integer.toString(config.server().port()));
        properties.setProperty("mail.smtp.connectiontimeout", Long.toString(CONNECT_MAX.toMillis()));
        properties.setProperty("mail.smtp.timeout", Long.toString(ANSWER_MAX.toMillis()));
        properties.setProperty("mail.smtp.writetimeout", Long.toString(ANSWER_MAX.toMillis()));
        properties.setProperty("mail.smtp.auth", Boolean.toString(config.login().isPresent()));
        // What a user name says about a mechanism is the server's to say: only these two, and only under TLS.
        properties.setProperty("mail.smtp.auth.mechanisms", "PLAIN LOGIN");
        properties.setProperty("mail.smtp.quitwait", "false");
        switch (config.security()) {
            case STARTTLS -> {
                properties.setProperty("mail.smtp.starttls.enable", "true");
                properties.setProperty("mail.smtp.starttls.required", "true");
            }
            case TLS -> properties.setProperty("mail.smtp.ssl.enable", "true");
            case NONE -> {}
        }
        if (config.security() != MailConfig.Security.NONE) {
            SSLContext context = Trust.context(config.trust());
            properties.put("mail.smtp.ssl.socketFactory", context.getSocketFactory());
            properties.setProperty("mail.smtp.ssl.socketFactory.fallback", "false");
            properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
            properties.setProperty("mail.smtp.ssl.protocols", "TLSv1.3 TLSv1.2");
        }
        return properties;
    }

    @Override
    public Attempt deliver(Parcel parcel) {
        Optional<String> fault = config.fault(parcel.first().address());
        if (fault.isPresent()) {
            return new Attempt.Refused(fault.get());
        }
        try (Transport transport = session.getTransport("smtp")) {
            if (config.login().isPresent()) {
                MailConfig.Login login = config.login().get();
                transport.connect(login.user(), new String(Passphrase.ofFile(login.passwordFile())));
            } else {
                transport.connect();
            }
            MimeMessage mail = mail(parcel);
            transport.sendMessage(mail, mail.getAllRecipients());
            return new Attempt.Sent();
        } catch (AuthenticationFailedException e) {
            return new Attempt.Failed(config.server() + " takes neither user nor password: " + e.getMessage());
        } catch (SendFailedException e) {
            String reason = config.server() + " did not take it: " + all(e);
            return permanent(e) ? new Attempt.Refused(reason) : new Attempt.Failed(reason);
        } catch (MessagingException e) {
            return new Attempt.Failed(config.server() + ": " + all(e));
        } catch (UsageException e) {
            return new Attempt.Failed(String.valueOf(e.getMessage()));
        }
    }

    private MimeMessage mail(Parcel parcel) throws MessagingException {
        InternetAddress from = MailConfig.parsed(config.from());
        String id = "<" + parcel.id() + "@" + MailConfig.domain(from) + ">";
        MimeMessage mail = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", id);
            }
        };
        Message message = parcel.message();
        mail.setFrom(from);
        mail.setRecipient(
                jakarta.mail.Message.RecipientType.TO,
                MailConfig.parsed(parcel.first().address()));
        mail.setSubject(message.subject(), StandardCharsets.UTF_8.name());
        mail.setText(message.text() + "\n", StandardCharsets.UTF_8.name());
        mail.setSentDate(Date.from(clock.instant()));
        mail.setHeader("Auto-Submitted", "auto-generated");
        mail.setHeader("X-Packhorse-About", parcel.first().about());
        mail.saveChanges();
        return mail;
    }

    private static boolean permanent(SendFailedException e) {
        for (Throwable cause = e; cause != null; cause = next(cause)) {
            Matcher reply = PERMANENT.matcher(String.valueOf(cause.getMessage()));
            if (reply.find()) {
                return true;
            }
        }
        return false;
    }

    private static String all(MessagingException e) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = next(cause)) {
            String line = String.valueOf(cause.getMessage()).strip();
            text.append(text.isEmpty() ? "" : "; ")
                    .append(line.isEmpty() ? cause.getClass().getSimpleName() : line);
        }
        return text.toString();
    }

    private static @org.jspecify.annotations.Nullable Throwable next(Throwable cause) {
        return cause instanceof MessagingException mail && mail.getNextException() != null
                ? mail.getNextException()
                : cause.getCause();
    }

    /** For logs: whereto, and nothing that is secret. */
    @Override
    public String toString() {
        return "mail by " + config.server() + " (" + config.security().name().toLowerCase(Locale.ROOT) + ")";
    }
}
