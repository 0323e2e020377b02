package packhorse.core.identity;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Presents a machine's newest certificate in every handshake.
 *
 * <p>JSSE asks three questions for one handshake: which alias, then its key, then its chain. A renewal may fall between
 * them, so an alias names a generation, and the one before the newest is still answered; older ones belong to no handshake
 * that can still be running.
 */
final class NewestKey extends X509ExtendedKeyManager {
    private static final String KEY_TYPE = "EC";

    /** Two generations, the newer and the one it replaced; at first they are the same. */
    private record Held(long number, Credential newest, Credential before) {
        @Nullable
        Credential named(@Nullable String alias) {
            return alias(number).equals(alias) ? newest : alias(number - 1).equals(alias) ? before : null;
        }

        static String alias(long number) {
            return "generation-" + number;
        }
    }

    private final AtomicReference<Held> held;

    NewestKey(Credential first) {
        held = new AtomicReference<>(new Held(1, first, first));
    }

    Credential newest() {
        return held.get().newest();
    }

    void swap(Credential next) {
        held.updateAndGet(now -> new Held(now.number() + 1, next, now.newest()));
    }

    private @Nullable String choose(String... types) {
        return Arrays.asList(types).contains(KEY_TYPE) ? Held.alias(held.get().number()) : null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return choose(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return choose(keyType);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return choose(keyTypes);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return choose(keyType);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Credential credential = held.get().named(alias);
        return credential == null ? null : credential.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Credential credential = held.get().named(alias);
        return credential == null ? null : credential.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = choose(keyType);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return getClientAliases(keyType, issuers);
    }
}
